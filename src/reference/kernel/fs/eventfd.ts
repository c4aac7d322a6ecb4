import { failure } from '#uapi/errno.ts';
import { POLLIN, POLLOUT } from '#uapi/poll.ts';
import type { FileOperations, Transfer } from './file.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX } from '../lib/math.ts';

/** fs/eventfd.c; calls never wait, so that it always answers as one with EFD_NONBLOCK. */
export class Eventfd implements FileOperations {
  protected count: bigint;
  protected readonly semaphore: boolean;

  constructor(initial: number, flags: number) {
    this.count = BigInt(initial);
    this.semaphore = (flags & 1) !== 0;
  }

  read({ task, address, length }: Transfer): number {
    if (length < 8) return failure('EINVAL');
    if (this.count === 0n) return failure('EAGAIN');
    const value = this.semaphore ? 1n : this.count;
    this.count -= value;
    const bytes = new Uint8Array(BigUint64Array.of(value).buffer);
    return task.memory.copyToUser(address, bytes) ? failure('EFAULT') : 8;
  }

  write({ task, address, length }: Transfer): number {
    if (length < 8) return failure('EINVAL');
    const bytes = task.memory.copyFromUser(address, 8);
    if (isErrno(bytes)) return failure(bytes);
    const value = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    if (value === ULONG_MAX) return failure('EINVAL');
    if (this.count + value >= ULONG_MAX) return failure('EAGAIN');
    this.count += value;
    return 8;
  }

  poll(): number {
    return (this.count > 0n ? POLLIN : 0) | (this.count < ULONG_MAX - 1n ? POLLOUT : 0);
  }
}
