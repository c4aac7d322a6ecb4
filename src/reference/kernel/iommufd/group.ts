import type { IommuGroup } from '../iommu/domain.ts';
import type { IommufdDevice } from './device.ts';
import type { HwPagetable } from './hw-pagetable.ts';

/** iommufd_private.h: struct iommufd_attach: where the devices of a group stand with one PASID. */
export interface Attachment {
  hwpt: HwPagetable;
  /** Those of the group that were attached one by one. */
  readonly devices: Set<IommufdDevice>;
}

/** iommufd_private.h: struct iommufd_group: the devices of one IOMMU group that are bound to one iommufd. */
export class IommufdGroup {
  readonly group: IommuGroup;
  /** Devices that are bound. */
  bound = 0;
  /** pasid_attach: by PASID; IOMMU_NO_PASID for the devices themselves. */
  readonly attachments = new Map<number, Attachment>();
  /** Where the window for doorbells begins, once a device of it was attached. */
  swMsiStart: bigint | undefined;
  /** Which pages of doorbells its devices write to. */
  readonly requiredSwMsi = new Set<number>();

  constructor(group: IommuGroup) {
    this.group = group;
  }
}
