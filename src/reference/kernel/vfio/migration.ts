import {
  VFIO_DEVICE_STATE_ERROR as ERROR,
  VFIO_DEVICE_STATE_PRE_COPY as PRE_COPY,
  VFIO_DEVICE_STATE_PRE_COPY_P2P as PRE_COPY_P2P,
  VFIO_DEVICE_STATE_RESUMING as RESUMING,
  VFIO_DEVICE_STATE_RUNNING as RUNNING,
  VFIO_DEVICE_STATE_RUNNING_P2P as RUNNING_P2P,
  VFIO_DEVICE_STATE_STOP as STOP,
  VFIO_DEVICE_STATE_STOP_COPY as STOP_COPY,
  VFIO_MIGRATION_P2P,
  VFIO_MIGRATION_PRE_COPY,
  VFIO_MIGRATION_STOP_COPY,
} from '#uapi/vfio/feature.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { FileOperations } from '../fs/file.ts';

/** The data of a device on its way, as a file of its user. */
export interface MigrationFile {
  readonly operations: FileOperations;
  /** O_*: whoever saves reads, whoever resumes writes. */
  readonly flags: number;
}

/** struct vfio_migration_ops: what a driver that can migrate its device does. */
export interface MigrationOps {
  /** VFIO_MIGRATION_*. */
  readonly flags: number;
  /** VFIO_DEVICE_STATE_*. */
  readonly state: number;
  /** Bytes that stopping and copying takes, as far as is known. */
  readonly dataSize: bigint;
  /** The user wants the flags of VFIO_MIG_GET_PRECOPY_INFO for an answer, until the device is closed. */
  precopyInfoV2: boolean;
  /** As far as it comes: what fails half-way leaves the state that was reached. */
  setState(state: number): MigrationFile | ErrnoName | undefined;
}

/** By the state and the wanted one, the first state on the way; what is not listed is itself the next one. */
const ways: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  [STOP]: { [RUNNING]: RUNNING_P2P, [PRE_COPY]: RUNNING_P2P, [PRE_COPY_P2P]: RUNNING_P2P },
  [RUNNING]: {
    [STOP]: RUNNING_P2P,
    [STOP_COPY]: RUNNING_P2P,
    [RESUMING]: RUNNING_P2P,
    [PRE_COPY_P2P]: RUNNING_P2P,
  },
  [RUNNING_P2P]: { [STOP_COPY]: STOP, [RESUMING]: STOP, [PRE_COPY]: RUNNING },
  [STOP_COPY]: {
    [RUNNING]: STOP,
    [RUNNING_P2P]: STOP,
    [RESUMING]: STOP,
    [PRE_COPY]: ERROR,
    [PRE_COPY_P2P]: ERROR,
  },
  [RESUMING]: {
    [RUNNING]: STOP,
    [RUNNING_P2P]: STOP,
    [STOP_COPY]: STOP,
    [PRE_COPY]: STOP,
    [PRE_COPY_P2P]: STOP,
  },
  [PRE_COPY]: {
    [RUNNING_P2P]: RUNNING,
    [STOP]: RUNNING,
    [RESUMING]: RUNNING,
    [STOP_COPY]: PRE_COPY_P2P,
  },
  [PRE_COPY_P2P]: { [RUNNING]: RUNNING_P2P, [STOP]: RUNNING_P2P, [RESUMING]: RUNNING_P2P },
};

/** What a device must be able to do for a state to exist, VFIO_MIGRATION_*. */
const needed: Readonly<Record<number, number>> = {
  [STOP]: VFIO_MIGRATION_STOP_COPY,
  [RUNNING]: VFIO_MIGRATION_STOP_COPY,
  [STOP_COPY]: VFIO_MIGRATION_STOP_COPY,
  [RESUMING]: VFIO_MIGRATION_STOP_COPY,
  [RUNNING_P2P]: VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P,
  [PRE_COPY]: VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_PRE_COPY,
  [PRE_COPY_P2P]: VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P | VFIO_MIGRATION_PRE_COPY,
};

function exists(state: number, flags: number): boolean {
  const wanted = needed[state];
  return wanted !== undefined && (flags & wanted) === wanted;
}

/**
 * vfio_mig_get_next_state(): the next state on the way from `from` to `to`, past those that a device with VFIO_MIGRATION_*
 * `flags` lacks; EINVAL where there is no way. VFIO-MIG-05 06 07
 */
export function nextState(from: number, to: number, flags: number): number | 'EINVAL' {
  if (!exists(from, flags) || !exists(to, flags)) return 'EINVAL';
  let next = from;
  do next = ways[next]?.[to] ?? to;
  while (next !== ERROR && !exists(next, flags));
  return next === ERROR ? 'EINVAL' : next;
}
