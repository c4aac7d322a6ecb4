import { featuresOf } from '#port/derived-features.ts';
import type { Feature } from '#port/features.ts';
import type { Implementation, MachineDescription, StartOptions } from '#port/implementation.ts';

/** The machines that have all of these, in the order in which the implementation has them. */
export async function fittingMachines(
  implementation: Implementation,
  settings: StartOptions['settings'],
  needed: readonly Feature[],
): Promise<readonly MachineDescription[]> {
  const machines = await implementation.machines(settings);
  return machines.filter((machine) => {
    const features = featuresOf(machine);
    return needed.every((need) => features.includes(need));
  });
}
