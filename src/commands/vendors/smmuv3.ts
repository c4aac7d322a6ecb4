import { IOMMU_HW_INFO_TYPE_ARM_SMMUV3, iommu_hw_info_arm_smmuv3 } from '#uapi/iommufd/device.ts';
import * as hwpt from '#uapi/iommufd/hwpt.ts';
import * as viommu from '#uapi/iommufd/viommu.ts';

import { nested, type Vendor } from './vendor.ts';

export const smmuv3 = {
  name: 'SMMUv3',
  feature: 'smmuv3',
  information: { type: IOMMU_HW_INFO_TYPE_ARM_SMMUV3, struct: iommu_hw_info_arm_smmuv3 },
  nested: nested(hwpt.IOMMU_HWPT_DATA_ARM_SMMUV3, hwpt.iommu_hwpt_arm_smmuv3, (ste) => ({ ste })),
  guestInvalidation: {
    type: hwpt.IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3,
    struct: hwpt.iommu_viommu_arm_smmuv3_invalidate,
  },
  viommu: { type: viommu.IOMMU_VIOMMU_TYPE_ARM_SMMUV3 },
  events: { type: viommu.IOMMU_VEVENTQ_TYPE_ARM_SMMUV3, struct: viommu.iommu_vevent_arm_smmuv3 },
} as const satisfies Vendor;
