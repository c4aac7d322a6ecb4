import { join, resolve } from 'node:path';

import { exitCodeOf, watchSignals } from '#ending/signals.ts';
import type { EndingSignal } from '#ending/signals.ts';
import { equivalentTo, staleEntries } from '#mutants/operators/equivalents.ts';
import { change, type Mutation } from '#mutants/operators/mutation.ts';
import { isAlive, scoreOf, scoresOf, scoreTable } from '#mutants/operators/record.ts';
import type { Measured, Measurement } from '#mutants/operators/record.ts';
import { sample, shard } from '#mutants/operators/sample.ts';
import type { Place } from '#port/places.ts';
import { compareText } from '#report/compare-text.ts';
import { writeWhole } from '#report/write-whole.ts';
import { listed, placed, type PlannedScenario } from '#report/scenario.ts';

import { machinesFor } from '../each-machine.ts';
import type { Shard } from '../option-values.ts';
import { exitCodes, Problem } from '../problem.ts';
import { placesFor } from '../run.ts';
import { painter } from '../style.ts';
import { loadSuite } from '../suite.ts';
import { table } from '../table.ts';
import { commit } from '../version.ts';
import { coverageOf, type Coverage } from './coverage.ts';
import { hunt, Verdicts } from './hunt.ts';
import { programOf, sourcesIn, type Program } from './program.ts';
import type { Begin, Verdict } from './protocol.ts';
import { steady } from './steady.ts';

/** `npm run mutants -- --by-operator`. */

export interface ByOperator {
  /** Files or folders below src/reference. */
  readonly folders: readonly string[];
  readonly sample?: number;
  readonly seed: string;
  readonly shard?: Shard;
  readonly processes: number;
  /** Milliseconds: a scenario that takes longer was ended by the mutant. */
  readonly limitMs: number;
  /** Where the measurement is written. */
  readonly result?: string;
  /** What was found out is kept below it. */
  readonly reports: string;
  /** Percent. */
  readonly atLeast: number;
  /** Cucumber's configuration, which says where the scenarios are. */
  readonly config?: string;
}

interface Found {
  readonly program: Program;
  readonly coverage: Coverage;
  readonly verdicts: Verdicts;
  readonly scenarios: readonly PlannedScenario[];
}

export async function byOperator(options: ByOperator): Promise<number> {
  const { folders, processes, limitMs } = options;
  const places = await placesFor({ adapter: 'reference', settings: {}, timeoutMs: limitMs });
  const scenarios = onMachines((await loadSuite(options.config)).scenarios, places);
  console.log('instrumenting');
  const program = await programOf(sourcesIn(folders), scenarios, options.reports);
  refuseStale(program.mutations);
  const uris = [...new Set(scenarios.map(({ uri }) => uri))];
  const place = { program: resolve(program.folder), uris, places, limitMs };
  const begin: Begin = { kind: 'begin', covers: false, ...place };
  // It ends after the mutants that are under way; processes that are left end with this one.
  const interruption = watchSignals();
  const covering = steady('scenarios run, to see what they reach');
  const names = scenarios.map(listed);
  const measuring = { begin: { ...begin, covers: true }, names, processes, progress: covering };
  const coverage = await coverageOf(program, measuring);
  const verdicts = new Verdicts(program.folder);
  const found = { program, coverage, verdicts, scenarios };
  const chosen = choose(options, found);
  const hunting = steady('mutants');
  let done = chosen.filter(({ id }) => verdicts.of(id) !== undefined).length;
  const unreached = chosen.filter(({ id }) => coverage.reaching(id).length === 0).length;
  hunting(done + unreached, chosen.length);
  await hunt(chosen, {
    ...{ begin, coverage, verdicts, scenarios, processes },
    isStopped: () => interruption.signal() !== undefined,
    found: (mutation, verdict) => {
      done += 1;
      if (verdict.fate === 'survived') show(measured(mutation, found));
      hunting(done + unreached, chosen.length);
    },
  });
  return conclude(options, chosen, { ...found, signal: interruption.signal() });
}

/** In the order of SingleScenarios: one that looks at a device does so on a machine of each kind. */
function onMachines(
  scenarios: readonly PlannedScenario[],
  places: readonly Place[],
): readonly PlannedScenario[] {
  return scenarios.flatMap((scenario) =>
    machinesFor(scenario.tags, { places, firstOnly: false }).map((machine) =>
      placed(scenario, machine),
    ),
  );
}

/** Static ones are not drawn: nothing would become of them. */
function choose(options: ByOperator, { program, coverage }: Found): Mutation[] {
  const switchable = program.mutations.filter(({ id }) => !coverage.isStatic(id));
  const drawn =
    options.sample === undefined ? switchable : sample(switchable, options.sample, options.seed);
  return options.shard === undefined ? drawn : shard(drawn, options.shard.index, options.shard.of);
}

function refuseStale(mutations: readonly Mutation[]): void {
  const stale = staleEntries(mutations).map(
    (entry) => `${entry.file}: ${entry.where}: ${change(entry)} is a mutant no more`,
  );
  if (stale.length === 0) return;
  throw new Problem(stale.join('\n'), 'look at the code again, and mend the list of equivalents');
}

function measured(mutation: Mutation, found: Found): Measured {
  const { id, ...rest } = mutation;
  const reaching = found.coverage.reaching(id);
  const { fate, killer, complaint }: Partial<Verdict> = found.verdicts.of(id) ?? {};
  const by = killer === undefined ? undefined : found.scenarios[killer];
  const equivalent = equivalentTo(mutation);
  return {
    ...rest,
    requirements:
      mutation.requirements.length > 0 ? mutation.requirements : nearest(reaching, found),
    end: reaching.length === 0 ? 'not reached' : (fate ?? 'survived'),
    reached: reaching.length,
    ...(by !== undefined && { killer: by.id }),
    ...(complaint !== undefined && { complaint }),
    ...(equivalent !== undefined && { equivalent }),
  };
}

/** What the function does not name, the scenarios do that reach it and little else. */
function nearest(reaching: readonly number[], { coverage, scenarios }: Found): readonly string[] {
  const breadth = (scenario: number): number => coverage.breadth[scenario] ?? 0;
  const [first] = [...reaching].sort((one, other) => breadth(one) - breadth(other));
  return first === undefined ? [] : (scenarios[first]?.requirements ?? []);
}

function show(mutant: Measured): void {
  if (!isAlive(mutant)) return;
  const paint = painter(process.stdout);
  const { file, line, where, requirements, end, complaint, operator } = mutant;
  const seen = complaint === undefined ? '' : ` (seen by the reference itself: ${complaint})`;
  console.log(`${paint('red', end.toUpperCase())} ${file}:${line} ${where} ${operator}${seen}`);
  console.log(`  ${change(mutant)}  ${requirements.join(' ')}`);
}

function byPlace(one: Measured, other: Measured): number {
  return compareText(one.file, other.file) || one.line - other.line;
}

interface Conclusion extends Found {
  readonly signal: EndingSignal | undefined;
}

function conclude(
  options: ByOperator,
  chosen: readonly Mutation[],
  { signal, ...found }: Conclusion,
): number {
  const { verdicts, coverage, program } = found;
  const known = chosen.filter(
    ({ id }) => verdicts.of(id) !== undefined || coverage.reaching(id).length === 0,
  );
  const mutants = known.map((mutation) => measured(mutation, found)).sort(byPlace);
  for (const mutant of mutants.filter(({ end }) => end === 'not reached')) show(mutant);
  const measurement = record(options, mutants, found);
  const file = options.result ?? join(program.folder, 'result.json');
  writeWhole(file, `${JSON.stringify(measurement, undefined, 1)}\n`);
  console.log(`\n${table(scoreTable(measurement.scores), painter(process.stdout))}\n`);
  const { strings, assertions, static: atLoad, total } = measurement.made;
  console.log(
    `${total} mutants made; left out: ${strings} of texts, ${assertions} of assertions, ${atLoad} static`,
  );
  console.log(`written to ${file}`);
  if (signal !== undefined) {
    const rest = chosen.length - known.length;
    console.log(`interrupted by ${signal}: ${rest} are left; the same command goes on with them`);
    return exitCodeOf(signal);
  }
  return verdictOn(mutants, options.atLeast);
}

function record(options: ByOperator, mutants: Measured[], found: Found): Measurement {
  const { folders, sample: size, seed } = options;
  const { mutations, strings, assertions } = found.program;
  const atLoad = mutations.filter(({ id }) => found.coverage.isStatic(id)).length;
  return {
    commit: commit(),
    folders,
    ...(size !== undefined && { sample: { size, seed } }),
    scenarios: found.scenarios.length,
    made: {
      total: mutations.length + strings + assertions,
      strings,
      assertions,
      static: atLoad,
    },
    scores: scoresOf(mutants),
    alive: mutants.filter(isAlive),
  };
}

function verdictOn(mutants: readonly Measured[], atLeast: number): number {
  const wrong = mutants.filter(
    ({ end, equivalent }) =>
      equivalent !== undefined && end !== 'survived' && end !== 'not reached',
  );
  for (const mutant of wrong)
    console.log(
      `${mutant.file}:${mutant.line} ${change(mutant)} is in the list of equivalents, and ${mutant.killer} tells it apart: take it out`,
    );
  const { score } = scoreOf('all', mutants);
  const isLow = score * 100 < atLeast;
  if (isLow) console.log(`the score is below ${atLeast} %`);
  return wrong.length > 0 || isLow ? exitCodes.failures : exitCodes.success;
}
