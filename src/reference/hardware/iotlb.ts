import type { Iova } from '#formats/addresses.ts';

import { CachedPages } from './cached-pages.ts';
import type { Leaf } from './translation.ts';

/**
 * Not architecture: how translations are cached is a matter of each IOMMU. This one keeps everything until it is told
 * not to, so that a missed invalidation always shows. A first reader may skip it: without it, nothing that software
 * does right behaves differently.
 *
 * An entry is tagged with the domain that it was found for and the page it is for. "Not present" is never cached.
 */
export class Iotlb {
  private readonly domains = new Map<number, CachedPages>();

  lookup(domainId: number, iova: Iova): Leaf | undefined {
    return this.domains.get(domainId)?.lookup(iova);
  }

  insert(domainId: number, iova: Iova, leaf: Leaf): void {
    const pages = this.domains.get(domainId) ?? new CachedPages();
    this.domains.set(domainId, pages);
    pages.insert(iova, leaf);
  }

  invalidateAll(): void {
    this.domains.clear();
  }

  invalidateDomain(domainId: number): void {
    this.domains.delete(domainId);
  }

  /** Everything that touches `length` bytes from `first`, both multiples of 4096; of a page that is kept in pieces, all. */
  invalidatePages(domainId: number, first: Iova, length: bigint): void {
    this.domains.get(domainId)?.invalidate(first, length);
  }
}
