import { failure } from '#uapi/errno.ts';
import type { FileOperations, Transfer } from '../file.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { Task } from '../process.ts';

/** fs/proc/array.c and task_mmu.c: the lines of /proc/self/status about memory that is locked or pinned. PIN-04 05 06 */
export class StatusFile implements FileOperations {
  private readonly task: Task;
  private position = 0;

  /** It shows the process that opened it. */
  constructor(task: Task) {
    this.task = task;
  }

  read(transfer: Transfer): number {
    const result = this.pread(transfer, BigInt(this.position));
    if (result > 0) this.position += result;
    return result;
  }

  pread({ task, address, length }: Transfer, offset: bigint): number {
    const text = new TextEncoder().encode(this.text());
    const bytes = text.subarray(Number(offset)).subarray(0, length);
    return task.memory.copyToUser(address, bytes) ? failure('EFAULT') : bytes.length;
  }

  private text(): string {
    const { lockedVm, pinnedVm } = this.task.memory;
    return `VmLck:\t${kibibytes(lockedVm)} kB\nVmPin:\t${kibibytes(pinnedVm)} kB\n`;
  }
}

/** seq_put_decimal_ull_width(): in eight columns. */
function kibibytes(pages: bigint): string {
  return ((pages * PAGE_SIZE) / 1024n).toString().padStart(8);
}
