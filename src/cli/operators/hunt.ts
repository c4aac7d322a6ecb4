import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { equivalentTo } from '#mutants/operators/equivalents.ts';
import { Likely } from '#mutants/operators/likely.ts';
import type { Mutation } from '#mutants/operators/mutation.ts';
import type { Scenario } from '#report/scenario.ts';

import type { Coverage } from './coverage.ts';
import { Hand } from './hand.ts';
import type { Begin, Hunting, Verdict } from './protocol.ts';

/** What is known of mutants by now: each verdict is kept as soon as it is there. */
export class Verdicts {
  readonly #file: string;
  readonly #known = new Map<string, Verdict>();

  constructor(folder: string) {
    this.#file = join(folder, 'verdicts.jsonl');
    if (!existsSync(this.#file)) return;
    // The last line is cut short where the program was killed.
    const lines = readFileSync(this.#file, 'utf8').split('\n').slice(0, -1);
    for (const line of lines) this.#learn(JSON.parse(line) as Verdict);
  }

  of(id: string): Verdict | undefined {
    return this.#known.get(id);
  }

  add(verdict: Verdict): void {
    this.#learn(verdict);
    appendFileSync(this.#file, `${JSON.stringify(verdict)}\n`);
  }

  #learn(verdict: Verdict): void {
    this.#known.set(verdict.mutation, verdict);
  }
}

export interface Hunt {
  readonly begin: Begin;
  readonly coverage: Coverage;
  readonly verdicts: Verdicts;
  readonly scenarios: readonly Pick<Scenario, 'requirements'>[];
  readonly processes: number;
  readonly isStopped: () => boolean;
  readonly found: (mutation: Mutation, verdict: Verdict) => void;
}

/** Each mutant that has no verdict yet gets one, unless it is stopped. */
export async function hunt(mutations: readonly Mutation[], options: Hunt): Promise<void> {
  const { coverage, verdicts, processes } = options;
  const waiting = mutations.filter(
    ({ id }) => verdicts.of(id) === undefined && coverage.reaching(id).length > 0,
  );
  const likely = new Likely(
    coverage.breadth.map((breadth, scenario) => ({
      breadth,
      requirements: options.scenarios[scenario]?.requirements ?? [],
    })),
  );
  for (const mutation of mutations) learn(likely, mutation, verdicts.of(mutation.id));
  const workers = Math.min(processes, waiting.length);
  await Promise.all(Array.from({ length: workers }, () => work(waiting, likely, options)));
}

async function work(waiting: Mutation[], likely: Likely, options: Hunt): Promise<void> {
  let hand: Hand | undefined;
  try {
    for (;;) {
      const mutation = options.isStopped() ? undefined : waiting.shift();
      if (mutation === undefined) return;
      const order = orderOf(mutation, likely, options.coverage);
      hand ??= await Hand.start(options.begin);
      let { verdict, isFirst } = await hand.hunt(order);
      if (verdict.spoiled && !isFirst && verdict.fate !== 'timed out') {
        // Perhaps an earlier one did it: again, where there was none.
        hand.end();
        hand = await Hand.start(options.begin);
        ({ verdict, isFirst } = await hand.hunt(order));
      }
      if (verdict.spoiled) hand.end();
      if (verdict.spoiled) hand = undefined;
      if (options.isStopped() && verdict.spoiled) return;
      options.verdicts.add(verdict);
      learn(likely, mutation, verdict);
      options.found(mutation, verdict);
    }
  } finally {
    hand?.end();
  }
}

/** Scenarios, the likeliest ones, that have a look at one of the list of equivalents. */
const enough = 200;

function orderOf(mutation: Mutation, likely: Likely, coverage: Coverage): Hunting {
  const { id } = mutation;
  const all = likely.order(mutation, coverage.reaching(id));
  const scenarios = equivalentTo(mutation) === undefined ? all : all.slice(0, enough);
  return { kind: 'hunt', mutation: id, scenarios, hitLimit: 100 * coverage.most(id) + 10_000 };
}

function learn(likely: Likely, mutation: Mutation, verdict: Verdict | undefined): void {
  if (verdict?.killer !== undefined) likely.killed(mutation, verdict.killer);
}
