import type { ErrnoName } from '#uapi/errno.ts';
import { PAGE_SHIFT } from '../mm/user-memory.ts';
import type { UserMemory } from '../mm/user-memory.ts';
import type { Task, User } from '../fs/process.ts';

/**
 * Against what pinned pages are limited: nothing, all pages that the user has pinned, or all that the process has locked
 * (as type1 did).
 */
export type AccountMode = 'none' | 'user' | 'mm';

/**
 * pages.c: do_update_pinned(): who pays for the pages of a mapping. Sampled when the mapping is made. PIN-02 05 VFIO-CMP-12
 */
export class Accounting {
  readonly mode: AccountMode;
  /** The process that made the mapping: its RLIMIT_MEMLOCK counts. */
  readonly task: Task;
  readonly user: User;
  readonly memory: UserMemory;

  constructor(task: Task, mode: AccountMode) {
    this.mode = mode;
    this.task = task;
    this.user = task.user;
    this.memory = task.memory;
  }

  /** ENOMEM where the limit would be exceeded, also of a process that has exited. IOAS-MAP-40 IOAS-FILE-15 31 PIN-01 03 04 05 14 */
  charge(pages: bigint): ErrnoName | undefined {
    if (pages === 0n) return undefined;
    const error = this.lock(pages);
    if (error) return error;
    this.memory.pinnedVm += pages;
    return undefined;
  }

  /** IOAS-UNMAP-20 PIN-11 16 */
  uncharge(pages: bigint): void {
    if (this.mode === 'user') this.user.lockedVm -= pages;
    if (this.mode === 'mm' && !this.memory.exited) this.memory.lockedVm -= pages;
    this.memory.pinnedVm -= pages;
  }

  /**
   * Whether the charge goes along when `task` takes the mapping over. In mode `none` the process that was charged stays
   * charged, so that what is credited later is what was debited. OPT-23 24 28
   */
  movesTo(task: Task): boolean {
    return this.mode !== 'none' && task.memory !== this.memory;
  }

  protected lock(pages: bigint): ErrnoName | undefined {
    if (this.mode === 'none') return undefined;
    const payer = this.mode === 'user' ? this.user : this.memory;
    if (payer.lockedVm + pages > this.limit()) return 'ENOMEM';
    payer.lockedVm += pages;
    return undefined;
  }

  /** Pages. */
  protected limit(): bigint {
    return this.task.limits.memlock >> PAGE_SHIFT;
  }
}
