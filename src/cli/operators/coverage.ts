import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { writeWhole } from '#report/write-whole.ts';

import { Hand } from './hand.ts';
import type { Begin } from './protocol.ts';
import type { Program } from './program.ts';

/** Which scenarios reach a mutation. */
export class Coverage {
  /** By scenario: how many mutations it reaches. */
  readonly breadth: readonly number[];
  readonly #reaching = new Map<string, number[]>();
  readonly #loaded: ReadonlySet<string>;
  readonly #most: Kept['most'];

  constructor({ reached, loaded, most }: Kept) {
    this.breadth = reached.map((ids) => ids.length);
    this.#most = most;
    this.#loaded = new Set(loaded);
    for (const [scenario, ids] of reached.entries())
      for (const id of ids) {
        const known = this.#reaching.get(id);
        if (known) known.push(scenario);
        else this.#reaching.set(id, [scenario]);
      }
  }

  reaching(id: string): readonly number[] {
    return this.#reaching.get(id) ?? [];
  }

  /** How often one scenario passes it at most. */
  most(id: string): number {
    return this.#most[id] ?? 0;
  }

  /** Done once, when the program is loaded: nothing that is switched on later changes it. */
  isStatic(id: string): boolean {
    return this.#loaded.has(id) && !this.#reaching.has(id);
  }
}

interface Kept {
  /** Ids of mutations, by scenario. */
  readonly reached: readonly (readonly string[])[];
  readonly loaded: readonly string[];
  /** How often one scenario passes a mutation at most. */
  readonly most: Readonly<Record<string, number>>;
}

export interface Measuring {
  readonly begin: Begin;
  /** Of each scenario, as messages name it. */
  readonly names: readonly string[];
  readonly processes: number;
  readonly progress: (done: number, total: number) => void;
}

/** Runs all scenarios once, or takes what was found the last time where nothing has changed since. */
export async function coverageOf({ folder }: Program, measuring: Measuring): Promise<Coverage> {
  const file = join(folder, 'coverage.json');
  if (!existsSync(file)) writeWhole(file, JSON.stringify(await measure(measuring)));
  return new Coverage(JSON.parse(readFileSync(file, 'utf8')) as Kept);
}

async function measure({ begin, names, processes, progress }: Measuring): Promise<Kept> {
  const reached = names.map((): readonly string[] => []);
  const loaded = new Set<string>();
  const most: Record<string, number> = {};
  let done = 0;
  const work = async (first: number): Promise<void> => {
    const own = names.map((_, index) => index).filter((index) => index % processes === first);
    const hand = await Hand.start(begin);
    try {
      const atStart = await hand.cover(own, ({ scenario, reached: times, wrong }) => {
        if (wrong === undefined) reached[scenario] = Object.keys(times);
        else console.log(`left out, as it fails without a mutant: ${names[scenario]}\n  ${wrong}`);
        for (const [id, hits] of Object.entries(times)) most[id] = Math.max(most[id] ?? 0, hits);
        progress(++done, names.length);
      });
      for (const id of atStart) loaded.add(id);
    } finally {
      hand.end();
    }
  };
  await Promise.all(Array.from({ length: processes }, (_, first) => work(first)));
  return { reached, loaded: [...loaded], most };
}
