import { loadAdapter } from '#adapters/registry.ts';
import { featuresOf } from '#port/derived-features.ts';
import type { StartOptions } from '#port/implementation.ts';
import { needed, onGuests } from '#random/guests/sequence.ts';
import { runSequences, type Plan, type Report } from '#random/run.ts';

import { Problem } from '../problem.ts';

/** `npm run random -- --guests`: guests that are given memory and devices, and lose them again, on one machine or on each. */

export interface GuestRun {
  readonly adapter: string;
  readonly settings: StartOptions['settings'];
  /** A name; all of them where it is left out. */
  readonly machine: string | undefined;
  /** Its calls are those of all machines together. */
  readonly plan: Plan;
}

const timeoutMs = 30_000;

export async function runOnGuests({ adapter, settings, machine, plan }: GuestRun): Promise<Report> {
  const implementation = await loadAdapter(adapter);
  const fit = (await implementation.machines(settings)).filter((each) => {
    const features = featuresOf(each);
    return needed.every((need) => features.includes(need));
  });
  const chosen = fit.filter(({ name }) => machine === undefined || name === machine);
  if (chosen.length === 0) {
    const which = machine === undefined ? '' : ` called ${machine}`;
    const names = fit.map(({ name }) => name).join(', ') || 'none';
    throw new Problem(
      `adapter ${adapter} has no machine${which} for guests with devices`,
      `machines that have ${needed.join(', ')}: ${names}`,
    );
  }
  const calls = Math.ceil(plan.calls / chosen.length);
  let [made, sequences] = [0, 0];
  for (const { name } of chosen) {
    if (plan.isStopped?.() ?? false) break;
    const running = await implementation.start({ machine: name, timeoutMs, settings });
    try {
      const options = `--guests --machine ${name}`;
      const report = await runSequences(onGuests({ machine: running, options }), {
        ...plan,
        calls,
      });
      [made, sequences] = [made + report.calls, sequences + report.sequences];
      console.log(`${name}: ${report.calls} steps in ${report.sequences} sequences`);
      if (report.failure !== undefined) return { ...report, calls: made, sequences };
    } finally {
      await running.stop().catch(() => undefined);
    }
  }
  return { calls: made, sequences };
}
