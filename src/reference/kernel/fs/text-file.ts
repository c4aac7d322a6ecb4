import { failure } from '#uapi/errno.ts';
import type { FileOperations, Transfer } from './file.ts';

/** A file of the kernel that shows a text. */
export abstract class TextFile implements FileOperations {
  protected position = 0;

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

  protected abstract text(): string;
}
