import { failure } from '#uapi/errno.ts';
import type { FileOperations, Transfer } from './file.ts';

/** drivers/char/mem.c: /dev/null. */
export class NullDevice implements FileOperations {
  read(): number {
    return 0;
  }

  write({ length }: Transfer): number {
    return length;
  }
}

/** drivers/char/mem.c: /dev/zero. */
export class ZeroDevice extends NullDevice {
  override read(transfer?: Transfer): number {
    if (!transfer) return 0;
    const { task, address, length } = transfer;
    return task.memory.copyToUser(address, new Uint8Array(length)) ? failure('EFAULT') : length;
  }
}
