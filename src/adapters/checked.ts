import { features, requiredBy } from '#port/features.ts';
import type {
  Identity,
  Implementation,
  Machine,
  MachineDescription,
  StartOptions,
} from '#port/implementation.ts';

/** The user, or the author of an adapter, has to change something; the message says what. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
}

/** The same implementation; what it declares is checked whenever it declares it. */
export function checked(implementation: Implementation): Implementation {
  const { name } = implementation;
  return {
    name,
    async machines(settings) {
      const machines = await implementation.machines(settings);
      const [flaw] = declarationFlaws(name, machines);
      if (flaw !== undefined) throw new AdapterError(flaw);
      return machines;
    },
    start: (options) => startChecked(implementation, options),
  };
}

async function startChecked(
  implementation: Implementation,
  options: StartOptions,
): Promise<Machine> {
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
  return [...repeated, ...machines.flatMap((machine) => featureFlaws(name, machine))];
}

function featureFlaws(name: string, machine: MachineDescription): readonly string[] {
  const declared = new Set<string>(machine.features);
  const who = machine.name === name ? name : `machine "${machine.name}" of ${name}`;
  return machine.features.flatMap((feature) => {
    if (!Object.hasOwn(features, feature)) return [unknownFeature(who, feature)];
    return requiredBy(feature)
      .filter((needed) => !declared.has(needed))
      .map((needed) => `feature "${feature}" needs "${needed}", which ${who} does not declare`);
  });
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
