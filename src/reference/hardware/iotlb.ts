import type { Iova } from '#formats/addresses.ts';
import { PAGE_SHIFT } from '#formats/page.ts';

import type { Leaf } from './translation.ts';

/** Pages of one size, by their numbers, which 53 bits hold. */
interface PagesOfSize {
  readonly size: bigint;
  /** log2 of the size. */
  readonly shift: bigint;
  readonly leaves: Map<number, Leaf>;
}

/** Of a table with 512 entries a level: 4 KiB, 2 MiB, 1 GiB. */
const shifts = [PAGE_SHIFT, 21n, 30n] as const;

/**
 * Not architecture: how translations are cached is a matter of each IOMMU. This one keeps everything until it is told
 * not to, so that a missed invalidation always shows. A first reader may skip it: without it, nothing that software
 * does right behaves differently.
 *
 * An entry is tagged with the domain that it was found for and the page it is for. "Not present" is never cached.
 */
export class Iotlb {
  private readonly domains = new Map<number, readonly PagesOfSize[]>();

  lookup(domainId: number, iova: Iova): Leaf | undefined {
    const sizes = this.domains.get(domainId);
    if (!sizes) return undefined;
    for (const { shift, leaves } of sizes) {
      const leaf = leaves.size > 0 ? leaves.get(pageNumber(iova, shift)) : undefined;
      if (leaf) return leaf;
    }
    return undefined;
  }

  /** Of a size that no table of 512 entries has nothing is kept. */
  insert(domainId: number, iova: Iova, leaf: Leaf): void {
    const sizes = this.domains.get(domainId) ?? emptySizes();
    this.domains.set(domainId, sizes);
    const pages = sizes.find(({ size }) => size === leaf.size);
    pages?.leaves.set(pageNumber(iova, pages.shift), leaf);
  }

  invalidateAll(): void {
    this.domains.clear();
  }

  invalidateDomain(domainId: number): void {
    this.domains.delete(domainId);
  }

  /** Everything that touches `length` bytes from `first`, both multiples of 4096. */
  invalidatePages(domainId: number, first: Iova, length: bigint): void {
    for (const { shift, leaves } of this.domains.get(domainId) ?? []) {
      if (leaves.size === 0) continue;
      const from = pageNumber(first, shift);
      drop(leaves, from, pageNumber(first + length - 1n, shift));
    }
  }
}

function emptySizes(): readonly PagesOfSize[] {
  return shifts.map((shift) => ({ size: 1n << shift, shift, leaves: new Map<number, Leaf>() }));
}

function pageNumber(iova: Iova, shift: bigint): number {
  return Number(iova >> shift);
}

/** From the first to the last page; where these are more than there are entries, by looking at each of those. */
function drop(leaves: Map<number, Leaf>, first: number, last: number): void {
  if (last - first < leaves.size) {
    for (let page = first; page <= last; page += 1) leaves.delete(page);
    return;
  }
  for (const page of leaves.keys()) if (first <= page && page <= last) leaves.delete(page);
}
