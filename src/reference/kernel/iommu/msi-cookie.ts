import { PAGE_SIZE } from '#formats/page.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { IommuDomain } from './domain.ts';

/** dma-iommu.c: struct iommu_dma_msi_cookie: the doorbells in a page table that its owner fills otherwise. VFIO-MAP-08 */
export class MsiCookie {
  private readonly domain: IommuDomain;
  /** By the page of doorbells. */
  private readonly pages = new Map<bigint, bigint>();
  private next: bigint;

  /** iommu_get_msi_cookie(): from `base` on there is room for them. */
  constructor(domain: IommuDomain, base: bigint) {
    [this.domain, this.next] = [domain, base];
  }

  /** iommu_dma_get_msi_page() */
  map(doorbell: bigint): bigint | ErrnoName {
    const known = this.pages.get(doorbell);
    if (known !== undefined) return known;
    const iova = this.next;
    const error = this.domain.map(iova, doorbell, PAGE_SIZE, { read: true, write: true });
    if (error) return error;
    this.next += PAGE_SIZE;
    this.pages.set(doorbell, iova);
    return iova;
  }
}
