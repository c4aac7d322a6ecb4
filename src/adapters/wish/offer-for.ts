import { functionKeys } from '#port/device-wish.ts';
import type { DeviceWish, FunctionKeyName } from '#port/device-wish.ts';
import type { DeviceOffer, HardwareDescription } from '#port/machine-description.ts';

/** What a bench knows of its machine. */
export type DescribedMachine = HardwareDescription & { readonly name: string };

/** A key of the wish as it is written, its value, and whether devices can be had with it. */
interface Demand {
  readonly key: string;
  readonly value: unknown;
  readonly suits: (offer: DeviceOffer) => boolean;
  /** What can be had instead. */
  readonly instead: (offers: readonly DeviceOffer[]) => string;
}

/**
 * The sort of devices of which a bench can honour all keys of the wish: every bench begins to plug with it. Throws where
 * there is none, with a sentence that names the key, its value and the machine.
 */
export function offerFor(machine: DescribedMachine, wish: DeviceWish): DeviceOffer {
  let offers = machine.devices;
  for (const demand of demandsOf(wish)) {
    const left = offers.filter((offer) => demand.suits(offer));
    if (left.length === 0) throw refused(machine, demand, demand.instead(offers));
    offers = left;
  }
  const [offer] = offers;
  if (offer === undefined) throw new Error(`machine "${machine.name}" has no devices`);
  return offer;
}

/** For what depends on the devices that are there: `why` ends the sentence. */
export function refused(
  { name }: { readonly name: string },
  { key, value }: Pick<Demand, 'key' | 'value'>,
  why: string,
): Error {
  const told = typeof value === 'string' ? `"${value}"` : String(value);
  return new Error(`machine "${name}" has no device with ${key} ${told}: ${why}`);
}

function demandsOf({ function: keys = {}, ...wish }: DeviceWish): readonly Demand[] {
  const more = Object.entries(wish).filter(([, value]) => value !== undefined);
  const ofFunction = Object.entries(keys).filter(([, value]) => value !== undefined);
  return [
    ...more.map(([key, value]) => ofPlace(key, value)),
    ...ofFunction.map(([key, value]) => ofKey(key as FunctionKeyName, value)),
  ];
}

function ofPlace(key: string, value: DeviceWish[keyof DeviceWish]): Demand {
  switch (key) {
    case 'iommu':
      return oneOf(key, value, (offer) => offer.iommus);
    case 'bound':
      return oneOf(key, value, (offer) => offer.bound);
    case 'group':
      return {
        key: 'group.with',
        value: (value as NonNullable<DeviceWish['group']>).with,
        suits: (offer) => offer.shareGroups === true,
        instead: () => 'each has a group of its own',
      };
    default:
      return { key, value, suits: () => false, instead: () => 'nobody knows that key' };
  }
}

function oneOf(
  key: string,
  value: unknown,
  choices: (offer: DeviceOffer) => readonly string[],
): Demand {
  return {
    key,
    value,
    suits: (offer) => choices(offer).includes(value as string),
    instead: (offers) => `there are ${[...new Set(offers.flatMap(choices))].join(', ') || 'none'}`,
  };
}

function ofKey(key: FunctionKeyName, value: number | boolean): Demand {
  const most = (offers: readonly DeviceOffer[]): number =>
    Math.max(...offers.map((offer) => Number(offer.function?.[key] ?? 0)));
  const isKnown = Object.hasOwn(functionKeys, key);
  return {
    key: `function.${key}`,
    value,
    suits: (offer) => isKnown && Number(value) <= most([offer]),
    instead: (offers) => (isKnown ? `the most is ${most(offers)}` : 'nobody knows that key'),
  };
}
