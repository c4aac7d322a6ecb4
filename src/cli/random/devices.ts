import type { EndingSignal } from '#ending/signals.ts';
import type { Implementation, MachineDescription, StartOptions } from '#port/implementation.ts';
import { deviceMachines, startDevices } from '#random/devices/machines.ts';
import { onDevices } from '#random/devices/sequence.ts';
import { runSequences, type Plan, type Report } from '#random/run.ts';

import { Problem } from '../problem.ts';

/** `npm run random -- --devices`: sequences whose accesses are real, on one machine or on each in turn. */

/** Actions to a check of the pins, where nothing is said. */
export const deviceChecks = 8;

export interface DeviceRun {
  readonly implementation: Implementation;
  readonly settings: StartOptions['settings'];
  /** A name; all of them where it is left out. */
  readonly machine?: string | undefined;
  readonly every: number;
  /** Its calls are those of all machines together. */
  readonly plan: Plan;
  readonly signal: () => EndingSignal | undefined;
}

/** The machines that are meant. A problem where there is none. */
export async function chosenMachines({
  implementation,
  settings,
  machine,
}: Pick<DeviceRun, 'implementation' | 'settings' | 'machine'>): Promise<
  readonly MachineDescription[]
> {
  const all = await deviceMachines(implementation, settings);
  const chosen = all.filter(({ name }) => machine === undefined || name === machine);
  if (chosen.length > 0) return chosen;
  const names = all.map(({ name }) => name).join(', ') || 'none';
  const which = machine === undefined ? '' : ` called ${machine}`;
  throw new Problem(
    `adapter ${implementation.name} has no machine${which} whose devices move bytes`,
    `machines that have two such devices: ${names}`,
  );
}

/** What each machine gets of the calls. */
export function share(calls: number, machines: readonly MachineDescription[]): number {
  return Math.ceil(calls / machines.length);
}

/** One machine after the other, up to a failure. */
export async function runOnDevices(wanted: DeviceRun): Promise<Report> {
  const { implementation, settings, every, plan, signal } = wanted;
  const machines = await chosenMachines(wanted);
  const calls = share(plan.calls, machines);
  let [made, sequences] = [0, 0];
  for (const description of machines) {
    if (signal() !== undefined) break;
    const running = await startDevices(implementation, description, { every, settings });
    try {
      const report = await runSequences(onDevices(running), { ...plan, calls });
      [made, sequences] = [made + report.calls, sequences + report.sequences];
      console.log(`${description.name}: ${report.calls} in ${report.sequences} sequences`);
      if (report.failure !== undefined) return { ...report, calls: made, sequences };
    } finally {
      await running.machine.stop().catch(() => undefined);
    }
  }
  return { calls: made, sequences };
}
