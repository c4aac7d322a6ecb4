import type { ErrnoName } from '#uapi/errno.ts';

import type { AttachHandle, PageRequestHandler, PageRequests } from './io-pgfault.ts';
import type { UserData, UserDataArray } from './user-data.ts';
import type { ViommuDriver } from './viommu.ts';

/** include/linux/iommu.h: IOMMU_READ, IOMMU_WRITE, IOMMU_CACHE. */
export interface IommuProtection {
  readonly read: boolean;
  readonly write: boolean;
}

/** struct iommu_domain of either type: what a device can be attached to. */
export interface AnyDomain {
  readonly type: 'paging' | 'nested';
  /** iopf_handler: who is told of the page requests of its devices; without one they make none. */
  pageRequestHandler?: PageRequestHandler;
  free(): void;
}

/** A paging domain and its ops, as far as iommufd calls them. Ranges are aligned to the smallest page size. */
export interface IommuDomain extends AnyDomain {
  /** First and last IOVA that can be translated, both included. */
  readonly geometry: { readonly first: bigint; readonly last: bigint };
  /** Bitmap of the page sizes, bytes; the smallest is the alignment that an IOAS takes on. */
  readonly pageSizes: bigint;
  /** dirty_ops: present where the domain was asked for with dirty tracking. */
  readonly dirtyTracking?: DirtyTracking | undefined;
  /**
   * enforce_cache_coherency(): from now on all accesses snoop the caches. Asked for while nothing is mapped, and only for
   * a device whose IOMMU can do it. False where that fails.
   */
  enforceCacheCoherency?(): boolean;
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
}

/** A guest's page table on top of a paging domain. */
export interface NestedDomain extends AnyDomain {
  /** cache_invalidate_user(): undefined where the driver lacks it. */
  invalidate?(array: UserDataArray): Invalidated;
}

export interface Invalidated {
  /** Entries that took effect. */
  readonly done: number;
  readonly error?: ErrnoName | undefined;
}

/** struct iommu_dirty_ops */
export interface DirtyTracking {
  isEnabled: boolean;
  /** read_and_clear_dirty() of a range; both ends included. */
  read(first: bigint, last: bigint, visit: DirtyVisit): void;
}

/** Told each dirty piece of the range, in ascending order. False keeps it dirty. */
export type DirtyVisit = (first: bigint, last: bigint) => boolean;

/** What a user may ask of a paging domain: IOMMU_HWPT_ALLOC_* and the data of the driver. */
export interface PagingOptions {
  readonly nestParent?: boolean;
  readonly dirtyTracking?: boolean;
  readonly pasid?: boolean;
  /** FAULT_ID_VALID: the queue is none of the driver's business, but one that takes no flags refuses also this one. HWPT-43 */
  readonly faultQueue?: boolean;
  readonly data?: UserData | undefined;
}

/** struct iommu_resv_region, as reported by a device. Both ends included. */
export interface ReservedRegion {
  readonly first: bigint;
  readonly last: bigint;
  readonly type: 'direct' | 'direct-relaxable' | 'reserved' | 'msi' | 'sw-msi';
}

/** What iommu_ops.hw_info() gives. */
export interface HardwareInfo {
  /** IOMMU_HW_INFO_TYPE_*. */
  readonly type: number;
  /** struct iommu_hw_info_* of that type. */
  readonly data: Uint8Array;
}

/** device_iommu_capable(), and what the bus tells of a device. */
export interface DeviceCapabilities {
  /** IOMMU_CAP_CACHE_COHERENCY */
  readonly cacheCoherent: boolean;
  /** IOMMU_CAP_ENFORCE_CACHE_COHERENCY. DEV-26 */
  readonly enforcesCoherency?: boolean;
  /** Interrupts of one device cannot be forged by another one. */
  readonly msiIsolated: boolean;
  /** IOMMU_CAP_DIRTY_TRACKING */
  readonly dirtyTracking: boolean;
  /** IOMMU_CAP_PCI_ATS_SUPPORTED */
  readonly ats: boolean;
  /** Bits of a PASID; 0 without PASIDs. */
  readonly pasidWidth: number;
  /** dev_iommu_get_max_pasids() of a device without PASIDs: 0, unless it has PASID 0 alone. PASID-17 */
  readonly hasPasidZero?: boolean;
  /** A virtual function with PRI: its page requests go through what all functions share. DEV-46 */
  readonly sharesPageRequests?: boolean;
}

/** struct iommu_device */
export interface IommuInstance {
  /** Undefined where the driver has no virtual IOMMUs. VIOMMU-03 */
  readonly viommu?: ViommuDriver;
  /** There is none, and this stands for that: a device behind it is in noiommu mode, if VFIO takes it at all. NOIO-01 */
  readonly isAbsent?: true;
}

/** struct device of a device behind an IOMMU: what iommufd and VFIO ask of the IOMMU core and its driver. */
export interface IommuDevice extends DeviceCapabilities {
  readonly name: string;
  readonly group: IommuGroup;
  /** dev->iommu->iommu_dev: which IOMMU it is behind. VDEV-02 */
  readonly iommu: IommuInstance;
  /** dev_iommu_priv_get(): what the driver of that IOMMU knows of it. */
  readonly hardware: unknown;
  /** What is on the way from the device to a handler. */
  readonly pageRequests: PageRequests;
  reservedRegions(): readonly ReservedRegion[];
  /** iommu_paging_domain_alloc_flags(). */
  allocPagingDomain(options?: PagingOptions): IommuDomain | ErrnoName;
  /** iommu_ops.domain_alloc_nested(): undefined where the driver lacks it. NOIO-04 */
  readonly allocNestedDomain?:
    ((parent: IommuDomain, data: UserData) => NestedDomain | ErrnoName) | undefined;
  /** iommu_ops.hw_info(): undefined where the driver has none. HWINFO-11 15 20 */
  hardwareInfo(): HardwareInfo | undefined;
}

/** Of the default domain of a group, as sysfs names it. */
export type DefaultDomainType = 'DMA' | 'DMA-FQ' | 'identity';

/** drivers/iommu/iommu.c: struct iommu_group: the devices that the IOMMU cannot tell apart. */
export interface IommuGroup {
  readonly id: number;
  readonly devices: readonly IommuDevice[];
  /** What its devices do without a driver that says otherwise. VFIO-SYS-01 */
  readonly type: DefaultDomainType;
  /** iommu_group_store_type(): a word; EINVAL for an unknown one, EPERM while somebody owns the group. VFIO-SYS-01 02 */
  setType(word: string): ErrnoName | undefined;
  /** iommu_group_dma_owner_claimed() */
  readonly isDmaOwned: boolean;
  /** iommu_device_claim_dma_owner(): EPERM where somebody else owns it; then every device is blocked. */
  claimDmaOwner(owner: object): ErrnoName | undefined;
  /** Counted: back to the default domain with the last release. */
  releaseDmaOwner(): void;
  /** iommu_device_use_default_domain(): a driver of the host has a device. EBUSY where somebody else owns the group. */
  useDefaultDomain(): ErrnoName | undefined;
  /** Once for each such driver. */
  unuseDefaultDomain(): void;
  /** iommu_attach_group_handle(): EINVAL where the domain does not fit the device's IOMMU. */
  attach(handle: AttachHandle): ErrnoName | undefined;
  /** iommu_replace_group_handle(): the old domain and its handle stay on failure. */
  replace(handle: AttachHandle): ErrnoName | undefined;
  /** iommu_detach_group_handle(): blocked from now on. */
  detach(): void;
  /** iommu_attach_device_pasid(): EINVAL for a PASID that a device of the group does not have, EBUSY, EOPNOTSUPP. */
  attachPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined;
  /** iommu_replace_device_pasid(): the old domain and its handle stay on failure. */
  replacePasid(handle: AttachHandle, pasid: number): ErrnoName | undefined;
  /** iommu_detach_device_pasid() */
  detachPasid(pasid: number): void;
  /** iommu_attach_handle_get() of a PASID, or of the devices themselves: IOMMU_NO_PASID. */
  attachHandle(pasid: number): AttachHandle | undefined;
  /** iommu_dma_prepare_msi(): EOPNOTSUPP where nobody can map the address for the devices. */
  prepareMsi(address: bigint): bigint | ErrnoName;
}
