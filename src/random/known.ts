import type { IoctlCall } from './call.ts';
import type { Observation } from './seat.ts';

interface Difference {
  /** Where it is told of: a requirement, or what a release changed. */
  readonly id: string;
  readonly reason: string;
  readonly matches: (call: IoctlCall, reference: Observation, other: Observation) => boolean;
}

/** Where Linux does otherwise than the reference, and why that is no news. */
export const knownDifferences: readonly Difference[] = [];
