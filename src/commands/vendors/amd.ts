import { IOMMU_HW_INFO_TYPE_AMD, iommu_hw_info_amd } from '#uapi/iommufd/device.ts';
import { IOMMU_HWPT_DATA_AMD_GUEST, iommu_hwpt_amd_guest } from '#uapi/iommufd/hwpt.ts';

import type { Vendor } from './vendor.ts';

export const amd: Vendor = {
  name: 'AMD',
  feature: 'amd-iommu',
  information: { type: IOMMU_HW_INFO_TYPE_AMD, struct: iommu_hw_info_amd },
  nested: { type: IOMMU_HWPT_DATA_AMD_GUEST, struct: iommu_hwpt_amd_guest },
};
