import { bindings, everyFunctionKey, noIommu } from '#port/device-wish.ts';
import type { Binding, FunctionWish } from '#port/device-wish.ts';
import { bindingFeatures } from '#port/derived-features.ts';
import type { Feature } from '#port/features.ts';
import { everyIommuTrait, iommuTraits } from '#port/iommu-traits.ts';
import type { IommuTrait, IommuTraitName } from '#port/iommu-traits.ts';

/** A device as a scenario wishes it: an IOMMU by what it is like, another device by its name. */
export interface WishInWords {
  readonly function: FunctionWish;
  readonly iommu?: IommuTraitName | typeof noIommu;
  /** In whose group. */
  readonly beside?: string;
  readonly bound?: Binding;
}

/** Behind the name of a device, where one thing about it is out of the ordinary. */
const short: ReadonlyMap<string, WishInWords> = new Map<string, WishInWords>([
  ...everyFunctionKey.map(
    ([key, { short: words, usual }]) => [words, { function: { [key]: usual ?? true } }] as const,
  ),
  ...everyIommuTrait.map(([iommu]) => [behind(iommu), { function: {}, iommu }] as const),
  ['without an IOMMU', { function: {}, iommu: noIommu }],
  ['in noiommu mode', { function: {}, bound: 'noiommu' }],
  ['that is emulated', { function: {}, bound: 'mdev' }],
]);

function behind(trait: IommuTraitName): string {
  return trait === 'another' ? 'behind another IOMMU' : `behind an IOMMU ${trait}`;
}

/** `a device "nic" with PASIDs`; what is more than this, and the group, is said in a table. */
export const shortForms: readonly string[] = [...short.keys()];

export function wishFor(beside: string | undefined, words: string | undefined): WishInWords {
  const trait = short.get(words ?? '') ?? { function: {} };
  return beside === undefined ? trait : { ...trait, beside };
}

/** Rows such as `| PASIDs | 20 bits |`, `| IOMMU | without nesting |`, `| group | of device "disk" |`, beside what the step says. */
export function wishOf(rows: readonly (readonly string[])[], wish: WishInWords): WishInWords {
  return rows.reduce((all, [name = '', value = '']) => withRow(all, name, value), wish);
}

function withRow(wish: WishInWords, name: string, value: string): WishInWords {
  switch (name) {
    case 'IOMMU':
      return { ...wish, iommu: iommuOf(value) };
    case 'group':
      return { ...wish, beside: /^of device "(.*)"$/.exec(value)?.[1] ?? unknown(name, value) };
    case 'bound to':
      return { ...wish, bound: bindings.find((each) => each === value) ?? unknown(name, value) };
    default:
      return { ...wish, function: { ...wish.function, ...functionRow(name, value) } };
  }
}

function iommuOf(value: string): NonNullable<WishInWords['iommu']> {
  if (value === noIommu || Object.hasOwn(iommuTraits, value)) return value as IommuTraitName;
  return unknown('IOMMU', value);
}

/** `yes` for what is there or not; else a number, with its unit. */
function functionRow(name: string, value: string): FunctionWish {
  const [key, entry] = everyFunctionKey.find(([, { words }]) => words === name) ?? [];
  if (key === undefined || entry === undefined) return unknown(name, value);
  if (entry.kind === 'flag') return value === 'yes' ? { [key]: true } : unknown(name, value);
  const [number = '', unit] = value.split(' ');
  return /^\d+$/.test(number) && unit === entry.unit
    ? { [key]: Number(number) }
    : unknown(name, value);
}

function unknown(name: string, value: string): never {
  const known = ['IOMMU', 'group', 'bound to', ...everyFunctionKey.map(([, { words }]) => words)];
  throw new Error(`no device has "${name}" "${value}"; rows are ${known.join(', ')}`);
}

/** What the scenario has to declare, one of each list: a device with PASIDs may be a mock device. */
export function needsOf(wish: WishInWords): readonly (readonly Feature[])[] {
  const { beside, bound, iommu } = wish;
  const ofFunction = everyFunctionKey
    .filter(([key, { from = 1 }]) => Number(wish.function[key] ?? 0) >= from)
    .map(([key, { feature }]): readonly Feature[] =>
      key === 'pasidBits' ? [feature as Feature, 'pasid'] : [feature as Feature],
    );
  const ofBinding = bound && bindingFeatures[bound];
  return [
    ...ofFunction,
    ...(beside === undefined ? [] : [['shared-group'] as const]),
    ...(ofBinding === undefined ? iommuNeeds(iommu) : [[ofBinding]]),
  ];
}

function iommuNeeds(iommu: WishInWords['iommu']): readonly (readonly Feature[])[] {
  if (iommu === undefined) return [];
  if (iommu === noIommu) return [['device-without-iommu']];
  const trait: IommuTrait = iommuTraits[iommu];
  return [[trait.feature ?? 'test-cmd']];
}

/** No IOMMU stands before it: what the features say of other devices is not said of it. */
export function standsApart({ bound, iommu }: WishInWords): boolean {
  return iommu === noIommu || (bound !== undefined && bindingFeatures[bound] !== undefined);
}
