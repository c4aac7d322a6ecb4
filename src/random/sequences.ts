import type fc from 'fast-check';

import type { Shows } from './finding.ts';

/** What ended a sequence, for the scenario that shows it. */
export interface Found {
  readonly cause: string;
  readonly repeat: string;
  readonly shows: Shows | undefined;
}

/** One sequence: it opens, calls follow, and at its end nothing may be left of anything. */
export interface Sequence<C> {
  /** Calls that were made. */
  readonly made: number;
  /** By number: what is there before the random calls. */
  open(opening: number): Promise<void>;
  /** Does nothing where the call makes no sense, so that shrinking leaves what matters. */
  perform(call: C): Promise<void>;
  end(): Promise<void>;
  /** After a finding: the machine is to be clean for the next sequence. */
  abandon(): Promise<void>;
  scenario(found: Found): string;
}

/** A sort of random sequences. */
export interface Sort<C> {
  readonly openings: number;
  readonly calls: readonly (readonly [weight: number, call: fc.Arbitrary<C>])[];
  nameOf(call: C): string;
  begin(): Promise<Sequence<C>>;
  /** Options of `npm run random` that choose it. */
  readonly options: string;
}
