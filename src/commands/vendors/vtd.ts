import { IOMMU_HW_INFO_TYPE_INTEL_VTD, iommu_hw_info_vtd } from '#uapi/iommufd/device.ts';
import * as hwpt from '#uapi/iommufd/hwpt.ts';

import { nested, type Vendor } from './vendor.ts';

export const vtd = {
  name: 'VT-d',
  feature: 'intel-iommu',
  prefixes: {
    'iommu_hwpt_vtd_s1.flags': ['IOMMU_VTD_S1_'],
    'iommu_hwpt_vtd_s1_invalidate.flags': ['IOMMU_VTD_INV_FLAGS_'],
    'iommu_hw_info_vtd.flags': ['IOMMU_HW_INFO_VTD_'],
  },
  information: { type: IOMMU_HW_INFO_TYPE_INTEL_VTD, struct: iommu_hw_info_vtd },
  nested: nested(hwpt.IOMMU_HWPT_DATA_VTD_S1, hwpt.iommu_hwpt_vtd_s1, ([root = 0n]) => ({
    pgtbl_addr: root,
    addr_width: 48,
  })),
  invalidation: {
    type: hwpt.IOMMU_HWPT_INVALIDATE_DATA_VTD_S1,
    struct: hwpt.iommu_hwpt_vtd_s1_invalidate,
  },
} as const satisfies Vendor;
