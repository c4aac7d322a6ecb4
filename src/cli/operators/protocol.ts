import type { Place } from '#port/places.ts';

/** What the command and the processes that run the mutants tell each other. */

/** What became of a mutant, or of a scenario with it. */
export type Fate =
  /** A step compared and was wrong. */
  | 'killed'
  /** An exception inside the reference, as an oops of a kernel. */
  | 'crashed'
  /** It did not come back, or took all memory. */
  | 'timed out'
  | 'survived';

export interface Begin {
  readonly kind: 'begin';
  /** A folder with the instrumented sources. */
  readonly program: string;
  /** Feature files; scenarios are numbered through them, from 0. */
  readonly uris: readonly string[];
  /** The machines of the reference, as SingleScenarios takes them. */
  readonly places: readonly Place[];
  readonly limitMs: number;
  /** Whether the program is to tell what it reaches, which takes a tenth of its time. */
  readonly covers: boolean;
}

export type Order =
  | Begin
  /** Run these as they are, and say what they reach. */
  | { readonly kind: 'cover'; readonly scenarios: readonly number[] }
  /** Switch a mutation on, and run these until one fails. */
  | Hunting;

export interface Hunting {
  readonly kind: 'hunt';
  readonly mutation: string;
  /** In this order. */
  readonly scenarios: readonly number[];
  /** It is passed more often by what runs in circles only. */
  readonly hitLimit: number;
}

export interface Covered {
  readonly kind: 'covered';
  readonly scenario: number;
  /** How often, by the ids of mutations. */
  readonly reached: Readonly<Record<string, number>>;
  /** Why it went wrong without any; undefined where it did not. */
  readonly wrong?: string;
}

export interface Verdict {
  readonly kind: 'verdict';
  readonly mutation: string;
  readonly fate: Fate;
  /** The scenario that ended it. */
  readonly killer?: number;
  /** What that one said. */
  readonly reason?: string;
  /** The check of the reference on itself, after a scenario, was the only one to see anything. */
  readonly complaint?: string;
  readonly tried: number;
  /** The same scenario fails now without the mutation: this process is of no more use. */
  readonly spoiled: boolean;
}

export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'alive' }
  | Covered
  /** All that was to be covered is. `loaded`: what was reached while the program was loaded. */
  | { readonly kind: 'done'; readonly loaded: readonly string[] }
  | Verdict;
