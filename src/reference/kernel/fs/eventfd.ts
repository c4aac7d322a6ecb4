import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { POLLIN, POLLOUT } from '#uapi/poll.ts';
import type { FdTable } from './fd-table.ts';
import type { FileOperations, Transfer } from './file.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX } from '../lib/math.ts';

/** Who waits in the kernel for a write to an eventfd: an entry of its wait queue. */
export interface EventfdWaiter {
  /** EPOLLIN */
  written(): void;
  /** EPOLLHUP: no process has the file any more. */
  closed(): void;
}

/** fs/eventfd.c; calls never wait, so that it always answers as one with EFD_NONBLOCK. */
export class Eventfd implements FileOperations {
  protected count: bigint;
  protected readonly semaphore: boolean;
  protected readonly waiters = new Set<EventfdWaiter>();

  constructor(initial: number, flags: number) {
    this.count = BigInt(initial);
    this.semaphore = (flags & 1) !== 0;
  }

  read({ task, address, length }: Transfer): number {
    if (length < 8) return failure('EINVAL');
    if (this.count === 0n) return failure('EAGAIN');
    const value = this.take();
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
    if (value > 0n) this.wake();
    return 8;
  }

  poll(): number {
    return (this.isReadable ? POLLIN : 0) | (this.count < ULONG_MAX - 1n ? POLLOUT : 0);
  }

  release(): void {
    for (const waiter of [...this.waiters]) waiter.closed();
  }

  get isReadable(): boolean {
    return this.count > 0n;
  }

  /** eventfd_signal(): by the kernel, which never waits; a full counter stays full. */
  signal(): void {
    if (this.count < ULONG_MAX) this.count += 1n;
    this.wake();
  }

  /** eventfd_ctx_do_read() */
  take(): bigint {
    const value = this.semaphore ? 1n : this.count;
    this.count -= value;
    return value;
  }

  /** Until the function is called that this returns. */
  await(waiter: EventfdWaiter): () => void {
    this.waiters.add(waiter);
    return () => this.waiters.delete(waiter);
  }

  protected wake(): void {
    for (const waiter of [...this.waiters]) waiter.written();
  }
}

/** eventfd_ctx_fdget(): EBADF for a number that is not open, EINVAL for a file of another kind. What is got stays. VFIO-INT-22 */
export function eventfdOf(files: FdTable, fd: number): Eventfd | ErrnoName {
  const file = files.get(fd);
  if (isErrno(file)) return file;
  return file.operations instanceof Eventfd ? file.operations : 'EINVAL';
}
