import type { Iova } from '#formats/addresses.ts';

import { Iotlb } from '../iotlb.ts';
import type { Leaf } from '../translation.ts';

interface PageSpan {
  readonly first: Iova;
  readonly length: bigint;
}

/**
 * Not architecture, as Iotlb: what was translated by the page table of a PASID, alone or with a host page table below.
 * An entry is tagged with domain, PASID and page; the address in the guest's memory that it came by is not known.
 */
export class GuestIotlb {
  private readonly domains = new Map<number, Iotlb>();

  lookup(domainId: number, pasid: number, iova: Iova): Leaf | undefined {
    return this.domains.get(domainId)?.lookup(pasid, iova);
  }

  insert(
    domainId: number,
    pasid: number,
    found: { readonly iova: Iova; readonly leaf: Leaf },
  ): void {
    const ofDomain = this.domains.get(domainId) ?? new Iotlb();
    this.domains.set(domainId, ofDomain);
    ofDomain.insert(pasid, found.iova, found.leaf);
  }

  invalidateAll(): void {
    this.domains.clear();
  }

  /** Of all PASIDs. */
  invalidateDomain(domainId: number): void {
    this.domains.delete(domainId);
  }

  /** All of the PASID where no range is given. */
  invalidatePasid(domainId: number, pasid: number, range: PageSpan | undefined): void {
    const ofDomain = this.domains.get(domainId);
    if (range) ofDomain?.invalidatePages(pasid, range.first, range.length);
    else ofDomain?.invalidateDomain(pasid);
  }
}
