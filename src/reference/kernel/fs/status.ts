import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { Task } from './process.ts';
import { TextFile } from './text-file.ts';

/** fs/proc/task_mmu.c: the lines of /proc/self/status about memory that is locked or pinned. PIN-04 05 06 */
export class StatusFile extends TextFile {
  protected readonly task: Task;

  /** It shows the process that opened it. */
  constructor(task: Task) {
    super();
    this.task = task;
  }

  protected override text(): string {
    const { lockedVm, pinnedVm } = this.task.memory;
    return `VmLck:\t${kibibytes(lockedVm)} kB\nVmPin:\t${kibibytes(pinnedVm)} kB\n`;
  }
}

/** seq_put_decimal_ull_width(): in eight columns. */
function kibibytes(pages: bigint): string {
  return ((pages * PAGE_SIZE) / 1024n).toString().padStart(8);
}
