import type { FdTable } from './fd-table.ts';
import type { UserMemory } from '../mm/user-memory.ts';

/** capability.h, CAP_ left away. */
export type CapabilityName =
  'IPC_LOCK' | 'SYS_RESOURCE' | 'SYS_RAWIO' | 'SYS_ADMIN' | 'DAC_OVERRIDE';

/** struct user_struct: what all processes of one user share. */
export interface User {
  /** Pages. PIN-03 */
  lockedVm: bigint;
}

/** struct task_struct of a process with one thread. */
export interface Task {
  readonly user: User;
  readonly memory: UserMemory;
  readonly files: FdTable;
  /** Soft limits: bytes, and a count. */
  readonly limits: { memlock: bigint; nofile: bigint };
  readonly capabilities: ReadonlySet<CapabilityName>;
  /** /proc/self/fail-nth: the so many-th check from now on fails; 0 for none. */
  failNth: number;
  /** /proc/self/make-it-fail */
  makeItFail: boolean;
}
