import { join } from 'node:path';

import { implementation as reference } from '#adapters/reference/index.ts';
import { pattern } from '#conformance/pattern.ts';
import { exitCodeOf } from '#ending/signals.ts';
import type { Interruption } from '#ending/signals.ts';
import { catalogue } from '#mutants/catalogue.ts';
import type { Mutant } from '#mutants/mutant.ts';
import { Reach } from '#mutants/reach.ts';
import { startDevices } from '#random/devices/machines.ts';
import { onDevices } from '#random/devices/sequence.ts';
import { sideBySide, startMock } from '#random/machines.ts';
import { run, runSequences, type Report } from '#random/run.ts';

import { Child, Gone, silenceMs } from '../child.ts';
import { steady } from '../operators/steady.ts';
import { exitCodes, Problem } from '../problem.ts';
import { painter } from '../style.ts';
import { table } from '../table.ts';
import { deviceChecks, movingBytes } from './devices.ts';
import { chosenMachines, share } from './machines.ts';
import type { Task, Told, Tried } from './mutant-protocol.ts';

/** `npm run random -- --mutants`: which seeded bugs the random calls find. */

export interface Trial extends Omit<Task, 'mutant' | 'machines'>, Interruption {
  /** Ids or globs, comma-separated. */
  readonly mutants: string;
  /** On machines whose devices move bytes: of that name, or all. Undefined for the mock devices. */
  readonly devices?: { readonly machine: string | undefined };
  readonly processes: number;
}

/** Where a mutant changes something that these calls reach; undefined where it does not. */
type Reached = (mutant: Mutant) => Pick<Task, 'machines'> | undefined;

/** On the reference without a bug. */
async function reachOf({ calls, seed, longest }: Trial): Promise<Reached> {
  const reach = new Reach();
  const started = await startMock(reach.reference);
  if (started === undefined) throw new Problem('the reference has no machine with test-cmd');
  const machines = sideBySide([started], { every: 1, met: () => undefined });
  demandNothing(await run(machines, { calls, seed, longest, shrinks: false }));
  return (mutant) => (reach.includes(mutant) ? {} : undefined);
}

function demandNothing({ failure }: Report): void {
  if (failure !== undefined) throw new Problem(`without a mutant: ${failure.cause}`);
}

/** The calls of a trial are those of each machine. */
async function reachOnDevices(
  { calls, seed, longest }: Trial,
  names: readonly string[],
): Promise<Reached> {
  const reached = new Map<string, Reach>();
  for (const machine of names) {
    const reach = new Reach();
    const { reference: implementation } = reach;
    const [description] = await chosenMachines(
      { implementation, settings: {}, machine },
      movingBytes,
    );
    if (description === undefined) continue;
    const running = await startDevices(implementation, description, { every: deviceChecks });
    const plan = { calls, seed, longest, shrinks: false };
    demandNothing(await runSequences(onDevices(running), plan));
    reached.set(machine, reach);
  }
  return (mutant) => {
    const machines = names.filter((name) => reached.get(name)?.includes(mutant));
    return machines.length > 0 ? { machines } : undefined;
  };
}

/** What the calls reach, and how many there are on a machine. */
async function reachIn(
  trial: Trial,
): Promise<{ readonly reached: Reached; readonly calls: number }> {
  if (trial.devices === undefined) return { reached: await reachOf(trial), calls: trial.calls };
  const { machine } = trial.devices;
  const machines = await chosenMachines(
    { implementation: reference, settings: {}, machine },
    movingBytes,
  );
  const calls = share(trial.calls, machines);
  const names = machines.map(({ name }) => name);
  return { reached: await reachOnDevices({ ...trial, calls }, names), calls };
}

export async function randomMutants(trial: Trial): Promise<number> {
  const globs = trial.mutants.split(',').map(pattern);
  const wanted = catalogue.filter(({ id }) => globs.some((glob) => glob.test(id)));
  if (wanted.length === 0) throw new Problem(`no mutant is called ${trial.mutants}`);
  console.log(`${trial.calls} calls to the reference, seed ${trial.seed}, to see what they reach`);
  const { reached, calls } = await reachIn(trial);
  const waiting = wanted.flatMap((mutant) => {
    const place = reached(mutant);
    return place === undefined ? [] : [{ mutant: mutant.id, ...place }];
  });
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
  await Promise.all(
    Array.from({ length: processes }, () => work(waiting, { ...trial, calls }, found)),
  );
  conclude(tried, unreached);
  const signal = trial.signal();
  if (signal === undefined) return exitCodes.success;
  console.log(`interrupted by ${signal}: ${total - tried.length} mutants are left`);
  return exitCodeOf(signal);
}

async function work(
  waiting: Pick<Task, 'mutant' | 'machines'>[],
  { calls, seed, longest, signal }: Trial,
  found: (tried: Tried) => void,
): Promise<void> {
  let child: Child<Task, Told> | undefined;
  try {
    while (signal() === undefined) {
      const next = waiting.shift();
      if (next === undefined) return;
      child ??= new Child<Task, Told>(join(__dirname, './mutant-worker.ts'));
      const { mutant } = next;
      const task = { ...next, calls, seed, longest };
      try {
        const answer = (told: Told): Tried | undefined =>
          told.kind === 'tried' ? told : undefined;
        found(await child.ask(task, silenceMs, answer));
      } catch (error) {
        if (!(error instanceof Gone)) throw error;
        child.end();
        child = undefined;
        const notice = error.isFailure ? 'broken' : 'hung';
        found({ kind: 'tried', mutant, calls: 0, notice, cause: error.message });
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
