/** What `npm run random -- --mutants` and the processes that run them tell each other. */

export interface Task {
  readonly mutant: string;
  readonly calls: number;
  readonly seed: number;
  readonly longest: number;
  /** Where the mutant changes something that is reached: undefined for the mock devices, else machines whose devices move bytes. */
  readonly machines?: readonly string[];
}

/** How the random calls noticed: a difference from the model, a machine that broke, or one that did not come back. */
export type Notice = 'difference' | 'broken' | 'hung';

export interface Tried {
  readonly kind: 'tried';
  readonly mutant: string;
  /** How many were made: up to the end of the sequence that found it, or all. */
  readonly calls: number;
  readonly notice?: Notice;
  readonly cause?: string;
}

export type Told = { readonly kind: 'alive' } | Tried;
