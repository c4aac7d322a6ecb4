import type { ErrnoName } from '#uapi/errno.ts';
import { MOCK_FLAGS_DEVICE_NO_DIRTY, MOCK_FLAGS_DEVICE_PASID } from '#uapi/iommufd/selftest.ts';
import type { IommuDevice } from '../../iommu/domain.ts';
import type { IommuCore } from '../../iommu/iommu.ts';
import { isErrno } from '../../lib/errno.ts';
import type { IommufdDevice } from '../device.ts';
import { IommufdObject } from '../object.ts';
import type { TestCommands } from './commands.ts';

/** selftest.c: struct selftest_obj: a mock device that is bound and attached as long as this object exists. MOCK-05 07 */
export class SelftestDevice extends IommufdObject {
  readonly bound: IommufdDevice;
  protected readonly mock: IommuDevice;
  protected readonly iommu: IommuCore;

  constructor(id: number, bound: IommufdDevice, iommu: IommuCore) {
    super(id);
    this.iommu = iommu;
    this.bound = bound;
    this.mock = bound.device;
  }

  override destroy(): void {
    this.bound.detachAll();
    this.bound.unbind();
    this.iommu.removeDevice(this.mock);
  }
}

/** iommufd_test_mock_domain(): EINVAL for unknown flags, or why it cannot be attached. MOCK-05 06 */
export function createSelftestDevice(
  { context, kernel }: TestCommands,
  id: number,
  { tableId, flags }: { tableId: number; flags: number },
): { device: SelftestDevice; hwptId: number } | ErrnoName {
  if (flags & ~(MOCK_FLAGS_DEVICE_NO_DIRTY | MOCK_FLAGS_DEVICE_PASID)) return 'EINVAL';
  const { faults, iommu, parts } = kernel;
  const noMemory = faults.kmalloc();
  if (noMemory) return noMemory;
  const mock = iommu.addMockDevice({
    noDirtyTracking: (flags & MOCK_FLAGS_DEVICE_NO_DIRTY) !== 0,
    pasid: (flags & MOCK_FLAGS_DEVICE_PASID) !== 0,
  });
  const bound = context.bindDevice(mock);
  const hwptId = isErrno(bound) ? bound : bound.attach(tableId);
  if (isErrno(bound) || isErrno(hwptId)) {
    if (!isErrno(bound)) bound.unbind();
    iommu.removeDevice(mock);
    return isErrno(bound) ? bound : (hwptId as ErrnoName);
  }
  return { device: new parts.selftest.SelftestDevice(id, bound, iommu), hwptId };
}
