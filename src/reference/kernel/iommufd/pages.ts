import { pagePieces } from '#formats/page.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { IommuDomain } from '../iommu/domain.ts';
import type { IommufdKernel } from './kernel.ts';
import { isErrno } from '../lib/errno.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../mm/user-memory.ts';
import type { Pfn } from '../mm/user-memory.ts';
import type { Accounting } from './accounting.ts';
import type { IoptArea } from './area.ts';
import type { PageSource } from './page-source.ts';
import type { Task } from '../fs/process.ts';

const NONE = new Map<number, Pinned>();
/** Pages that are pinned by one call. */
const BATCH = 512;
/** What a table of the lowest level of a page table maps: what a driver allocates, runs in one of them share. */
const BYTES_OF_TABLE = 0x20_0000n;

interface Pinned {
  readonly pfn: Pfn;
  /** Areas that are filled, and accesses, which hold it. */
  users: number;
}

export interface RwOptions {
  readonly task: Task;
  readonly write: boolean;
  /** Through the frames also in the process that mapped them. */
  readonly slow: boolean;
}

interface Run {
  readonly iova: bigint;
  readonly physical: bigint;
  length: bigint;
}

/**
 * pages.c: struct iopt_pages: a piece of user memory or of a file, shared by all areas that map it. Its pages are pinned
 * while an area is in a domain or an access holds them, once for all of these. IOAS-COPY-18 19 20 22 PIN-08 09 10 26 28
 */
export class IoptPages {
  /** Its owner took the memory away, which happens to a dma-buf only. */
  revoked = false;
  readonly source: PageSource;
  readonly writable: boolean;
  accounting: Accounting;
  protected readonly kernel: IommufdKernel;
  protected references = 1;
  /** By index of the page; most mappings are never pinned. */
  protected pinned = NONE;

  constructor(
    kernel: IommufdKernel,
    source: PageSource,
    writable: boolean,
    accounting: Accounting,
  ) {
    this.kernel = kernel;
    this.source = source;
    this.writable = writable;
    this.accounting = accounting;
  }

  get pinnedPages(): bigint {
    return BigInt(this.pinned.size);
  }

  get(): this {
    this.references++;
    return this;
  }

  put(): void {
    if (--this.references === 0) this.release();
  }

  /** The frame behind a page that is pinned. */
  pfnAt(index: number): Pfn | undefined {
    return this.pinned.get(index)?.pfn;
  }

  /**
   * Adds a user to each page from `first` to `last`, and pins those that had none. Undoes itself on failure: EFAULT or
   * EINVAL from the source, ENOMEM from the limit. IOAS-MAP-29 30 31 32 35 40 PIN-06 15
   */
  pin(first: number, last: number): ErrnoName | undefined {
    const fresh: number[] = [];
    const error = this.pinMissing(first, last, fresh) ?? this.charge(fresh.length);
    if (error) {
      this.drop(fresh);
      return error;
    }
    for (let index = first; index <= last; index++) this.use(index, 1);
    return undefined;
  }

  /** iopt_area_add_access(): as pin(), for a driver that takes the frames. */
  pinForAccess(first: number, last: number): ErrnoName | undefined {
    const { faults } = this.kernel;
    const error = faults.kmalloc() ?? this.pin(first, last);
    if (error || !faults.shouldFail()) return error;
    this.unpin(first, last);
    return 'EINVAL';
  }

  /** Takes one user away from each page, and unpins those that have none left. PIN-11 12 */
  unpin(first: number, last: number): void {
    const unused: number[] = [];
    for (let index = first; index <= last; index++) {
      if (this.use(index, -1) === 0) unused.push(index);
    }
    this.drop(unused);
    this.accounting.uncharge(BigInt(unused.length));
  }

  /**
   * Puts the pages of an area, which are pinned, into a domain. Undoes itself on failure. IOAS-MAP-37 38 43 44 OPT-19
   */
  mapDomain(area: IoptArea, domain: IommuDomain, largePages: boolean): ErrnoName | undefined {
    if (this.kernel.faults.shouldFail()) return 'ENOMEM';
    const limit = largePages ? undefined : PAGE_SIZE;
    let lastTable: bigint | undefined;
    for (const { iova, physical, length } of this.runs(area)) {
      const table = (iova + length - 1n) / BYTES_OF_TABLE;
      const error =
        (table === lastTable ? undefined : this.kernel.faults.allocPages(0)) ??
        domain.map(iova, physical, length, area.protection, limit);
      lastTable = table;
      if (error) {
        if (iova > area.first) domain.unmap(area.first, iova - area.first);
        return error;
      }
    }
    return undefined;
  }

  unmapDomain(area: IoptArea, domain: IommuDomain): void {
    domain.unmap(area.first, area.length);
  }

  /**
   * iopt_pages_rw_access(): fills `bytes` from the pages, or the pages from `bytes`: in its own process by the addresses,
   * else through the frames. EPERM, EFAULT. PIN-22 29 30 31 IOAS-FILE-16
   */
  readWrite(startByte: bigint, bytes: Uint8Array, options: RwOptions): ErrnoName | undefined {
    const { source } = this;
    if (options.write && !this.writable) return 'EPERM';
    if (source.kind !== 'user') return this.rwPages(startByte, bytes, options.write);
    if (options.task.memory === source.memory && !options.slow) {
      return source.copy(startByte, bytes, options.write);
    }
    const onePage = Number(startByte % PAGE_SIZE) + bytes.length <= Number(PAGE_SIZE);
    if (!onePage || source.memory.exited) return this.rwPages(startByte, bytes, options.write);
    if (this.kernel.faults.shouldFail()) return 'EINVAL';
    const index = Number(startByte >> PAGE_SHIFT);
    const pfns = source.pin(index, 1, options.write);
    if (isErrno(pfns)) return pfns;
    this.rwPage(pfns[0] ?? 0n, startByte % PAGE_SIZE, { bytes, write: options.write });
    source.unpin(this.kernel, pfns);
    return undefined;
  }

  /** CHANGE_PROCESS: `accounting` has been charged already, and now the old one is given back. OPT-24 28 */
  moveAccounting(accounting: Accounting): void {
    this.accounting.uncharge(this.pinnedPages);
    this.accounting = accounting;
  }

  /** iopt_pages_rw_slow(): the frames that a device would reach, all of which are found before a byte moves. PIN-38 */
  protected rwPages(startByte: bigint, bytes: Uint8Array, write: boolean): ErrnoName | undefined {
    const pieces = [...pagePieces(startByte, bytes.length)];
    const frames: Pfn[] = [];
    const fresh: Pfn[] = [];
    const error = this.findFrames(pieces, frames, fresh);
    for (const [index, { address, done, length }] of error ? [] : pieces.entries()) {
      const part = bytes.subarray(done, done + length);
      this.rwPage(frames[index] ?? 0n, address % PAGE_SIZE, { bytes: part, write });
    }
    if (fresh.length > 0) this.source.unpin(this.kernel, fresh);
    return error;
  }

  /** Into `frames`; those that nobody had pinned before into `fresh` as well. */
  protected findFrames(
    pieces: Iterable<{ readonly address: bigint }>,
    frames: Pfn[],
    fresh: Pfn[],
  ): ErrnoName | undefined {
    for (const { address } of pieces) {
      const index = Number(address >> PAGE_SHIFT);
      const held = this.pfnAt(index);
      const pfns = held === undefined ? this.pinBatch(index, 1) : [held];
      if (isErrno(pfns)) return pfns;
      if (held === undefined) fresh.push(...pfns);
      frames.push(...pfns);
    }
    return undefined;
  }

  protected rwPage(pfn: Pfn, offset: bigint, data: { bytes: Uint8Array; write: boolean }): void {
    const address = (pfn << PAGE_SHIFT) + offset;
    if (data.write) this.kernel.bus.write(address, data.bytes);
    else data.bytes.set(this.kernel.bus.read(address, data.bytes.length));
  }

  /** iopt_release_pages(). */
  protected release(): void {
    this.source.release();
  }

  protected pinMissing(first: number, last: number, fresh: number[]): ErrnoName | undefined {
    for (let index = first; index <= last;) {
      const count = this.missing(index, last);
      if (count === 0) {
        index++;
        continue;
      }
      const pfns = this.pinBatch(index, count);
      if (isErrno(pfns)) return pfns;
      if (this.pinned === NONE) this.pinned = new Map();
      for (const pfn of pfns) {
        this.pinned.set(index, { pfn, users: 0 });
        fresh.push(index++);
      }
    }
    return undefined;
  }

  /** pfn_reader_user_pin(): needs a buffer for frames, of one page where there is no more memory. ENOMEM, EFAULT. */
  protected pinBatch(index: number, count: number): readonly Pfn[] | ErrnoName {
    const { faults } = this.kernel;
    if (faults.shouldFail() || (faults.kmalloc() && faults.kmalloc())) return 'ENOMEM';
    if (faults.shouldFail()) return 'EFAULT';
    return this.source.pin(index, count, this.writable);
  }

  /** do_update_pinned(). ENOMEM. */
  protected charge(pages: number): ErrnoName | undefined {
    if (pages === 0) return undefined;
    return this.kernel.faults.shouldFail() ? 'ENOMEM' : this.accounting.charge(BigInt(pages));
  }

  /** How many pages from `index` on are not pinned; at most a batch. */
  protected missing(index: number, last: number): number {
    let count = 0;
    while (count < BATCH && index + count <= last && !this.pinned.has(index + count)) count++;
    return count;
  }

  protected use(index: number, difference: 1 | -1): number {
    const page = this.pinned.get(index);
    return page ? (page.users += difference) : 0;
  }

  protected drop(indexes: readonly number[]): void {
    const pfns = indexes.flatMap((index) => this.pinned.get(index)?.pfn ?? []);
    for (const index of indexes) this.pinned.delete(index);
    this.source.unpin(this.kernel, pfns);
  }

  /** The area as runs of frames that follow each other. */
  protected *runs(area: IoptArea): Generator<Run> {
    const [first, last] = [area.indexAt(area.first), area.indexAt(area.last)];
    let run = this.pageOf(area, first);
    for (let index = first + 1; index <= last; index++) {
      const page = this.pageOf(area, index);
      if (run.physical + run.length === page.physical) {
        run.length += page.length;
        continue;
      }
      yield run;
      run = page;
    }
    yield run;
  }

  protected pageOf(area: IoptArea, index: number): Run {
    const iova = area.iovaOf(index);
    const physical = ((this.pfnAt(index) ?? 0n) << PAGE_SHIFT) + (area.byteAt(iova) % PAGE_SIZE);
    return { iova, physical, length: area.lastIovaOf(index) - iova + 1n };
  }
}
