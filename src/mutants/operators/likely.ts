import type { Mutation } from './mutation.ts';

/** What is known of a scenario before any mutant. */
export interface Hunter {
  /** How many mutations it reaches. */
  readonly breadth: number;
  readonly requirements: readonly string[];
}

/**
 * Who is asked first: those that killed in the same function; those of a requirement that the function names; those that
 * killed in the same file; then those that reach least, as they look at this and little else.
 */
export class Likely {
  readonly #hunters: readonly Hunter[];
  /** By function, and by file: the scenarios that killed there, the last one first. */
  readonly #killers = new Map<string, number[]>();

  constructor(hunters: readonly Hunter[]) {
    this.#hunters = hunters;
  }

  killed({ file, where }: Mutation, scenario: number): void {
    for (const place of [file, `${file} ${where}`]) {
      const others = (this.#killers.get(place) ?? []).filter((each) => each !== scenario);
      this.#killers.set(place, [scenario, ...others].slice(0, 20));
    }
  }

  order({ file, where, requirements }: Mutation, reaching: readonly number[]): number[] {
    const reach = new Set(reaching);
    const byBreadth = [...reaching].sort(
      (one, other) => this.#breadthOf(one) - this.#breadthOf(other) || one - other,
    );
    const shows = (scenario: number): boolean =>
      this.#hunters[scenario]?.requirements.some((id) => requirements.includes(id)) ?? false;
    const near = (place: string): number[] =>
      (this.#killers.get(place) ?? []).filter((scenario) => reach.has(scenario));
    const all = [near(`${file} ${where}`), byBreadth.filter(shows), near(file), byBreadth];
    return [...new Set(all.flat())];
  }

  #breadthOf(scenario: number): number {
    return this.#hunters[scenario]?.breadth ?? 0;
  }
}
