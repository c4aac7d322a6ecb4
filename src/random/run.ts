import { setImmediate } from 'node:timers/promises';

import fc from 'fast-check';

import { ImplementationBroken } from '#port/implementation.ts';

import { Finding } from './finding.ts';
import type { Machines } from './machines.ts';
import { onMocks } from './round.ts';
import type { Sequence, Sort } from './sequences.ts';

export interface Plan {
  /** At least so many calls in all. */
  readonly calls: number;
  readonly seed: number;
  readonly path?: string;
  readonly replayPath?: string;
  /** Calls in one sequence, at most. */
  readonly longest: number;
  /** Whether a finding is made as short as it can be: true where it is left out. */
  readonly shrinks?: boolean;
  /** Asked before each sequence: true ends the run, and keeps what it has. */
  readonly isStopped?: () => boolean;
}

/** What was found wrong: the cause, how to repeat it, and the shrunk sequence as a scenario. */
export interface Failure {
  readonly cause: string;
  readonly repeat: string;
  readonly scenario: string;
  /** A machine does not answer as the port demands, so that nothing could be shrunk. */
  readonly broken: boolean;
}

export interface Report {
  readonly calls: number;
  readonly sequences: number;
  readonly failure?: Failure;
}

interface Running<C> {
  readonly sequence: Sequence<C>;
}

/** What a sequence does is done to the real machines; the model of fast-check has nothing to add. */
class Step<C> implements fc.AsyncCommand<object, Running<C>> {
  readonly #call: C;
  readonly #name: string;

  constructor(call: C, name: string) {
    this.#call = call;
    this.#name = name;
  }

  check(): boolean {
    return true;
  }

  run(_: object, { sequence }: Running<C>): Promise<void> {
    return sequence.perform(this.#call);
  }

  toString(): string {
    return this.#name;
  }
}

type Steps<C> = Iterable<fc.AsyncCommand<object, Running<C>>>;

interface Last<C> {
  readonly error: unknown;
  readonly sequence: Sequence<C> | undefined;
}

/** One run: what it has made so far, and what it has found last. */
class Runner<C> {
  made = 0;
  sequences = 0;
  last: Last<C> | undefined;
  readonly #sort: Sort<C>;
  readonly #plan: Plan;

  constructor(sort: Sort<C>, plan: Plan) {
    this.#sort = sort;
    this.#plan = plan;
  }

  get #isOver(): boolean {
    const enough = this.made >= this.#plan.calls && this.last === undefined;
    return enough || this.isBroken || (this.#plan.isStopped?.() ?? false);
  }

  get isBroken(): boolean {
    return this.last?.error instanceof ImplementationBroken;
  }

  /** Once it is over no more sequences are drawn, and shrinking ends where it is. */
  async one(opening: number, steps: Steps<C>): Promise<void> {
    // A machine in this process never waits, and signals come to those who do.
    await setImmediate();
    if (this.#isOver) throw new fc.PreconditionFailure(true);
    this.sequences += 1;
    let sequence: Sequence<C> | undefined;
    try {
      sequence = await this.#sort.begin();
      await sequence.open(opening);
      const running = { sequence };
      await fc.asyncModelRun(() => ({ model: {}, real: running }), steps);
      await sequence.end();
    } catch (error) {
      this.last = { error, sequence };
      if (!this.isBroken) await sequence?.abandon();
      throw error;
    } finally {
      this.made += sequence?.made ?? 0;
    }
  }
}

function sequenceOf<C>(sort: Sort<C>, { longest, replayPath }: Plan) {
  const weights = sort.calls.map(([weight, call]) => ({
    weight,
    arbitrary: call.map((each) => new Step(each, sort.nameOf(each))),
  }));
  return fc.commands([fc.oneof(...weights)], {
    maxCommands: longest,
    size: 'max',
    ...(replayPath === undefined ? {} : { replayPath }),
  });
}

/** Of the calls that go to mock devices. */
export function run(machines: Machines, plan: Plan): Promise<Report> {
  return runSequences(onMocks(machines), plan);
}

/** Runs sequences until enough calls were made or something is wrong; then shrinks. */
export async function runSequences<C>(sort: Sort<C>, plan: Plan): Promise<Report> {
  const runner = new Runner(sort, plan);
  const { path, longest, seed } = plan;
  const property = fc.asyncProperty(
    fc.nat(sort.openings - 1),
    sequenceOf(sort, plan),
    (opening, steps) => runner.one(opening, steps),
  );
  const details = await fc.check(property, {
    seed,
    endOnFailure: plan.shrinks === false,
    numRuns: Math.ceil((plan.calls / longest) * 4) + 10,
    ...(path === undefined ? {} : { path }),
  });
  const { made, sequences, last } = runner;
  if (!details.failed || last === undefined) return { calls: made, sequences };
  const [, shrunk] = details.counterexample ?? [];
  const [, replayPath = ''] = /replayPath="([^"]*)"/.exec(fc.stringify(shrunk)) ?? [];
  const options = `--longest ${longest} ${sort.options} --calls ${plan.calls}`;
  const repeat = `--seed ${details.seed} --path ${details.counterexamplePath ?? ''} --replay-path '${replayPath}' ${options}`;
  return { calls: made, sequences, failure: failureOf(last, repeat, runner.isBroken) };
}

function failureOf<C>({ error, sequence }: Last<C>, repeat: string, broken: boolean): Failure {
  const known = error instanceof Finding || error instanceof ImplementationBroken;
  const cause = known ? error.message : String((error as Error).stack);
  const shows = error instanceof Finding ? error.shows : undefined;
  return { cause, repeat, scenario: sequence?.scenario({ cause, repeat, shows }) ?? '', broken };
}
