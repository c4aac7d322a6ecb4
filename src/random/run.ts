import fc from 'fast-check';

import type { Call } from './call.ts';
import { calls } from './calls.ts';
import { Finding, Round, type Machines } from './round.ts';
import { scenario } from './scenario.ts';

export interface Plan {
  /** At least so many calls in all. */
  readonly calls: number;
  readonly seed: number;
  readonly path?: string;
  readonly replayPath?: string;
  /** Calls in one sequence, at most. */
  readonly longest: number;
}

export interface Report {
  readonly calls: number;
  readonly sequences: number;
  /** What was found wrong: the cause, how to repeat it, and the shrunk sequence as a scenario. */
  readonly failure?: { readonly cause: string; readonly repeat: string; readonly scenario: string };
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

  async run(_: object, running: Running): Promise<void> {
    if (running.parted) return;
    running.parted = !(await running.round.perform(this.#call));
    if (running.parted) running.round.part();
  }

  toString(): string {
    return this.#call.kind === 'ioctl' ? this.#call.command.name : this.#call.kind;
  }
}

interface Running {
  readonly round: Round;
  parted: boolean;
}

/** Runs sequences until enough calls were made or something is wrong; then shrinks. */
export async function run(machines: Machines, plan: Plan): Promise<Report> {
  let made = 0;
  let sequences = 0;
  let last: { cause: string; round: Round } | undefined;

  const one = async (steps: Iterable<fc.AsyncCommand<object, Running>>): Promise<void> => {
    if (made >= plan.calls && last === undefined) return;
    sequences++;
    const round = await Round.begin(machines);
    try {
      await fc.asyncModelRun(() => ({ model: {}, real: { round, parted: false } }), steps);
      await round.end();
    } catch (error) {
      last = {
        cause: error instanceof Finding ? error.message : String((error as Error).stack),
        round,
      };
      await round.abandon();
      throw error;
    } finally {
      made += round.done.length;
    }
  };

  const weights = calls.map(([weight, call]) => ({
    weight,
    arbitrary: call.map((made_) => new Step(made_)),
  }));
  const { replayPath, path, longest, seed } = plan;
  const sequence = fc.commands([fc.oneof(...weights)], {
    maxCommands: longest,
    size: 'max',
    ...(replayPath === undefined ? {} : { replayPath }),
  });
  const details = await fc.check(fc.asyncProperty(sequence, one), {
    seed,
    numRuns: Math.ceil((plan.calls / longest) * 3) + 10,
    ...(path === undefined ? {} : { path }),
  });
  const report = { calls: made, sequences };
  if (!details.failed || last === undefined) return report;
  const [shrunk] = details.counterexample ?? [];
  const [, found = ''] = /replayPath="([^"]*)"/.exec(fc.stringify(shrunk)) ?? [];
  const repeat = `--seed ${details.seed} --path ${details.counterexamplePath ?? ''} --replay-path '${found}'`;
  const { cause, round } = last;
  return {
    ...report,
    failure: { cause, repeat, scenario: scenario(cause.split('\n')[0] ?? '', round.done) },
  };
}
