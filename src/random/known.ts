import type { IoctlCall } from './call.ts';
import type { Observation } from './observation.ts';

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
    id: 'OPT-28',
    reason:
      'after CHANGE_PROCESS with CAP_IPC_LOCK Linux 7.3 debits the caller at unmap, whose VmPin wraps',
  },
];
