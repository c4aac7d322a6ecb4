import { setImmediate } from 'node:timers/promises';

import fc from 'fast-check';

import { ImplementationBroken } from '#port/implementation.ts';

import type { Call } from './call.ts';
import { calls } from './calls.ts';
import { Finding } from './finding.ts';
import type { Machines } from './machines.ts';
import { openings } from './openings.ts';
import { Round } from './round.ts';
import { scenario } from './scenario.ts';

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

interface Running {
  readonly round: Round;
}

/** What a round does is done to the real machines; the model of fast-check has nothing to add. */
class Step implements fc.AsyncCommand<object, Running> {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  check(): boolean {
    return true;
  }

  run(_: object, { round }: Running): Promise<void> {
    return round.perform(this.#call);
  }

  toString(): string {
    return 'command' in this.#call ? this.#call.command.name : this.#call.kind;
  }
}

type Steps = Iterable<fc.AsyncCommand<object, Running>>;

/** One run: what it has made so far, and what it has found last. */
class Runner {
  made = 0;
  sequences = 0;
  last: { readonly error: unknown; readonly round: Round | undefined } | undefined;
  readonly #machines: Machines;
  readonly #plan: Plan;

  constructor(machines: Machines, plan: Plan) {
    this.#machines = machines;
    this.#plan = plan;
  }

  get #isOver(): boolean {
    const enough = this.made >= this.#plan.calls && this.last === undefined;
    return enough || this.isBroken || (this.#plan.isStopped?.() ?? false);
  }

  get isBroken(): boolean {
    return this.last?.error instanceof ImplementationBroken;
  }

  /** A sequence that is not made any more counts as one that is right: then shrinking ends where it is. */
  async one(opening: number, steps: Steps): Promise<void> {
    // A machine in this process never waits, and signals come to those who do.
    await setImmediate();
    if (this.#isOver) return;
    this.sequences += 1;
    let round: Round | undefined;
    try {
      round = await Round.begin(this.#machines);
      await round.open(openings[opening] ?? { name: 'none', calls: [] });
      const running = { round };
      await fc.asyncModelRun(() => ({ model: {}, real: running }), steps);
      await round.end();
    } catch (error) {
      this.last = { error, round };
      if (!this.isBroken) await round?.abandon();
      throw error;
    } finally {
      this.made += round?.done.length ?? 0;
    }
  }
}

function sequenceOf({ longest, replayPath }: Plan) {
  const weights = calls.map(([weight, call]) => ({
    weight,
    arbitrary: call.map((each) => new Step(each)),
  }));
  return fc.commands([fc.oneof(...weights)], {
    maxCommands: longest,
    size: 'max',
    ...(replayPath === undefined ? {} : { replayPath }),
  });
}

/** Runs sequences until enough calls were made or something is wrong; then shrinks. */
export async function run(machines: Machines, plan: Plan): Promise<Report> {
  const runner = new Runner(machines, plan);
  const { path, longest, seed } = plan;
  const property = fc.asyncProperty(
    fc.nat(openings.length - 1),
    sequenceOf(plan),
    (opening, steps) => runner.one(opening, steps),
  );
  const details = await fc.check(property, {
    seed,
    endOnFailure: plan.shrinks === false,
    numRuns: Math.ceil((plan.calls / longest) * 3) + 10,
    ...(path === undefined ? {} : { path }),
  });
  const { made, sequences, last } = runner;
  if (!details.failed || last === undefined) return { calls: made, sequences };
  const [, shrunk] = details.counterexample ?? [];
  const [, replayPath = ''] = /replayPath="([^"]*)"/.exec(fc.stringify(shrunk)) ?? [];
  const options = `--longest ${longest} --every ${machines.every} --calls ${plan.calls}`;
  const repeat = `--seed ${details.seed} --path ${details.counterexamplePath ?? ''} --replay-path '${replayPath}' ${options}`;
  return { calls: made, sequences, failure: failureOf(last, repeat, runner.isBroken) };
}

function failureOf(
  { error, round }: NonNullable<Runner['last']>,
  repeat: string,
  broken: boolean,
): Failure {
  const known = error instanceof Finding || error instanceof ImplementationBroken;
  const cause = known ? error.message : String((error as Error).stack);
  const shows = error instanceof Finding ? error.shows : undefined;
  return { cause, repeat, scenario: scenario({ cause, repeat, shows }, round?.done ?? []), broken };
}
