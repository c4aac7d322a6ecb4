import { IOMMU_HW_INFO_TYPE_AMD, iommu_hw_info_amd } from '#uapi/iommufd/device.ts';
import { IOMMU_HWPT_DATA_AMD_GUEST, iommu_hwpt_amd_guest } from '#uapi/iommufd/hwpt.ts';

import { nested, type Vendor } from './vendor.ts';

export const amd = {
  name: 'AMD',
  feature: 'amd-iommu',
  information: { type: IOMMU_HW_INFO_TYPE_AMD, struct: iommu_hw_info_amd },
  nested: nested(IOMMU_HWPT_DATA_AMD_GUEST, iommu_hwpt_amd_guest, (dte) => ({ dte })),
} as const satisfies Vendor;
