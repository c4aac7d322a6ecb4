import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  MAP_ANONYMOUS,
  MAP_SHARED,
  MFD_HUGETLB,
  O_RDWR,
  O_WRONLY,
  PROT_WRITE,
} from '#uapi/mman.ts';
import { POLLIN, POLLNVAL, POLLOUT, POLLRDNORM, POLLWRNORM } from '#uapi/poll.ts';
import { openNode } from './open.ts';
import { Eventfd } from '../kernel/fs/eventfd.ts';
import type { DeviceMapping, FileOperations, OpenFile, Transfer } from '../kernel/fs/file.ts';
import type { Kernel } from './kernel.ts';
import { isErrno } from '../kernel/lib/errno.ts';
import { PAGE_SIZE } from '../kernel/mm/user-memory.ts';
import type { MappingHolder, UserMmap } from '../kernel/mm/user-memory.ts';
import type { CapabilityName, Task } from '../kernel/fs/process.ts';

/** O_ACCMODE. */
const ACCESS_MODE = 3;
/** include/linux/poll.h: DEFAULT_POLLMASK. */
const ALWAYS_READY = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
/** The largest count that one call transfers. */
const MAX_RW_COUNT = 0x7fff_f000;

export interface MmapArguments {
  readonly address: bigint;
  readonly length: bigint;
  readonly protection: number;
  readonly flags: number;
  readonly fd: number;
  readonly offset: bigint;
}

export interface PolledFile {
  readonly fd: number;
  readonly events: number;
}

type Result<T> = T | ErrnoName;

/**
 * The system calls. Results are as in a register: a negative errno on failure. One call is carried out at a time, so that
 * of calls that race each sees the other one done or not begun. OBJ-20 IOAS-MAP-39 IOAS-UNMAP-16 OPT-27
 */
export class Syscalls {
  protected readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** fs/open.c. ENOENT, EMFILE, or what the device says. */
  open(task: Task, path: string, flags: number): number {
    this.enter(task);
    const fd = task.files.reserve(task.limits.nofile);
    if (isErrno(fd)) return failure(fd);
    const operations = openNode(this.kernel, task, { path, flags });
    if (isErrno(operations)) {
      task.files.unreserve(fd);
      return failure(operations);
    }
    this.install(task, fd, { operations, flags });
    return fd;
  }

  close(task: Task, fd: number): number {
    const error = task.files.close(fd);
    return error ? failure(error) : 0;
  }

  /** ENOTTY where the file has no commands. */
  ioctl(task: Task, fd: number, request: number, arg: bigint): number {
    const file = task.files.get(fd);
    if (isErrno(file)) return failure(file);
    this.enter(task);
    return file.operations.ioctl?.(task, request, arg) ?? failure('ENOTTY');
  }

  /** ABI-24 */
  read(task: Task, fd: number, buffer: Buffer): number {
    return this.transfer(task, fd, { ...buffer, write: false }, (file, transfer) => {
      return file.read?.(transfer);
    });
  }

  /** A promise where the caller sleeps. */
  write(task: Task, fd: number, buffer: Buffer): number | Promise<number> {
    return this.transfer<number | Promise<number>>(
      task,
      fd,
      { ...buffer, write: true },
      (file, transfer) => {
        return file.write?.(transfer);
      },
    );
  }

  /** ESPIPE where there is no position. FAULT-29 */
  pread(task: Task, fd: number, buffer: Buffer, offset: bigint): number {
    if (BigInt.asIntN(64, offset) < 0n) return failure('EINVAL');
    return this.transfer(task, fd, { ...buffer, write: false }, (file, transfer) => {
      return file.nonseekable ? failure('ESPIPE') : file.pread?.(transfer, offset);
    });
  }

  pwrite(task: Task, fd: number, buffer: Buffer, offset: bigint): number {
    if (BigInt.asIntN(64, offset) < 0n) return failure('EINVAL');
    return this.transfer(task, fd, { ...buffer, write: true }, (file, transfer) => {
      return file.nonseekable ? failure('ESPIPE') : file.pwrite?.(transfer, offset);
    });
  }

  /** What is ready now, for each. */
  poll(task: Task, files: readonly PolledFile[]): number[] {
    return files.map(({ fd, events }) => {
      const file = fd < 0 ? undefined : task.files.get(fd);
      if (file === undefined) return 0;
      if (isErrno(file)) return POLLNVAL;
      return (file.operations.poll?.() ?? ALWAYS_READY) & (events | ~ALWAYS_READY);
    });
  }

  mmap(task: Task, call: MmapArguments): bigint {
    const request = this.mmapRequest(task, call);
    const address = isErrno(request) ? request : task.memory.mmap(request);
    return isErrno(address) ? BigInt(failure(address)) : address;
  }

  munmap(task: Task, address: bigint, length: bigint): number {
    const error = task.memory.munmap(address, length);
    return error ? failure(error) : 0;
  }

  /** mm/memfd.c, and ftruncate(). */
  memfd(task: Task, size: bigint, flags: number): number {
    const { parts, pages } = this.kernel;
    const hugetlb = (flags & MFD_HUGETLB) !== 0;
    return this.newFile(task, () => {
      const memory = new parts.mm.Memfd({ pages, size, hugetlb });
      return { memory, nonseekable: false, release: () => memory.put() };
    });
  }

  eventfd(task: Task, initial: number, flags: number): number {
    return this.newFile(task, () => new Eventfd(initial, flags));
  }

  /** prlimit(), soft limit only. */
  setLimit(task: Task, resource: 'memlock' | 'nofile', limit: bigint): number {
    task.limits[resource] = limit;
    return 0;
  }

  /** kernel/fork.c: open files are shared, the rest is copied. ABI-27 */
  fork(task: Task, drop: readonly CapabilityName[]): Task {
    return {
      user: task.user,
      memory: task.memory.fork(),
      files: task.files.copy(),
      limits: { ...task.limits },
      capabilities: new Set([...task.capabilities].filter((name) => !drop.includes(name))),
      failNth: 0,
      makeItFail: task.makeItFail,
    };
  }

  /** kernel/exit.c: do_exit(): first the memory, then the files. */
  exit(task: Task): void {
    task.memory.exit();
    task.files.closeAll();
  }

  /** The kernel is in the context of that task: its checks are counted. */
  protected enter(task: Task): void {
    this.kernel.faults.current = task;
  }

  protected newFile(task: Task, make: () => FileOperations): number {
    const fd = task.files.reserve(task.limits.nofile);
    if (isErrno(fd)) return failure(fd);
    this.install(task, fd, { operations: make(), flags: O_RDWR });
    return fd;
  }

  protected install(task: Task, fd: number, file: Pick<OpenFile, 'operations' | 'flags'>): void {
    const open = new this.kernel.parts.fs.OpenFile(file.operations, file.flags);
    file.operations.opened?.(open);
    task.files.install(fd, open);
  }

  /** vfs_read() and vfs_write(): EBADF against the access mode, EINVAL without a method. */
  protected transfer<R = number>(
    task: Task,
    fd: number,
    { address, length, write }: Buffer & { write: boolean },
    method: (operations: FileOperations, transfer: Transfer) => R | undefined,
  ): R | number {
    const file = task.files.get(fd);
    if (isErrno(file)) return failure(file);
    const mode = accessOf(file);
    if (mode !== O_RDWR && (mode === O_WRONLY) !== write) return failure('EBADF');
    const count = Math.min(length, MAX_RW_COUNT);
    this.enter(task);
    return method(file.operations, { task, address, length: count }) ?? failure('EINVAL');
  }

  protected mmapRequest(task: Task, { fd, ...call }: MmapArguments): Result<UserMmap> {
    if (call.flags & MAP_ANONYMOUS) return call;
    const file = task.files.get(fd);
    if (isErrno(file)) return file;
    const { memory } = file.operations;
    return memory ? { ...call, file: memory } : this.mmapDevice(file, call);
  }

  /** ENODEV without a method. The mapping keeps the file open. ABI-25 MMAP-06 */
  protected mmapDevice(file: OpenFile, call: Omit<UserMmap, 'file'>): Result<UserMmap> {
    if (call.length === 0n || call.offset % PAGE_SIZE !== 0n) return 'EINVAL';
    if (!this.mayMap(file, call)) return 'EACCES';
    const mapping = file.operations.mapDevice?.({
      offset: call.offset,
      length: (call.length + PAGE_SIZE - 1n) & ~(PAGE_SIZE - 1n),
      protection: call.protection,
      // A file that cannot be written has no mappings that count as shared.
      shared: (call.flags & MAP_SHARED) !== 0 && accessOf(file) === O_RDWR,
    });
    if (mapping === undefined) return 'ENODEV';
    if (isErrno(mapping)) return mapping;
    const holder = holderOf(file, mapping);
    return { ...call, device: mapping.region, offset: mapping.offset, holder };
  }

  /** do_mmap(): what is mapped can be read, and written where that is asked for. VFIO-RW-11 */
  protected mayMap(file: OpenFile, { flags, protection }: Omit<UserMmap, 'file'>): boolean {
    const isWritten = (flags & MAP_SHARED) !== 0 && (protection & PROT_WRITE) !== 0;
    const access = accessOf(file);
    return access === O_RDWR || (access !== O_WRONLY && !isWritten);
  }
}

function accessOf({ flags }: OpenFile): number {
  return flags & ACCESS_MODE;
}

interface Buffer {
  readonly address: bigint;
  readonly length: number;
}

/** mmap_region(): the VMA has the file, and what the file gave it. The owner goes first, as it may need the file. */
function holderOf(file: OpenFile, { owner }: DeviceMapping): MappingHolder {
  return {
    get() {
      file.get();
      owner?.get();
    },
    put() {
      owner?.put();
      file.put();
    },
  };
}
