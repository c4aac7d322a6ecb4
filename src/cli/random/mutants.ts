import { join } from 'node:path';

import { pattern } from '#conformance/pattern.ts';
import { exitCodeOf } from '#ending/signals.ts';
import type { Interruption } from '#ending/signals.ts';
import { catalogue } from '#mutants/catalogue.ts';
import type { Mutant } from '#mutants/mutant.ts';
import { Reach } from '#mutants/reach.ts';
import { sideBySide, startMock } from '#random/machines.ts';
import { run } from '#random/run.ts';

import { Child, Gone, silenceMs } from '../child.ts';
import { steady } from '../operators/steady.ts';
import { exitCodes, Problem } from '../problem.ts';
import { painter } from '../style.ts';
import { table } from '../table.ts';
import type { Task, Told, Tried } from './mutant-protocol.ts';

/** `npm run random -- --mutants`: which seeded bugs the random calls find. */

export interface Trial extends Omit<Task, 'mutant'>, Interruption {
  /** Ids or globs, comma-separated. */
  readonly mutants: string;
  readonly processes: number;
}

/** Which mutants change something that these calls reach, on the reference without a bug. */
async function reachOf({ calls, seed, longest }: Trial): Promise<Reach> {
  const reach = new Reach();
  const started = await startMock(reach.reference);
  if (started === undefined) throw new Problem('the reference has no machine with test-cmd');
  const machines = sideBySide([started], { every: 1, met: () => undefined });
  const { failure } = await run(machines, { calls, seed, longest, shrinks: false });
  if (failure !== undefined) throw new Problem(`without a mutant: ${failure.cause}`);
  return reach;
}

export async function randomMutants(trial: Trial): Promise<number> {
  const globs = trial.mutants.split(',').map(pattern);
  const wanted = catalogue.filter(({ id }) => globs.some((glob) => glob.test(id)));
  if (wanted.length === 0) throw new Problem(`no mutant is called ${trial.mutants}`);
  console.log(`${trial.calls} calls to the reference, seed ${trial.seed}, to see what they reach`);
  const reach = await reachOf(trial);
  const waiting = wanted.filter((mutant) => reach.includes(mutant));
  const unreached = wanted.length - waiting.length;
  console.log(`${waiting.length} of ${wanted.length} mutants change what these calls reach`);
  const tried: Tried[] = [];
  const progress = steady('mutants');
  const total = waiting.length;
  const found = (each: Tried): void => {
    tried.push(each);
    progress(tried.length, total);
  };
  const processes = Math.min(trial.processes, total);
  await Promise.all(Array.from({ length: processes }, () => work(waiting, trial, found)));
  conclude(tried, unreached);
  const signal = trial.signal();
  if (signal === undefined) return exitCodes.success;
  console.log(`interrupted by ${signal}: ${total - tried.length} mutants are left`);
  return exitCodeOf(signal);
}

async function work(
  waiting: Mutant[],
  { calls, seed, longest, signal }: Trial,
  found: (tried: Tried) => void,
): Promise<void> {
  let child: Child<Task, Told> | undefined;
  try {
    while (signal() === undefined) {
      const mutant = waiting.shift();
      if (mutant === undefined) return;
      child ??= new Child<Task, Told>(join(__dirname, 'mutant-worker.ts'));
      const task = { mutant: mutant.id, calls, seed, longest };
      try {
        const answer = (told: Told): Tried | undefined =>
          told.kind === 'tried' ? told : undefined;
        found(await child.ask(task, silenceMs, answer));
      } catch (error) {
        if (!(error instanceof Gone)) throw error;
        child.end();
        child = undefined;
        const notice = error.isFailure ? 'broken' : 'hung';
        found({ kind: 'tried', mutant: mutant.id, calls: 0, notice, cause: error.message });
      }
    }
  } finally {
    child?.end();
  }
}

function conclude(tried: readonly Tried[], unreached: number): void {
  const paint = painter(process.stdout);
  const byId = new Map(tried.map((each) => [each.mutant, each]));
  const known = catalogue.flatMap((mutant) => {
    const each = byId.get(mutant.id);
    return each === undefined ? [] : [{ ...each, breaks: mutant.breaks.join(', ') }];
  });
  const rows = known.map(({ mutant, breaks, notice, calls, cause = '' }) => [
    mutant,
    notice === undefined ? `not in ${calls}` : notice === 'hung' ? 'it hung' : `within ${calls}`,
    breaks,
    cause.slice(0, 100),
  ]);
  console.log(`\n${table([['mutant', 'found', 'breaks', 'as'], ...rows], paint)}\n`);
  const number = (notice?: string): string =>
    String(tried.filter((each) => each.notice === notice).length);
  const counts = [
    ['outcome', 'mutants'],
    ['found by a difference', number('difference')],
    ['found, as the machine broke', number('broken')],
    ['found, as it hung', number('hung')],
    ['reached and not found', number()],
    ['not reached', String(unreached)],
  ];
  console.log(table(counts, paint));
}
