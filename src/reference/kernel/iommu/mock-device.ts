import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_TEST_DEV_CACHE_DEFAULT, MOCK_DEV_CACHE_NUM } from '#uapi/iommufd/selftest.ts';
import type { MockViommu } from './mock-viommu.ts';

/** MOCK_FLAGS_DEVICE_*. MOCK-06 28 */
export interface MockDeviceFlags {
  readonly noDirtyTracking: boolean;
  readonly pasid: boolean;
}

/** selftest.c: struct mock_dev. */
export class MockDevice {
  readonly noDirtyTracking: boolean;
  readonly pasid: boolean;
  /** What a virtual IOMMU invalidates. MOCK-19 30 */
  readonly cache = new Uint32Array(MOCK_DEV_CACHE_NUM).fill(IOMMU_TEST_DEV_CACHE_DEFAULT);
  /** That of the page table that it is attached to, and its number there. */
  protected viommu: MockViommu | undefined;
  protected virtualId = 0n;

  constructor({ noDirtyTracking, pasid }: MockDeviceFlags) {
    this.noDirtyTracking = noDirtyTracking;
    this.pasid = pasid;
  }

  /** mock_domain_nop_attach(): a guest's page table is for those that the guest has a number for. ENOENT. VDEV-06 07 */
  enter(viommu: MockViommu | undefined): ErrnoName | undefined {
    const virtualId = viommu ? viommu.virtualIdOf(this) : 0n;
    if (virtualId === undefined) return 'ENOENT';
    if (viommu !== this.viommu) this.virtualId = virtualId;
    this.viommu = viommu;
    return undefined;
  }

  /** iommufd_test_trigger_vevent(): a device that the guest calls 0 cannot be told from one that has no number. VEVQ-18 */
  reportEvent(): ErrnoName | undefined {
    if (!this.viommu || this.virtualId === 0n) return 'ENOENT';
    return this.viommu.reportEvent(this.virtualId);
  }
}
