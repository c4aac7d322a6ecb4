import BTree from 'sorted-btree';

import type { ErrnoName } from '#uapi/errno.ts';

import { invariant } from '../../reference-bug.ts';
import { compareBigints, lowestSetBit, maximum, minimum } from '../lib/math.ts';
import type { DirtyTracking, DirtyVisit, IommuDomain, IommuProtection } from './domain.ts';
import type { PageRequestHandler } from './io-pgfault.ts';

interface MockEntry {
  readonly physical: bigint;
  readonly size: bigint;
  readonly protection: IommuProtection;
  /** Of the whole entry, as hardware has it. */
  isDirty: boolean;
}

/** What a mock domain can translate; sizes in bytes, both ends included. */
export interface MockFormat {
  readonly first: bigint;
  readonly last: bigint;
  /** Ascending powers of two. */
  readonly pageSizes: readonly bigint[];
}

/** MOCK-27: pages from half the CPU's size, so that sub-page mappings are tested, to 64 GiB. */
export const mockFormat: MockFormat = {
  first: 0x100_0000n,
  last: 0x7fff_ffffn,
  pageSizes: Array.from({ length: 26 }, (_, power) => 2048n << BigInt(power)),
};

/** MOCK-27, the HUGE type. */
export const mockHugeFormat: MockFormat = {
  first: 0n,
  last: (1n << 38n) - 1n,
  pageSizes: [4096n, 0x10_0000n],
};

/** iommufd/selftest.c: a page table that is only looked at; no device does DMA through it. */
export class MockDomain implements IommuDomain {
  readonly type = 'paging';
  readonly geometry: { readonly first: bigint; readonly last: bigint };
  readonly pageSizes: bigint;
  readonly dirtyTracking: DirtyTracking | undefined;
  pageRequestHandler?: PageRequestHandler;
  private readonly format: MockFormat;
  protected readonly entries = new BTree<bigint, MockEntry>(undefined, compareBigints);
  private isFreed = false;

  constructor(format: MockFormat = mockFormat, canTrackDirty = false) {
    this.format = format;
    if (canTrackDirty) {
      const read: DirtyTracking['read'] = (...range) => this.readDirty(...range);
      this.dirtyTracking = { isEnabled: false, read };
    }
    this.geometry = { first: format.first, last: format.last };
    this.pageSizes = format.pageSizes.reduce((all, size) => all | size);
  }

  /** mock_domain_map_pages(): the largest entries that fit. EINVAL for those without rights, of which Linux warns. */
  map(
    iova: bigint,
    physical: bigint,
    length: bigint,
    protection: IommuProtection,
    maxPageSize = length,
  ): ErrnoName | undefined {
    this.checkRange(iova, length);
    if (!protection.read && !protection.write) return 'EINVAL';
    invariant(
      this.entriesIn(iova, length).length === 0,
      `IOVA ${iova} +${length} is mapped already`,
    );
    for (let done = 0n; done < length;) {
      const piece = { iova: iova + done, physical: physical + done, length: length - done };
      const size = this.sizeFor(piece, maxPageSize);
      this.entries.set(piece.iova, { physical: piece.physical, size, protection, isDirty: false });
      done += size;
    }
    return undefined;
  }

  unmap(iova: bigint, length: bigint): void {
    this.checkRange(iova, length);
    for (const [at, entry] of this.entriesIn(iova, length)) {
      const whole = at >= iova && at + entry.size <= iova + length;
      invariant(whole, `an entry of ${entry.size} bytes is unmapped in part`);
    }
    this.entries.deleteRange(iova, iova + length, false);
  }

  iovaToPhys(iova: bigint): bigint | undefined {
    const found = this.entries.getPairOrNextLower(iova);
    if (!found || iova >= found[0] + found[1].size) return undefined;
    return found[1].physical + (iova - found[0]);
  }

  /** What a device does that writes there. Nothing where nothing is mapped. MOCK-17 */
  setDirty(iova: bigint): void {
    const found = this.entries.getPairOrNextLower(iova);
    if (found && iova < found[0] + found[1].size) found[1].isDirty = true;
  }

  /**
   * read_and_clear_dirty(): an entry that reaches out of the range stays dirty, as nobody is told of the rest of it.
   * DIRTY-13 15
   */
  protected readDirty(first: bigint, last: bigint, visit: DirtyVisit): void {
    for (const [iova, entry] of this.entriesIn(first, last - first + 1n)) {
      if (!entry.isDirty) continue;
      const entryLast = iova + entry.size - 1n;
      const isTold = visit(maximum(iova, first), minimum(entryLast, last));
      if (isTold && iova >= first && entryLast <= last) entry.isDirty = false;
    }
  }

  /** WARN_ON(!xa_empty()): whoever frees a domain has unmapped everything. */
  free(): void {
    invariant(!this.isFreed, 'a mock domain is freed twice');
    invariant(this.entries.isEmpty, 'a mock domain is freed with mappings in it');
    this.isFreed = true;
  }

  private sizeFor(
    piece: { readonly iova: bigint; readonly physical: bigint; readonly length: bigint },
    maxPageSize: bigint,
  ): bigint {
    const { pageSizes } = this.format;
    const limit = minimum(piece.length, maxPageSize);
    const bits = piece.iova | piece.physical;
    return pageSizes.findLast((size) => size <= limit && bits % size === 0n) ?? this.granule;
  }

  private get granule(): bigint {
    return lowestSetBit(this.pageSizes);
  }

  private entriesIn(iova: bigint, length: bigint): [bigint, MockEntry][] {
    const below = this.entries.getPairOrNextLower(iova);
    const start = below && below[0] + below[1].size > iova ? below[0] : iova;
    return this.entries.getRange(start, iova + length);
  }

  private checkRange(iova: bigint, length: bigint): void {
    const { granule } = this;
    const { first, last } = this.format;
    invariant(
      iova % granule === 0n && length % granule === 0n && length > 0n,
      `range ${iova} +${length} is not made of pages of ${granule} bytes`,
    );
    invariant(iova >= first && iova + length - 1n <= last, `range ${iova} +${length} is outside`);
  }
}
