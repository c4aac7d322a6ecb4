import type { IoctlCall } from './call.ts';
import type { Observation } from './seat.ts';

interface Difference {
  /** Where it is told of: a requirement, or what a release changed. */
  readonly id: string;
  readonly reason: string;
  /** Told from one call; absent where it shows only in the invariants. */
  readonly matches?: (call: IoctlCall, reference: Observation, other: Observation) => boolean;
}

/** Where Linux does otherwise than the reference, and why that is no news. */
export const knownDifferences: readonly Difference[] = [
  {
    id: 'OPT-24',
    reason:
      'CHANGE_PROCESS with CAP_IPC_LOCK does not move VmPin on Linux 7.3, and a later unmap wraps it',
  },
];
