import BTree from 'sorted-btree';
import type { IommuProtection } from '../iommu/domain.ts';
import { compareBigints, minimum } from '../lib/math.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../mm/user-memory.ts';
import type { IoptPages } from './pages.ts';

/** A slice of an IoptPages: what a map or a copy puts at an IOVA. */
export interface PagesSlice {
  readonly pages: IoptPages;
  /** Bytes from the first page of `pages`. */
  readonly startByte: bigint;
  /** Bytes, 1 or more. */
  readonly length: bigint;
}

/** io_pagetable.h: struct iopt_area: a range of IOVAs and the slice of pages that it maps. */
export class IoptArea {
  readonly first: bigint;
  /** Included. */
  readonly last: bigint;
  readonly pages: IoptPages;
  readonly startByte: bigint;
  readonly protection: IommuProtection;
  /** Its pages are pinned and mapped in each domain of the page table. */
  filled = false;
  /** Pins that accesses hold on its pages. */
  accesses = 0;
  /** Objects that need what it maps: it cannot be unmapped. IOAS-UNMAP-15 */
  locks = 0;
  /** It is being unmapped: no access may pin it any more. */
  preventAccess = false;

  constructor(first: bigint, slice: PagesSlice, protection: IommuProtection) {
    this.first = first;
    this.last = first + slice.length - 1n;
    this.pages = slice.pages;
    this.startByte = slice.startByte;
    this.protection = protection;
  }

  get length(): bigint {
    return this.last - this.first + 1n;
  }

  /** Of the first byte, in its page. */
  get pageOffset(): bigint {
    return this.startByte % PAGE_SIZE;
  }

  /** iopt_area_start_byte(): where in `pages` the byte behind `iova` is. */
  byteAt(iova: bigint): bigint {
    return this.startByte + (iova - this.first);
  }

  /** iopt_area_iova_to_index(): the page of `pages` that holds the byte behind `iova`. */
  indexAt(iova: bigint): number {
    return Number(this.byteAt(iova) >> PAGE_SHIFT);
  }

  /** iopt_area_index_to_iova(): the first IOVA of this area that page `index` is behind. */
  iovaOf(index: number): bigint {
    const iova = this.first + (BigInt(index) << PAGE_SHIFT) - this.startByte;
    return iova < this.first ? this.first : iova;
  }

  /** iopt_area_index_to_iova_last(). */
  lastIovaOf(index: number): bigint {
    const next = this.first + (BigInt(index + 1) << PAGE_SHIFT) - this.startByte;
    return minimum(next - 1n, this.last);
  }
}

/** The areas of an IOAS by IOVA; they never overlap. Each question costs O(log n). */
export class AreaTree {
  protected readonly areas = new BTree<bigint, IoptArea>(undefined, compareBigints);

  get size(): number {
    return this.areas.size;
  }

  insert(area: IoptArea): void {
    this.areas.set(area.first, area);
  }

  remove(area: IoptArea): void {
    this.areas.delete(area.first);
  }

  /** iopt_area_iter_first(): the lowest area that shares a byte with the range; both ends are included. */
  intersecting(first: bigint, last: bigint): IoptArea | undefined {
    const before = this.areas.getPairOrNextLower(first)?.[1];
    if (before && before.last >= first) return before;
    const after = this.areas.nextHigherPair(first)?.[1];
    return after && after.first <= last ? after : undefined;
  }

  all(): IterableIterator<IoptArea> {
    return this.areas.values();
  }

  /**
   * iopt_for_each_contig_area(): the areas that cover the range one after the other. Stops at the first hole: the range is
   * covered exactly if the last area reaches `last`.
   */
  *contiguous(first: bigint, last: bigint): Generator<IoptArea> {
    let next = first;
    while (next <= last) {
      const area = this.intersecting(next, next);
      if (!area) return;
      yield area;
      next = area.last + 1n;
    }
  }
}
