import type { Iova } from '#formats/addresses.ts';

import type { Iotlb } from '../iotlb.ts';
import type { Leaf } from '../translation.ts';

/**
 * What was translated by a first stage, alone or nested, which is tagged with domain and PASID. Not architecture, but for
 * the tags: VT-d, 6.2.3 IOTLB. HW-VTD-30
 */
export class PasidIotlb {
  /** By domain, then by PASID. */
  protected readonly domains = new Map<number, Iotlb>();
  private readonly newIotlb: () => Iotlb;

  constructor(newIotlb: () => Iotlb) {
    this.newIotlb = newIotlb;
  }

  lookup(domainId: number, pasid: number, iova: Iova): Leaf | undefined {
    return this.domains.get(domainId)?.lookup(pasid, iova);
  }

  insert(domainId: number, pasid: number, { iova, leaf }: { iova: Iova; leaf: Leaf }): void {
    const pasids = this.domains.get(domainId) ?? this.newIotlb();
    this.domains.set(domainId, pasids);
    pasids.insert(pasid, iova, leaf);
  }

  invalidateAll(): void {
    this.domains.clear();
  }

  /** Also where only pages of the second stage are invalidated: nothing tells which entries came by them. */
  invalidateDomain(domainId: number): void {
    this.domains.delete(domainId);
  }

  invalidatePasid(domainId: number, pasid: number): void {
    this.domains.get(domainId)?.invalidateDomain(pasid);
  }

  /** Everything that touches `length` bytes from `first`, both multiples of 4096. */
  invalidatePages(
    domainId: number,
    pasid: number,
    { first, length }: { readonly first: Iova; readonly length: bigint },
  ): void {
    this.domains.get(domainId)?.invalidatePages(pasid, first, length);
  }
}
