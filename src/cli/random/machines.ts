import type { Feature } from '#port/features.ts';
import type { Implementation, MachineDescription, StartOptions } from '#port/implementation.ts';
import { fittingMachines } from '#random/fitting.ts';
import type { Plan, Report } from '#random/run.ts';

import { Problem } from '../problem.ts';

/** Where sequences of one sort run. */
export interface Where {
  readonly implementation: Implementation;
  readonly settings: StartOptions['settings'];
  /** A name; all of them where it is left out. */
  readonly machine?: string | undefined;
}

/** What they need, in features and in words. */
export interface Sort {
  readonly needed: readonly Feature[];
  /** `… has no machine whose devices move bytes`. */
  readonly that: string;
  /** What those that would do are called. */
  readonly those: string;
}

/** The machines that are meant. A problem where there is none. */
export async function chosenMachines(
  { implementation, settings, machine }: Where,
  { needed, that, those }: Sort,
): Promise<readonly MachineDescription[]> {
  const all = await fittingMachines(implementation, settings, needed);
  const chosen = all.filter(({ name }) => machine === undefined || name === machine);
  if (chosen.length > 0) return chosen;
  const names = all.map(({ name }) => name).join(', ') || 'none';
  const which = machine === undefined ? '' : ` called ${machine}`;
  throw new Problem(
    `adapter ${implementation.name} has no machine${which} ${that}`,
    `${those}: ${names}`,
  );
}

/** What each machine gets of the calls. */
export function share(calls: number, machines: readonly MachineDescription[]): number {
  return Math.ceil(calls / machines.length);
}

/** One machine after the other, up to a failure; the calls of the plan are those of all machines together. */
export async function onEach(
  machines: readonly MachineDescription[],
  plan: Plan,
  run: (description: MachineDescription, plan: Plan) => Promise<Report>,
): Promise<Report> {
  const calls = share(plan.calls, machines);
  let [made, sequences] = [0, 0];
  for (const description of machines) {
    if (plan.isStopped?.() ?? false) break;
    const report = await run(description, { ...plan, calls });
    [made, sequences] = [made + report.calls, sequences + report.sequences];
    console.log(`${description.name}: ${report.calls} in ${report.sequences} sequences`);
    if (report.failure !== undefined) return { ...report, calls: made, sequences };
  }
  return { calls: made, sequences };
}
