import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

import { Command, InvalidArgumentError } from 'commander';

import { observedOutcome } from '#conformance/outcome.ts';
import { table } from '#conformance/markdown.ts';
import { pattern } from '#conformance/pattern.ts';
import { requirementsOf } from '#conformance/tags.ts';
import { catalogue } from '#mutants/catalogue.ts';
import type { Mutant } from '#mutants/mutant.ts';
import { RunCollector } from '#report/run-collector.ts';
import type { ScenarioRun } from '#report/run-record.ts';
import { listed } from '#report/scenario.ts';

import { byOperator } from './operators/by-operator.ts';
import { parseShard, positive } from './option-values.ts';
import type { Shard } from './option-values.ts';
import { exitCodes, Problem } from './problem.ts';
import { placesFor } from './run.ts';
import { SingleScenarios } from './single-scenarios.ts';
import type { Assembled } from './single-scenarios.ts';
import { painter } from './style.ts';
import { loadSuite } from './suite.ts';

/** `npm run mutants`: each seeded bug has to be found by a scenario of a requirement that it breaks. */

/** Of a call. */
const timeoutMs = 30_000;

interface Verdict {
  readonly mutant: Mutant;
  /** What was run: each scenario, or all up to the first that failed. */
  readonly runs: readonly ScenarioRun[];
  readonly killer: ScenarioRun | undefined;
}

/** Lets the scenarios of the suite hunt one mutant after the other. */
class Hunt {
  readonly #single: SingleScenarios;
  readonly #finished: ScenarioRun[];
  readonly #scenariosOf: ReadonlyMap<string, readonly number[]>;

  private constructor(single: SingleScenarios, finished: ScenarioRun[]) {
    this.#single = single;
    this.#finished = finished;
    this.#scenariosOf = byRequirement(single.cases);
  }

  static async prepare(): Promise<Hunt> {
    const { configuration, scenarios } = await loadSuite(undefined);
    const uris = [...new Set(scenarios.map(({ uri }) => uri))];
    const places = await placesFor({ adapter: 'reference', settings: {}, timeoutMs });
    const collector = new RunCollector([]);
    const finished: ScenarioRun[] = [];
    const single = await SingleScenarios.load({ uris, configuration, places }, (envelope) => {
      const run = collector.accept(envelope);
      if (run !== undefined) finished.push(run);
    });
    return new Hunt(single, finished);
  }

  /** The scenarios of the requirements that it breaks, each on one machine before any on the others: where they stand. */
  #hunters({ breaks }: Mutant): number[] {
    const wanted = new Set(breaks.flatMap((id) => this.#scenariosOf.get(id) ?? []));
    const begun = new Set<string>();
    const [first, others]: [number[], number[]] = [[], []];
    for (const index of [...wanted].sort((a, b) => a - b)) {
      const { pickle } = this.#single.cases[index]!;
      (begun.has(pickle.id) ? others : first).push(index);
      begun.add(pickle.id);
    }
    return [...first, ...others];
  }

  /** Up to the first that fails: where one is broken, because the reference has found its own bug, the next ones go on. */
  async release(mutant: Mutant): Promise<Verdict> {
    const first = this.#finished.length;
    const since = (): ScenarioRun[] => this.#finished.slice(first);
    const parameters = {
      adapter: './src/mutants/adapter.ts',
      settings: { mutant: mutant.id },
      timeoutMs,
    };
    await this.#single.run(this.#hunters(mutant), parameters, () => since().some(hasFailed));
    return { mutant, runs: since(), killer: since().find(hasFailed) };
  }
}

/** Where the scenarios of each requirement stand. */
function byRequirement(cases: readonly Assembled[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [index, { pickle }] of cases.entries()) {
    for (const id of new Set(requirementsOf(pickle.tags.map(({ name }) => name)))) {
      const indices = found.get(id);
      if (indices === undefined) found.set(id, [index]);
      else indices.push(index);
    }
  }
  return found;
}

/** By a step that compared something, whatever the reference says of itself after it. */
function hasFailed({ steps }: ScenarioRun): boolean {
  return steps.some(({ source, step, status, exception }) => {
    const observation = { source, text: step.text, status, ...(exception && { exception }) };
    return source === 'step' && observedOutcome([observation], undefined).kind === 'fail';
  });
}

function isBroken({ outcome }: ScenarioRun): boolean {
  return outcome.kind === 'broken';
}

function show({ mutant, killer, runs }: Verdict): void {
  const paint = painter(process.stdout);
  if (killer !== undefined) {
    console.log(`${paint('green', 'killed')} ${mutant.id} by ${listed(killer.scenario)}`);
    return;
  }
  console.log(`${paint('red', 'SURVIVED')} ${mutant.id} ${mutant.story}`);
  const broken = runs.filter(isBroken).length;
  const count = `${runs.length} scenarios of ${mutant.breaks.join(', ')}`;
  console.log(`  of ${count} none failed, and ${broken} broke off; one of them has to fail`);
}

/** Below reports/, as lines of scenarios change more often than the catalogue. */
function writeMatrix(verdicts: readonly Verdict[]): void {
  const rows = verdicts.map(({ mutant: { id, breaks }, killer }) => {
    const by = killer && listed(killer.scenario);
    return [id, breaks.join(', '), by ?? 'nobody'];
  });
  mkdirSync('reports', { recursive: true });
  writeFileSync('reports/mutants.md', table([['mutant', 'breaks', 'killed by'], ...rows]));
}

async function main(only: readonly string[]): Promise<number> {
  const hunt = await Hunt.prepare();
  const wanted = catalogue.filter(
    ({ id }) => only.length === 0 || only.some((glob) => pattern(glob).test(id)),
  );
  const verdicts: Verdict[] = [];
  for (const mutant of wanted) {
    const verdict = await hunt.release(mutant);
    show(verdict);
    verdicts.push(verdict);
  }
  const killed = verdicts.filter(({ killer }) => killer !== undefined).length;
  if (only.length === 0) writeMatrix(verdicts);
  console.log(`\n${killed} killed, ${wanted.length - killed} survived`);
  return killed === wanted.length && wanted.length > 0 ? exitCodes.success : exitCodes.failures;
}

interface Options {
  readonly only: string;
  readonly byOperator?: boolean;
  readonly folder: string[];
  readonly sample?: number;
  readonly seed: string;
  readonly shard?: Shard;
  readonly processes: number;
  readonly limit: number;
  readonly result?: string;
  readonly reports: string;
  readonly atLeast: number;
  readonly config?: string;
}

function shardOf(text: string): Shard {
  const shard = parseShard(text);
  if (shard !== undefined) return shard;
  throw new InvalidArgumentError('expected 1/4 for the first of four');
}

async function start({ byOperator: isByOperator, ...options }: Options): Promise<number> {
  if (isByOperator !== true) return main(options.only.split(',').filter((glob) => glob !== ''));
  const { folder: folders, limit: limitMs, ...rest } = options;
  return byOperator({ folders, limitMs, ...rest });
}

const help = `
By operator: the reference with every change that an operator makes to it (< for <=, true for a condition, no body of a
function), all in one program, switched on one after the other; for each the scenarios that reach it, up to the first
that fails. What was found is kept below reports/by-operator/ as long as neither the reference nor the suite changes: the
same command goes on where it was interrupted. docs/mutants.md tells what was measured.

  npm run mutants -- --by-operator --folder kernel/lib kernel/mm kernel/iommufd --sample 500 --seed 1
`;

void new Command('mutants')
  .description('run each seeded bug against the scenarios of the requirements that it breaks')
  .option('--only <ids>', 'ids or globs of seeded bugs, comma-separated', '')
  .option('--by-operator', 'instead: every change that an operator makes to the reference')
  .option('--folder <paths...>', 'by operator: files or folders below src/reference', [])
  .option('--sample <number>', 'by operator: so many of them', positive)
  .option('--seed <text>', 'by operator: the same seed draws the same sample', '1')
  .option('--shard <i/n>', 'by operator: a part of them, 1/4 for the first of four', shardOf)
  .option('--processes <number>', 'by operator: at once', positive, availableParallelism())
  .option('--limit <ms>', 'by operator: a call that takes longer is ended', positive, 20_000)
  .option('--result <file>', 'by operator: where the measurement is written')
  .option('--reports <folder>', 'by operator: what was found out is kept below it', 'reports')
  .option('--at-least <percent>', 'by operator: fail where the score is lower', Number, 0)
  .option('--config <file>', "by operator: cucumber's configuration, for other scenarios")
  .addHelpText('after', help)
  .action(async (options: Options) => {
    try {
      process.exitCode = await start(options);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      console.error([error.message, error.advice].filter(Boolean).join('\n'));
      process.exitCode = exitCodes.problem;
    }
  })
  .parseAsync();
