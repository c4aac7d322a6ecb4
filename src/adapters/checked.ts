import { featuresOf, isDerived } from '#port/derived-features.ts';
import { noIommu } from '#port/device-wish.ts';
import { features, requiredBy } from '#port/features.ts';
import type { Feature } from '#port/features.ts';
import type {
  Identity,
  Implementation,
  Machine,
  MachineDescription,
  StartOptions,
} from '#port/implementation.ts';
import { settingFlaw } from './settings.ts';

/** The user, or the author of an adapter, has to change something; the message says what. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
}

/** The same implementation; what it is told and what it declares are checked each time. */
export function checked(implementation: Implementation): Implementation {
  const { name } = implementation;
  return {
    name,
    settings: async (given) => implementation.settings?.(given),
    async machines(settings) {
      await refuseSettings(implementation, settings);
      const machines = await implementation.machines(settings);
      const [flaw] = declarationFlaws(name, machines);
      if (flaw !== undefined) throw new AdapterError(flaw);
      return machines;
    },
    start: (options) => startChecked(implementation, options),
  };
}

/** Rejects with an AdapterError where an adapter is told what it does not know. */
export async function refuseSettings(
  implementation: Implementation,
  given: StartOptions['settings'],
): Promise<void> {
  const known = await implementation.settings?.(given);
  const flaw = known && settingFlaw(implementation.name, known, given);
  if (flaw !== undefined) throw new AdapterError(flaw);
}

async function startChecked(
  implementation: Implementation,
  options: StartOptions,
): Promise<Machine> {
  await refuseSettings(implementation, options.settings);
  const machine = await implementation.start(options);
  const flaw = identityFlaw(machine.identity);
  if (flaw === undefined) return machine;
  await machine.stop();
  throw new AdapterError(`adapter ${implementation.name}: ${flaw}`);
}

/** Every sentence that is to be said against a declaration. */
export function declarationFlaws(
  name: string,
  machines: readonly MachineDescription[],
): readonly string[] {
  if (machines.length === 0) return [`adapter ${name} offers no machine to run scenarios on`];
  const names = machines.map((machine) => machine.name);
  const twice = names.find((machine, index) => names.indexOf(machine) !== index);
  const repeated = twice === undefined ? [] : [`adapter ${name} has two machines "${twice}"`];
  return [...repeated, ...machines.flatMap((machine) => machineFlaws(name, machine))];
}

function machineFlaws(name: string, machine: MachineDescription): readonly string[] {
  const who = machine.name === name ? name : `machine "${machine.name}" of ${name}`;
  return [...featureFlaws(who, machine), ...deviceFlaws(who, machine)];
}

function featureFlaws(who: string, machine: MachineDescription): readonly string[] {
  const all = new Set(featuresOf(machine));
  const byHand = machine.features.filter((feature: Feature) => isDerived(feature));
  const missing = [...all].flatMap((feature) => {
    if (!Object.hasOwn(features, feature)) return [unknownFeature(who, feature)];
    return requiredBy(feature)
      .filter((needed) => !all.has(needed))
      .map((needed) => `feature "${feature}" needs "${needed}", which ${who} does not declare`);
  });
  return [...byHand.map((feature) => derivedFeature(who, feature)), ...missing];
}

/** A device that is said to be behind an IOMMU that the machine does not have. */
function deviceFlaws(who: string, { iommus, devices }: MachineDescription): readonly string[] {
  const known = new Set([noIommu, ...iommus.map(({ name }) => name)]);
  const unknown = devices.flatMap((offer) => offer.iommus.filter((name) => !known.has(name)));
  return unknown.map((name) => `${who} has devices behind "${name}", which none of its IOMMUs is`);
}

function derivedFeature(who: string, feature: string): string {
  return `${who} declares "${feature}" by hand; that follows from the IOMMUs and devices which it describes`;
}

function unknownFeature(who: string, feature: string): string {
  return `${who} declares the unknown feature "${feature}"; known are ${Object.keys(features).join(', ')}`;
}

const release = /^\d+\.\d+(\.\d+)?([-+.].*)?$/;

/** What is wrong with who the implementation says it is. */
export function identityFlaw({ kernel, pageSize }: Identity): string | undefined {
  if (!release.test(kernel)) {
    return `kernel "${kernel}" is not a release such as "6.12.0"`;
  }
  const powerOfTwo = pageSize >= 4096 && (pageSize & (pageSize - 1)) === 0;
  return powerOfTwo ? undefined : `page size ${pageSize} is not a power of two from 4096`;
}
