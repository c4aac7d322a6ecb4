import { needed, onGuests } from '#random/guests/sequence.ts';
import { runSequences, type Plan, type Report } from '#random/run.ts';

import { chosenMachines, onEach, type Where } from './machines.ts';

/** `npm run random -- --guests`: guests that are given memory and devices, and lose them again, on one machine or on each. */

export interface GuestRun extends Where {
  readonly plan: Plan;
}

const timeoutMs = 30_000;

export async function runOnGuests({ plan, ...where }: GuestRun): Promise<Report> {
  const { implementation, settings } = where;
  const machines = await chosenMachines(where, {
    needed,
    that: 'for guests with devices',
    those: `machines that have ${needed.join(', ')}`,
  });
  return onEach(machines, plan, async ({ name }, share) => {
    const machine = await implementation.start({ machine: name, timeoutMs, settings });
    try {
      const options = `--guests --machine ${name}`;
      return await runSequences(onGuests({ machine, options }), share);
    } finally {
      await machine.stop().catch(() => undefined);
    }
  });
}
