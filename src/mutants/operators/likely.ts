import type { Mutation } from './mutation.ts';

/** Who is asked first: those that killed a neighbour, then those that reach least, as they look at this and little else. */
export class Likely {
  readonly #breadth: readonly number[];
  /** By function, and by file: the scenarios that killed there, the last one first. */
  readonly #killers = new Map<string, number[]>();

  /** How many mutations each scenario reaches. */
  constructor(breadth: readonly number[]) {
    this.#breadth = breadth;
  }

  killed({ file, where }: Mutation, scenario: number): void {
    for (const place of [file, `${file} ${where}`]) {
      const others = (this.#killers.get(place) ?? []).filter((each) => each !== scenario);
      this.#killers.set(place, [scenario, ...others].slice(0, 20));
    }
  }

  order({ file, where }: Mutation, reaching: readonly number[]): number[] {
    const reach = new Set(reaching);
    const near = [`${file} ${where}`, file].flatMap((place) => this.#killers.get(place) ?? []);
    const first = new Set(near.filter((scenario) => reach.has(scenario)));
    const rest = reaching.filter((scenario) => !first.has(scenario));
    rest.sort((one, other) => this.#breadthOf(one) - this.#breadthOf(other) || one - other);
    return [...first, ...rest];
  }

  #breadthOf(scenario: number): number {
    return this.#breadth[scenario] ?? 0;
  }
}
