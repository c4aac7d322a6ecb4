import type { IommuGroup } from '../iommu/domain.ts';
import type { IommufdDevice } from './device.ts';
import type { HwPagetable } from './hw-pagetable.ts';

/** iommufd_private.h: struct iommufd_group: the devices of one IOMMU group that are bound to one iommufd. */
export class IommufdGroup {
  readonly group: IommuGroup;
  /** Devices that are bound. */
  bound = 0;
  /** What the group is attached to, for all its devices. */
  hwpt: HwPagetable | undefined;
  /** Those of its devices that were attached one by one. */
  readonly attached = new Set<IommufdDevice>();

  constructor(group: IommuGroup) {
    this.group = group;
  }
}
