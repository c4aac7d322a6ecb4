import type { ErrnoName } from '#uapi/errno.ts';

import type { Task } from '../../fs/process.ts';
import { PAGE_SHIFT } from '../../mm/user-memory.ts';
import type { VfioDma } from './dma.ts';

/** Who would pay: a process, and whether a limit holds for it. */
export interface Payer {
  readonly task: Task;
  readonly lockCap: boolean;
}

/**
 * vfio_iommu_type1.c: vfio_lock_acct(): what is pinned counts as locked memory of the process, page by page: a page that is
 * mapped twice counts twice. VFIO-MAP-11 14
 */
export class LockedMemory {
  /** ENOMEM beyond RLIMIT_MEMLOCK, which does not hold for CAP_IPC_LOCK; that is charged all the same. */
  charge(dma: VfioDma, pages: bigint): ErrnoName | undefined {
    const error = this.lock(dma, pages);
    if (!error) dma.lockedVm += pages;
    return error;
  }

  /** A process that has exited has nothing locked any more. */
  uncharge(dma: VfioDma): void {
    if (!dma.memory.exited) dma.memory.lockedVm -= dma.lockedVm;
    dma.lockedVm = 0n;
  }

  /** vfio_change_dma_owner(): the charge goes to whoever tells the new address. ENOMEM beyond the limit of that one. VFIO-UNM-14 */
  move(dma: VfioDma, task: Task): ErrnoName | undefined {
    const { memory, lockedVm } = dma;
    if (memory === task.memory) return undefined;
    const lockCap = task.capabilities.has('IPC_LOCK');
    const error = this.lock({ task, lockCap }, lockedVm);
    if (error) return error;
    if (!memory.exited) memory.lockedVm -= lockedVm;
    dma.task = task;
    dma.memory = task.memory;
    dma.lockCap = lockCap;
    return undefined;
  }

  /** mm_lock_acct() */
  protected lock({ task, lockCap }: Payer, pages: bigint): ErrnoName | undefined {
    const { memory, limits } = task;
    const limit = limits.memlock >> PAGE_SHIFT;
    if (pages > 0n && !lockCap && memory.lockedVm + pages > limit) return 'ENOMEM';
    memory.lockedVm += pages;
    return undefined;
  }
}
