import { startDevices } from '#random/devices/machines.ts';
import { needed, onDevices } from '#random/devices/sequence.ts';
import { runSequences, type Plan, type Report } from '#random/run.ts';

import { chosenMachines, onEach, type Sort, type Where } from './machines.ts';

/** `npm run random -- --devices`: sequences whose accesses are real, on one machine or on each in turn. */

/** Actions to a check of the pins, where nothing is said. */
export const deviceChecks = 8;

export const movingBytes: Sort = {
  needed,
  that: 'whose devices move bytes',
  those: 'machines that have two such devices',
};

export interface DeviceRun extends Where {
  readonly every: number;
  readonly plan: Plan;
}

export async function runOnDevices({ every, plan, ...where }: DeviceRun): Promise<Report> {
  const { implementation, settings } = where;
  const machines = await chosenMachines(where, movingBytes);
  return onEach(machines, plan, async (description, share) => {
    const running = await startDevices(implementation, description, { every, settings });
    try {
      return await runSequences(onDevices(running), share);
    } finally {
      await running.machine.stop().catch(() => undefined);
    }
  });
}
