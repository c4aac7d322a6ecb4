import type { ErrnoName } from '#uapi/errno.ts';
import type { DeviceRegion } from '../../hardware/bus.ts';
import type { Invalidated, IommuDevice, IommuDomain, NestedDomain } from './domain.ts';
import type { UserData, UserDataArray } from './user-data.ts';

/** struct iommufd_viommu, as the driver of the IOMMU sees it. */
export interface ViommuCore {
  /** What IOVAs of the guest's memory are translated by. */
  readonly parent: IommuDomain;
  /** iommufd_viommu_find_dev(). */
  findDevice(virtualId: bigint): IommuDevice | undefined;
  /** iommufd_viommu_get_vdev_id(): `hardware` is the driver's own of a device. */
  virtualIdOf(hardware: unknown): bigint | undefined;
  /** iommufd_viommu_report_event(): EOPNOTSUPP where nobody listens. VEVQ-17 */
  reportEvent(type: number, data: Uint8Array): ErrnoName | undefined;
  /** iommufd_viommu_alloc_mmap(): the offset at which the user maps the region. */
  allocateMmap(region: DeviceRegion): bigint | ErrnoName;
  destroyMmap(offset: bigint): void;
}

/** struct iommufd_hw_queue, as the driver sees it. */
export interface HwQueueCore {
  /** IOVA of its first byte. */
  readonly baseAddress: bigint;
  /** iommufd_hw_queue_depend() adds one. */
  users: number;
}

/** struct iommufd_viommu_ops */
export interface ViommuOps {
  destroy(): void;
  allocNestedDomain(flags: number, data: UserData): NestedDomain | ErrnoName;
  invalidate(array: UserDataArray): Invalidated;
  /** vdevice_init(): whether a device of this IOMMU can be one of the guest's. VDEV-10 */
  initVdevice?(hardware: unknown): ErrnoName | undefined;
  /** get_hw_queue_size(): whether there are queues of that type; absent where there are none. HWQ-05 */
  offersHwQueues?(type: number): boolean;
  /** hw_queue_init_phys(): of `queue`, whose memory begins at `physical`. */
  initHwQueue?(queue: HwQueueCore, index: number, physical: bigint): ErrnoName | undefined;
  destroyHwQueue?(queue: HwQueueCore): void;
}

/** iommu_ops.get_viommu_size() and viommu_init(). */
export interface ViommuDriver {
  offersViommu(type: number): boolean;
  /** `data` is what the user has for the driver, if anything. */
  initViommu(core: ViommuCore, data: UserData | undefined): ViommuOps | ErrnoName;
}
