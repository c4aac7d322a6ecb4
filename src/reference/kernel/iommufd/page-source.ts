import type { ErrnoName } from '#uapi/errno.ts';
import type { OpenFile } from '../fs/file.ts';
import type { IommufdKernel } from './kernel.ts';
import { isErrno } from '../lib/errno.ts';
import { alignDown } from '../lib/math.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../mm/user-memory.ts';
import type { Pfn, UserMemory } from '../mm/user-memory.ts';

/** Where the pages of an IoptPages come from. */
export type PageSource = UserSource | FileSource | DmabufSource;

interface Source {
  readonly kind: string;
  /** Of page 0: a user address or an offset in a file, page aligned. Automatic IOVAs are aligned like it. */
  readonly start: bigint;
  /** Pins up to `count` pages from page `index` on; at least one unless it fails. */
  pin(index: number, count: number, writable: boolean): readonly Pfn[] | ErrnoName;
  unpin(kernel: IommufdKernel, pfns: readonly Pfn[]): void;
  release(): void;
}

/** Memory of a process, by its addresses at the time of the pin. IOAS-MAP-27 33 34 47 IOAS-COPY-21 */
export class UserSource implements Source {
  readonly kind = 'user' as const;
  readonly start: bigint;
  readonly memory: UserMemory;

  constructor(memory: UserMemory, address: bigint) {
    this.memory = memory;
    this.start = alignDown(address, PAGE_SIZE);
  }

  pin(index: number, count: number, writable: boolean): readonly Pfn[] | ErrnoName {
    return this.memory.pinPages(this.start + (BigInt(index) << PAGE_SHIFT), count, writable);
  }

  /** By the addresses, as the process itself would. */
  copy(startByte: bigint, bytes: Uint8Array, write: boolean): ErrnoName | undefined {
    if (write) return this.memory.copyToUser(this.start + startByte, bytes);
    const data = this.memory.copyFromUser(this.start + startByte, bytes.length);
    if (isErrno(data)) return data;
    bytes.set(data);
    return undefined;
  }

  unpin(kernel: IommufdKernel, pfns: readonly Pfn[]): void {
    kernel.pages.unpinPages(pfns);
  }

  release(): void {}
}

/** A file, which lives as long as its pages are of use. */
abstract class OfFile {
  readonly start: bigint;
  protected readonly file: OpenFile;

  constructor(file: OpenFile, offset: bigint) {
    this.file = file.get();
    this.start = alignDown(offset, PAGE_SIZE);
  }

  release(): void {
    this.file.put();
  }
}

/** A memfd; any other file is taken too, and refused when it is first pinned. IOAS-FILE-06 07 08 09 11 12 13 14 15 */
export class FileSource extends OfFile implements Source {
  readonly kind = 'file' as const;

  pin(index: number, count: number): readonly Pfn[] | ErrnoName {
    const memory = this.file.operations.memory;
    if (!memory) return 'EINVAL';
    return memory.pinPages(this.start + (BigInt(index) << PAGE_SHIFT), count);
  }

  unpin(kernel: IommufdKernel, pfns: readonly Pfn[]): void {
    kernel.pages.unpinPages(pfns);
  }
}

/** A dma-buf, of which nothing is ever pinned. IOAS-FILE-26 29 */
export class DmabufSource extends OfFile implements Source {
  readonly kind = 'dmabuf' as const;

  pin(): ErrnoName {
    return 'EINVAL';
  }

  unpin(): void {}
}
