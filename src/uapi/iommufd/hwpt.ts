import { array, struct, u32, u64 } from '../codec.ts';
import { _IO, ioctl } from '../ioctl.ts';
import { IOMMUFD_TYPE } from './type.ts';

export const IOMMU_HWPT_ALLOC_NEST_PARENT = 1;
export const IOMMU_HWPT_ALLOC_DIRTY_TRACKING = 2;
export const IOMMU_HWPT_FAULT_ID_VALID = 4;
export const IOMMU_HWPT_ALLOC_PASID = 8;
export const IOMMU_HWPT_DATA_NONE = 0;
export const IOMMU_HWPT_DATA_VTD_S1 = 1;
export const IOMMU_HWPT_DATA_ARM_SMMUV3 = 2;
export const IOMMU_HWPT_DATA_AMD_GUEST = 3;
export const IOMMU_HWPT_DIRTY_TRACKING_ENABLE = 1;
export const IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR = 1;
export const IOMMU_VTD_S1_SRE = 1;
export const IOMMU_VTD_S1_EAFE = 2;
export const IOMMU_VTD_S1_WPE = 4;
export const IOMMU_VTD_INV_FLAGS_LEAF = 1;
export const IOMMU_HWPT_INVALIDATE_DATA_VTD_S1 = 0;
export const IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3 = 1;

/** VT-d first-stage page table. */
export const iommu_hwpt_vtd_s1 = struct('iommu_hwpt_vtd_s1', {
  flags: u64,
  pgtbl_addr: u64,
  addr_width: u32,
  __reserved: u32,
});

/** SMMUv3 stream table entry of a guest. */
export const iommu_hwpt_arm_smmuv3 = struct('iommu_hwpt_arm_smmuv3', {
  ste: array(u64, 2),
});

/** AMD device table entry of a guest. */
export const iommu_hwpt_amd_guest = struct('iommu_hwpt_amd_guest', {
  dte: array(u64, 4),
});

/** Makes a hardware page table. */
export const iommu_hwpt_alloc = struct('iommu_hwpt_alloc', {
  size: u32,
  flags: u32,
  dev_id: u32,
  pt_id: u32,
  out_hwpt_id: u32,
  __reserved: u32,
  data_type: u32,
  data_len: u32,
  data_uptr: u64,
  fault_id: u32,
  __reserved2: u32,
});

export const IOMMU_HWPT_ALLOC = ioctl(
  'IOMMU_HWPT_ALLOC',
  _IO(IOMMUFD_TYPE, 0x89),
  iommu_hwpt_alloc,
  '__reserved',
);

/** Starts or stops dirty tracking. */
export const iommu_hwpt_set_dirty_tracking = struct('iommu_hwpt_set_dirty_tracking', {
  size: u32,
  flags: u32,
  hwpt_id: u32,
  __reserved: u32,
});

export const IOMMU_HWPT_SET_DIRTY_TRACKING = ioctl(
  'IOMMU_HWPT_SET_DIRTY_TRACKING',
  _IO(IOMMUFD_TYPE, 0x8b),
  iommu_hwpt_set_dirty_tracking,
  '__reserved',
);

/** Reads, and unless told otherwise clears, dirty state. */
export const iommu_hwpt_get_dirty_bitmap = struct('iommu_hwpt_get_dirty_bitmap', {
  size: u32,
  hwpt_id: u32,
  flags: u32,
  __reserved: u32,
  iova: u64,
  length: u64,
  page_size: u64,
  data: u64,
});

export const IOMMU_HWPT_GET_DIRTY_BITMAP = ioctl(
  'IOMMU_HWPT_GET_DIRTY_BITMAP',
  _IO(IOMMUFD_TYPE, 0x8c),
  iommu_hwpt_get_dirty_bitmap,
  'data',
);

/** One invalidation of a VT-d first-stage table. */
export const iommu_hwpt_vtd_s1_invalidate = struct('iommu_hwpt_vtd_s1_invalidate', {
  addr: u64,
  npages: u64,
  flags: u32,
  __reserved: u32,
});

/** One SMMUv3 command of a guest. */
export const iommu_viommu_arm_smmuv3_invalidate = struct('iommu_viommu_arm_smmuv3_invalidate', {
  cmd: array(u64, 2),
});

/** Invalidates caches of a nested table or a vIOMMU. */
export const iommu_hwpt_invalidate = struct('iommu_hwpt_invalidate', {
  size: u32,
  hwpt_id: u32,
  data_uptr: u64,
  data_type: u32,
  entry_len: u32,
  entry_num: u32,
  __reserved: u32,
});

export const IOMMU_HWPT_INVALIDATE = ioctl(
  'IOMMU_HWPT_INVALIDATE',
  _IO(IOMMUFD_TYPE, 0x8d),
  iommu_hwpt_invalidate,
  '__reserved',
);
