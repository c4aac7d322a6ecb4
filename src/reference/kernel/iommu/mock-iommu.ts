import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_HW_INFO_TYPE_SELFTEST, iommu_test_hw_info } from '#uapi/iommufd/selftest.ts';

import type { Parts } from '../parts.ts';
import type { HardwareInfo, IommuDomain, ReservedRegion } from './domain.ts';
import type { IommuOps } from './group.ts';
import { MockDomain } from './mock-domain.ts';

/** struct mock_dev: which domain it is attached to is all that there is to a mock device. */
export interface MockDevice {
  domain: IommuDomain | 'blocked';
}

/** iommufd/selftest.c: mock_ops. MOCK-28 */
export class MockIommu implements IommuOps<MockDevice> {
  readonly cacheCoherent = true;
  readonly msiIsolated = true;
  private readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** mock_domain_hw_info(). HWINFO-20 */
  hardwareInfo(): HardwareInfo {
    const data = iommu_test_hw_info.pack({ test_reg: 0xdead_beef });
    return { type: IOMMU_HW_INFO_TYPE_SELFTEST, data, capabilities: 0n };
  }

  allocPagingDomain(): IommuDomain | ErrnoName {
    return new this.parts.MockDomain();
  }

  reservedRegions(): readonly ReservedRegion[] {
    return [];
  }

  attach(device: MockDevice, domain: IommuDomain): ErrnoName | undefined {
    if (!(domain instanceof MockDomain)) return 'EINVAL';
    device.domain = domain;
    return undefined;
  }

  block(device: MockDevice): void {
    device.domain = 'blocked';
  }
}
