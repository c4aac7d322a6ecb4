import type { ErrnoName } from '#uapi/errno.ts';

/** include/linux/iommu.h: IOMMU_READ, IOMMU_WRITE, IOMMU_CACHE. */
export interface IommuProtection {
  readonly read: boolean;
  readonly write: boolean;
}

/** struct iommu_domain and its ops, as far as iommufd calls them. Ranges are aligned to the smallest page size. */
export interface IommuDomain {
  /** First and last IOVA that can be translated, both included. */
  readonly geometry: { readonly first: bigint; readonly last: bigint };
  /** Bitmap of the page sizes, bytes; the smallest is the alignment that an IOAS takes on. */
  readonly pageSizes: bigint;
  /** iommu_map(). `maxPageSize` limits the entries used (IOMMU_OPTION_HUGE_PAGES 0). Undoes itself on failure. */
  map(
    iova: bigint,
    physical: bigint,
    length: bigint,
    protection: IommuProtection,
    maxPageSize?: bigint,
  ): ErrnoName | undefined;
  /** iommu_unmap(): entries gone and IOTLB flushed when it returns. Holes in the range are fine. */
  unmap(iova: bigint, length: bigint): void;
  /** iommu_iova_to_phys(): undefined where nothing is mapped. */
  iovaToPhys(iova: bigint): bigint | undefined;
  free(): void;
}

/** struct iommu_resv_region, as reported by a device. Both ends included. */
export interface ReservedRegion {
  readonly first: bigint;
  readonly last: bigint;
  readonly type: 'direct' | 'direct-relaxable' | 'reserved' | 'msi' | 'sw-msi';
}

/** What IOMMU_GET_HW_INFO tells. */
export interface HardwareInfo {
  /** IOMMU_HW_INFO_TYPE_*. */
  readonly type: number;
  /** struct iommu_hw_info_* of that type. */
  readonly data: Uint8Array;
  /** IOMMU_HW_CAP_*. */
  readonly capabilities: bigint;
}

/** struct device of a device behind an IOMMU: what iommufd and VFIO ask of the IOMMU core and its driver. */
export interface IommuDevice {
  readonly name: string;
  readonly group: IommuGroup;
  reservedRegions(): readonly ReservedRegion[];
  /** iommu_paging_domain_alloc_flags(). */
  allocPagingDomain(): IommuDomain | ErrnoName;
  /** device_iommu_capable(IOMMU_CAP_CACHE_COHERENCY), and MSI isolation. */
  readonly cacheCoherent: boolean;
  readonly msiIsolated: boolean;
  /** iommu_ops.hw_info(): undefined where the driver has none. HWINFO-11 15 20 */
  hardwareInfo(): HardwareInfo | undefined;
}

/** drivers/iommu/iommu.c: struct iommu_group: the devices that the IOMMU cannot tell apart. */
export interface IommuGroup {
  readonly id: number;
  readonly devices: readonly IommuDevice[];
  /** iommu_device_claim_dma_owner(): EPERM where somebody else owns it; then every device is blocked. */
  claimDmaOwner(owner: object): ErrnoName | undefined;
  /** Counted: back to the default domain with the last release. */
  releaseDmaOwner(): void;
  /** iommu_attach_group(): EINVAL where the domain does not fit the device's IOMMU. */
  attach(domain: IommuDomain): ErrnoName | undefined;
  /** iommu_replace_group_handle(): the old domain stays on failure. */
  replace(domain: IommuDomain): ErrnoName | undefined;
  /** iommu_detach_group(): blocked from now on. */
  detach(): void;
}
