import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { O_RDWR, O_WRONLY } from '#uapi/mman.ts';
import { isErrno } from '../lib/errno.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { FileOperations, Transfer } from './file.ts';
import type { Task } from './process.ts';

/** What becomes of a text that was written: an errno, nothing, or what comes of it when the writer may go on. */
export type Stored = ErrnoName | undefined | Promise<ErrnoName | undefined>;

/** struct device_attribute: without show() it cannot be read, without store() it cannot be written. */
export interface Attribute {
  show?(): string;
  store?(text: string, task: Task): Stored;
}

/** struct bin_attribute that can be read: bytes up to an end; without write() it cannot be written. */
export interface BinaryAttribute {
  bytes(): Uint8Array;
  write?(offset: number, bytes: Uint8Array): void;
}

/** A directory, or a link to one. Undefined for a name that is not in it. */
export interface Folder {
  lookup(name: string): SysfsEntry | undefined;
}

export type SysfsEntry = Attribute | BinaryAttribute | Folder;

/** A folder whose entries are known by name. */
export function folder(entries: Readonly<Record<string, SysfsEntry | undefined>>): Folder {
  return { lookup: (name) => (Object.hasOwn(entries, name) ? entries[name] : undefined) };
}

/** A folder of things that come and go. */
export function folderOf<T>(
  find: (name: string) => T | undefined,
  entry: (found: T) => SysfsEntry,
): Folder {
  return {
    lookup(name) {
      const found = find(name);
      return found === undefined ? undefined : entry(found);
    },
  };
}

/** fs/kernfs/file.c: an attribute that is open. */
export class SysfsFile implements FileOperations {
  protected readonly attribute: Attribute;
  protected position = 0;

  constructor(attribute: Attribute) {
    this.attribute = attribute;
  }

  read(transfer: Transfer): number {
    const result = this.pread(transfer, BigInt(this.position));
    if (result > 0) this.position += result;
    return result;
  }

  pread({ task, address, length }: Transfer, offset: bigint): number {
    const text = new TextEncoder().encode(this.attribute.show?.() ?? '');
    const bytes = text.subarray(Number(offset)).subarray(0, length);
    return task.memory.copyToUser(address, bytes) ? failure('EFAULT') : bytes.length;
  }

  /** kernfs_fop_write_iter(): of more than a page, the first page. */
  write({ task, address, length }: Transfer): number | Promise<number> {
    const count = Math.min(length, Number(PAGE_SIZE));
    const bytes = task.memory.copyFromUser(address, count);
    if (isErrno(bytes)) return failure(bytes);
    const stored = this.attribute.store?.(new TextDecoder().decode(bytes), task);
    const result = (error: ErrnoName | undefined): number => (error ? failure(error) : count);
    return stored instanceof Promise ? stored.then(result) : result(stored);
  }
}

class BinaryFile implements FileOperations {
  private readonly attribute: BinaryAttribute;

  constructor(attribute: BinaryAttribute) {
    this.attribute = attribute;
  }

  pread({ task, address, length }: Transfer, offset: bigint): number {
    const bytes = this.attribute.bytes().subarray(Number(offset)).subarray(0, length);
    return task.memory.copyToUser(address, bytes) ? failure('EFAULT') : bytes.length;
  }

  pwrite({ task, address, length }: Transfer, offset: bigint): number {
    const bytes = task.memory.copyFromUser(address, length);
    if (isErrno(bytes)) return failure(bytes);
    this.attribute.write?.(Number(offset), bytes);
    return length;
  }
}

/**
 * fs/namei.c: what a path below `root` leads to, and kernfs_fop_open(): EACCES for an attribute that cannot be read or
 * written so, whoever asks. Undefined where the path leads nowhere.
 */
export function openSysfs(
  root: Folder,
  path: string,
  flags: number,
): FileOperations | ErrnoName | undefined {
  let entry: SysfsEntry | undefined = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (!entry || !('lookup' in entry)) return undefined;
    entry = entry.lookup(name);
  }
  const reads = (flags & O_WRONLY) === 0;
  const writes = (flags & (O_WRONLY | O_RDWR)) !== 0;
  if (!entry) return undefined;
  if ('lookup' in entry) return writes ? 'EISDIR' : {};
  if ('bytes' in entry) return writes && !entry.write ? 'EACCES' : new BinaryFile(entry);
  if ((reads && !entry.show) || (writes && !entry.store)) return 'EACCES';
  return new SysfsFile(entry);
}
