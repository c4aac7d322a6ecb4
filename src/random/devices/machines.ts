import { featuresOf } from '#port/derived-features.ts';
import type { Implementation, MachineDescription, StartOptions } from '#port/implementation.ts';

import { fittingMachines } from '../fitting.ts';
import { needed, type Running } from './sequence.ts';

/** Longer than any call takes. */
const timeoutMs = 30_000;

/** Those whose devices move bytes, in the order in which the implementation has them. */
export async function deviceMachines(
  implementation: Implementation,
  settings: StartOptions['settings'] = {},
): Promise<readonly MachineDescription[]> {
  return fittingMachines(implementation, settings, needed);
}

export async function startDevices(
  implementation: Implementation,
  description: MachineDescription,
  {
    every,
    settings = {},
  }: { readonly every: number; readonly settings?: StartOptions['settings'] },
): Promise<Running> {
  const machine = await implementation.start({ machine: description.name, timeoutMs, settings });
  return { machine, description, features: new Set(featuresOf(description)), every };
}
