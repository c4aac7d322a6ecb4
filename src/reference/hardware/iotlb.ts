import type { Iova } from '#formats/addresses.ts';
import { PAGE_SHIFT, PAGE_MASK } from '#formats/page.ts';

import type { Leaf } from './translation.ts';

/** Leaf sizes of a table with 512 entries a level: log2 of 4 KiB, 2 MiB, 1 GiB. */
const shifts = [PAGE_SHIFT, 21n, 30n] as const;

/**
 * Not architecture: how translations are cached is a matter of each IOMMU. This one keeps everything until it is told
 * not to, so that a missed invalidation always shows. A first reader may skip it: without it, nothing that software
 * does right behaves differently.
 *
 * An entry is tagged with the domain that it was found for and the page it is for. "Not present" is never cached.
 */
export class Iotlb {
  /** By domain; then by page address, whose low bits are free to hold the log2 of the page's size. */
  private readonly domains = new Map<number, Map<bigint, Leaf>>();

  lookup(domainId: number, iova: Iova): Leaf | undefined {
    const leaves = this.domains.get(domainId);
    if (!leaves) return undefined;
    for (const shift of shifts) {
      const leaf = leaves.get(tag(iova, shift));
      if (leaf) return leaf;
    }
    return undefined;
  }

  insert(domainId: number, iova: Iova, leaf: Leaf): void {
    const leaves = this.domains.get(domainId) ?? new Map<bigint, Leaf>();
    this.domains.set(domainId, leaves);
    leaves.set(tag(iova, shiftOf(leaf)), leaf);
  }

  invalidateAll(): void {
    this.domains.clear();
  }

  invalidateDomain(domainId: number): void {
    this.domains.delete(domainId);
  }

  /** Everything that touches `length` bytes from `first`, both multiples of 4096. */
  invalidatePages(domainId: number, first: Iova, length: bigint): void {
    const leaves = this.domains.get(domainId);
    if (!leaves) return;
    for (const shift of shifts) {
      const pages = ((first + length - 1n) >> shift) - (first >> shift) + 1n;
      if (pages > BigInt(leaves.size)) dropAmongAll(leaves, first, length);
      else
        for (let page = 0n; page < pages; page += 1n)
          leaves.delete(tag(first + (page << shift), shift));
    }
  }
}

function tag(iova: Iova, shift: bigint): bigint {
  return ((iova >> shift) << shift) | shift;
}

function shiftOf(leaf: Leaf): bigint {
  return BigInt(leaf.size.toString(2).length - 1);
}

/** The cheaper way where the range has more pages than there are entries. */
function dropAmongAll(leaves: Map<bigint, Leaf>, first: Iova, length: bigint): void {
  for (const [key, leaf] of leaves) {
    const page = key & PAGE_MASK;
    if (page < first + length && first < page + leaf.size) leaves.delete(key);
  }
}
