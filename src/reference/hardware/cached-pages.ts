import type { Iova } from '#formats/addresses.ts';
import { PAGE_SHIFT } from '#formats/page.ts';

import { PageMap } from './page-map.ts';
import type { Leaf } from './translation.ts';

/** Of a table with 512 entries a level: 4 KiB, 2 MiB, 1 GiB. */
const shifts = [PAGE_SHIFT, 21n, 30n] as const;

/** What is kept of one address space, by its addresses. Of a size that no table of 512 entries has nothing is kept. */
export class CachedPages {
  private readonly sizes = shifts.map((shift) => new PagesOfSize(shift));

  lookup(iova: Iova): Leaf | undefined {
    for (const size of this.sizes) {
      const leaf = size.lookup(iova);
      if (leaf) return leaf;
    }
    return undefined;
  }

  /** By the size of the page that an invalidation has to name an address of. */
  insert(iova: Iova, leaf: Leaf, whole = leaf.pieceOf ?? leaf.size): void {
    this.sizes.find(({ size }) => size === whole)?.insert(iova, leaf);
  }

  /** Everything that touches `length` bytes from `first`, both multiples of 4096. */
  invalidate(first: Iova, length: bigint): void {
    for (const size of this.sizes) size.invalidate(first, first + length - 1n);
  }
}

/** Pages of one size, by their numbers, which 53 bits hold. */
class PagesOfSize {
  readonly size: bigint;
  private readonly shift: bigint;
  private readonly leaves = new PageMap<Leaf>();
  /** Those that are known in pieces only: what takes one of these takes all. */
  private readonly pieces = new Map<number, CachedPages>();

  /** log2 of the size. */
  constructor(shift: bigint) {
    [this.size, this.shift] = [1n << shift, shift];
  }

  lookup(iova: Iova): Leaf | undefined {
    if (this.leaves.isUnused && this.pieces.size === 0) return undefined;
    const page = this.numberOf(iova);
    return this.leaves.get(page) ?? this.pieces.get(page)?.lookup(iova);
  }

  insert(iova: Iova, leaf: Leaf): void {
    const page = this.numberOf(iova);
    if (leaf.size === this.size) {
      this.leaves.set(page, leaf);
      return;
    }
    const pieces = this.pieces.get(page) ?? new CachedPages();
    this.pieces.set(page, pieces);
    pieces.insert(iova, leaf, leaf.size);
  }

  invalidate(first: Iova, last: Iova): void {
    if (this.leaves.isUnused && this.pieces.size === 0) return;
    const [from, to] = [this.numberOf(first), this.numberOf(last)];
    this.leaves.delete(from, to);
    drop(this.pieces, from, to);
  }

  private numberOf(iova: Iova): number {
    return Number(iova >> this.shift);
  }
}

/** From the first to the last page; where these are more than there are entries, by looking at each of those. */
function drop(pages: Map<number, unknown>, first: number, last: number): void {
  if (last - first < pages.size) {
    for (let page = first; page <= last; page += 1) pages.delete(page);
    return;
  }
  for (const page of pages.keys()) if (first <= page && page <= last) pages.delete(page);
}
