import type { ErrnoName } from '#uapi/errno.ts';
import { PAGE_SIZE } from '#reference/kernel/mm/user-memory.ts';
import type { MemoryFile, Pfn } from '#reference/kernel/mm/user-memory.ts';

import { FileBacking, namesHugePages } from './backing.ts';
import type { Backing } from './backing.ts';
import type { BorrowedFrames } from './borrowed-frames.ts';
import type { HostVma } from './vmas.ts';

/** Who may have a file mapped. */
export interface Mapper {
  /** Where that byte of a file is in its memory. */
  addressOf(file: string, at: bigint): bigint | undefined;
  readonly bytes: Pick<Backing, 'read' | 'write'>;
}

/** Memory that is shared, and that only a mapping leads to: the kernel shows files without a name to root only. */
class MappedFile implements Backing {
  readonly hugetlb: boolean;
  private readonly key: string;
  private readonly mappers: ReadonlySet<Mapper>;

  constructor(key: string, hugetlb: boolean, mappers: ReadonlySet<Mapper>) {
    this.key = key;
    this.hugetlb = hugetlb;
    this.mappers = mappers;
  }

  read(at: bigint, length: number): Uint8Array {
    const place = this.place(at);
    return place ? place.bytes.read(place.address, length) : new Uint8Array(length);
  }

  write(at: bigint, bytes: Uint8Array): void {
    const place = this.place(at);
    place?.bytes.write(place.address, bytes);
  }

  private place(at: bigint): { bytes: Mapper['bytes']; address: bigint } | undefined {
    for (const { addressOf, bytes } of this.mappers) {
      const address = addressOf(this.key, at);
      if (address !== undefined) return { bytes, address };
    }
    return undefined;
  }
}

/** The files of real memory that is shared: memfds, and shared memory without a name. */
export class SharedFiles {
  readonly frames: BorrowedFrames;
  /** The processes that there are. */
  readonly mappers = new Set<Mapper>();
  private readonly opened = new Map<string, FileBacking>();
  private readonly mapped = new Map<string, MappedFile>();

  constructor(frames: BorrowedFrames) {
    this.frames = frames;
  }

  /** What a mapping of a process leads to. */
  of(pid: number, vma: HostVma): Backing {
    const known = this.opened.get(vma.file) ?? this.mapped.get(vma.file);
    if (known) return known;
    const range = `${vma.start.toString(16)}-${vma.end.toString(16)}`;
    const isHuge = namesHugePages(vma.path);
    try {
      return this.add(new FileBacking(`/proc/${pid}/map_files/${range}`, isHuge));
    } catch {
      const file = new MappedFile(vma.file, isHuge, this.mappers);
      this.mapped.set(vma.file, file);
      return file;
    }
  }

  /** How far a mapped file goes; bytes. */
  sizeOf(backing: Backing, vma: HostVma): bigint {
    return backing instanceof FileBacking ? backing.size : vma.offset + vma.end - vma.start;
  }

  /** A file that a process has open at `path` in /proc: in use until the last put(). */
  open(path: string, isHuge: boolean): MemoryFile {
    return new OpenMemory(this, this.add(new FileBacking(path, isHuge)));
  }

  /** Closes those that nobody uses any more. */
  sweep(): void {
    for (const [key, file] of this.opened) {
      if (file.users > 0 || this.frames.has(file)) continue;
      file.close();
      this.opened.delete(key);
    }
    for (const [key, file] of this.mapped) if (!this.frames.has(file)) this.mapped.delete(key);
  }

  private add(file: FileBacking): FileBacking {
    const known = this.opened.get(file.key);
    if (known) file.close();
    else this.opened.set(file.key, file);
    return known ?? file;
  }
}

/** A memfd that a process names by its number. */
class OpenMemory implements MemoryFile {
  private readonly files: SharedFiles;
  private readonly backing: FileBacking;

  constructor(files: SharedFiles, backing: FileBacking) {
    this.files = files;
    this.backing = backing;
    backing.users += 1;
  }

  get size(): bigint {
    return this.backing.size;
  }

  get hugetlb(): boolean {
    return this.backing.hugetlb;
  }

  pinPages(offset: bigint, count: number): readonly Pfn[] | ErrnoName {
    if (offset + BigInt(count) * PAGE_SIZE > this.size) return 'EINVAL';
    return Array.from({ length: count }, (_, page) =>
      this.files.frames.pin(this.backing, offset + BigInt(page) * PAGE_SIZE),
    );
  }

  /** A process maps its files itself. */
  fault(): 'SIGBUS' {
    return 'SIGBUS';
  }

  peek(): 'SIGBUS' {
    return 'SIGBUS';
  }

  get(): void {
    this.backing.users += 1;
  }

  put(): void {
    this.backing.users -= 1;
  }
}
