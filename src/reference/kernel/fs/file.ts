import type { ErrnoName } from '#uapi/errno.ts';
import type { Dmabuf } from '../mm/dmabuf.ts';
import type { MappedRegion, MappingHolder, MemoryFile } from '../mm/user-memory.ts';
import type { Task } from './process.ts';

/** A buffer of the caller. */
export interface Transfer {
  readonly task: Task;
  readonly address: bigint;
  /** Bytes. */
  readonly length: number;
}

export interface MapDeviceRequest {
  /** Bytes, both multiples of the page size. */
  readonly offset: bigint;
  readonly length: bigint;
  /** PROT_*. */
  readonly protection: number;
  /** MAP_SHARED, not MAP_PRIVATE. */
  readonly shared: boolean;
}

export interface DeviceMapping {
  readonly region: MappedRegion;
  /** Bytes into the region. */
  readonly offset: bigint;
  /** What must live on besides the file. */
  readonly owner?: MappingHolder;
}

/**
 * struct file_operations, with the results of system calls: 0 or more, or a negative errno. What a kind of file lacks
 * answers as fs/ does: ioctl ENOTTY, read and write EINVAL, mmap ENODEV, poll always ready. ABI-24 25
 */
export interface FileOperations {
  ioctl?(task: Task, request: number, arg: bigint): number;
  read?(transfer: Transfer): number;
  /** A promise where the caller sleeps until something has happened. */
  write?(transfer: Transfer): number | Promise<number>;
  pread?(transfer: Transfer, offset: bigint): number;
  pwrite?(transfer: Transfer, offset: bigint): number;
  /** show_fdinfo(): lines of its own. */
  fdinfo?(): string;
  /** POLL* that hold now. */
  poll?(): number;
  /** What mmap() of a device gives. */
  mapDevice?(request: MapDeviceRequest): DeviceMapping | ErrnoName;
  /** nonseekable_open(): pread() and pwrite() fail with ESPIPE. */
  readonly nonseekable?: boolean;
  /** What a memfd is made of. */
  readonly memory?: MemoryFile;
  /** What a dma-buf is made of. */
  readonly dmabuf?: Dmabuf;
  /** The file behind which it is, before anybody can use it. */
  opened?(file: OpenFile): void;
  /** The last reference is gone. */
  release?(): void;
}

/** struct file: shared by dup(), fork() and everything in the kernel that keeps it open. ABI-27 OBJ-28 */
export class OpenFile {
  readonly operations: FileOperations;
  /** O_*. */
  readonly flags: number;
  protected references = 1;

  constructor(operations: FileOperations, flags: number) {
    this.operations = operations;
    this.flags = flags;
  }

  get(): this {
    this.references++;
    return this;
  }

  put(): void {
    if (--this.references === 0) this.operations.release?.();
  }
}
