import type { ErrnoName } from '#uapi/errno.ts';
import * as uapi from '#uapi/iommufd/selftest.ts';

import { isErrno } from '../lib/errno.ts';
import type { IommuParts } from './parts.ts';
import type {
  AnyDomain,
  DeviceCapabilities,
  HardwareInfo,
  IommuDomain,
  NestedDomain,
  PagingOptions,
  ReservedRegion,
} from './domain.ts';
import type { IommuOps } from './group.ts';
import type { MockDevice } from './mock-device.ts';
import { MockDomain, mockFormat, mockHugeFormat } from './mock-domain.ts';
import type { MockFormat } from './mock-domain.ts';
import { MockNestedDomain, configOf } from './mock-nested-domain.ts';
import type { UserData } from './user-data.ts';
import type { ViommuCore, ViommuDriver, ViommuOps } from './viommu.ts';

const formats = new Map<number, MockFormat>([
  [uapi.MOCK_IOMMUPT_DEFAULT, mockFormat],
  [uapi.MOCK_IOMMUPT_HUGE, mockHugeFormat],
]);

/** iommufd/selftest.c: mock_ops. MOCK-28 */
export class MockIommu implements IommuOps<MockDevice> {
  readonly userPasidTable = true;
  readonly viommu: ViommuDriver = {
    offersViommu: (type) => type === uapi.IOMMU_VIOMMU_TYPE_SELFTEST,
    initViommu: (core, data) => this.initViommu(core, data),
  };
  private readonly parts: IommuParts;

  constructor(parts: IommuParts) {
    this.parts = parts;
  }

  /** mock_domain_capable(). MOCK-28 HWINFO-12 13 14 */
  capabilities({ noDirtyTracking, pasid }: MockDevice): DeviceCapabilities {
    return {
      cacheCoherent: true,
      msiIsolated: true,
      dirtyTracking: !noDirtyTracking,
      ats: false,
      pasidWidth: pasid ? uapi.MOCK_PASID_WIDTH : 0,
      hasPasidZero: true,
    };
  }

  /** mock_domain_hw_info(). HWINFO-20 */
  hardwareInfo(): HardwareInfo {
    const info = { flags: 0, test_reg: uapi.IOMMU_HW_INFO_SELFTEST_REGVAL };
    return { type: uapi.IOMMU_HW_INFO_TYPE_SELFTEST, data: uapi.iommu_test_hw_info.pack(info) };
  }

  /** mock_domain_alloc_paging_flags(). HWPT-15 40 */
  allocPagingDomain({ data, dirtyTracking }: PagingOptions): IommuDomain | ErrnoName {
    const format = data ? this.formatOf(data) : mockFormat;
    if (isErrno(format)) return format;
    return new this.parts.iommu.MockDomain(format, dirtyTracking);
  }

  /** mock_domain_alloc_nested(). HWPT-16 19 20 21 22 MOCK-29 */
  allocNestedDomain(parent: IommuDomain, data: UserData): NestedDomain | ErrnoName {
    if (!(parent instanceof MockDomain)) return 'EINVAL';
    const config = configOf(data);
    return isErrno(config) ? config : new this.parts.iommu.MockNestedDomain(config.iotlb);
  }

  reservedRegions(): readonly ReservedRegion[] {
    return [];
  }

  /** mock_domain_nop_attach(). HWPT-11 DIRTY-23 VDEV-06 */
  attach(device: MockDevice, domain: AnyDomain): ErrnoName | undefined {
    if (domain instanceof MockNestedDomain) return device.enter(domain.viommu);
    if (!(domain instanceof MockDomain)) return 'EINVAL';
    if (domain.dirtyTracking && device.noDirtyTracking) return 'EINVAL';
    return device.enter(undefined);
  }

  block(device: MockDevice): void {
    device.enter(undefined);
  }

  /** A PASID is taken with dirty tracking also where the device lacks that. PASID-23 */
  attachPasid(device: MockDevice, pasid: number, domain: AnyDomain): ErrnoName | undefined {
    const fits = domain instanceof MockDomain || domain instanceof MockNestedDomain;
    return fits ? device.enterPasid(pasid) : 'EINVAL';
  }

  blockPasid(device: MockDevice, pasid: number): void {
    device.leavePasid(pasid);
  }

  /** mock_domain_page_response(): there is nobody to be told. */
  respond(): void {}

  private formatOf(data: UserData): MockFormat | ErrnoName {
    const config = configOf(data);
    if (isErrno(config)) return config;
    return formats.get(config.pagetable_type) ?? 'EOPNOTSUPP';
  }

  /** mock_viommu_init(). VIOMMU-08 */
  protected initViommu(core: ViommuCore, data: UserData | undefined): ViommuOps | ErrnoName {
    const viommu = new this.parts.iommu.MockViommu(core, this.parts);
    const error = data && viommu.init(data);
    return error ?? viommu;
  }
}
