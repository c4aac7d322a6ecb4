import { array, struct, u32, u64 } from '../codec.ts';
import { _IO, ioctl } from '../ioctl.ts';
import { IOMMUFD_TYPE } from './type.ts';

export const IOMMU_VIOMMU_TYPE_DEFAULT = 0;
export const IOMMU_VIOMMU_TYPE_ARM_SMMUV3 = 1;
export const IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV = 2;
export const IOMMU_VEVENTQ_TYPE_DEFAULT = 0;
export const IOMMU_VEVENTQ_TYPE_ARM_SMMUV3 = 1;
export const IOMMU_VEVENTQ_TYPE_TEGRA241_CMDQV = 2;
export const IOMMU_VEVENTQ_FLAG_LOST_EVENTS = 1;
export const IOMMU_HW_QUEUE_TYPE_DEFAULT = 0;
export const IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV = 1;

/** Where the page of a Tegra241 VINTF is mapped. */
export const iommu_viommu_tegra241_cmdqv = struct('iommu_viommu_tegra241_cmdqv', {
  out_vintf_mmap_offset: u64,
  out_vintf_mmap_length: u64,
});

/** Makes a virtual IOMMU. */
export const iommu_viommu_alloc = struct('iommu_viommu_alloc', {
  size: u32,
  flags: u32,
  type: u32,
  dev_id: u32,
  hwpt_id: u32,
  out_viommu_id: u32,
  data_len: u32,
  __reserved: u32,
  data_uptr: u64,
});

export const IOMMU_VIOMMU_ALLOC = ioctl(
  'IOMMU_VIOMMU_ALLOC',
  _IO(IOMMUFD_TYPE, 0x90),
  iommu_viommu_alloc,
  'out_viommu_id',
);

/** Makes a device of a virtual IOMMU. */
export const iommu_vdevice_alloc = struct('iommu_vdevice_alloc', {
  size: u32,
  viommu_id: u32,
  dev_id: u32,
  out_vdevice_id: u32,
  virt_id: u64,
});

export const IOMMU_VDEVICE_ALLOC = ioctl(
  'IOMMU_VDEVICE_ALLOC',
  _IO(IOMMUFD_TYPE, 0x91),
  iommu_vdevice_alloc,
  'virt_id',
);

/** What precedes each event of a vEVENTQ. */
export const iommufd_vevent_header = struct('iommufd_vevent_header', {
  flags: u32,
  sequence: u32,
});

/** An SMMUv3 event. */
export const iommu_vevent_arm_smmuv3 = struct('iommu_vevent_arm_smmuv3', {
  evt: array(u64, 4),
});

/** A Tegra241 CMDQV event. */
export const iommu_vevent_tegra241_cmdqv = struct('iommu_vevent_tegra241_cmdqv', {
  lvcmdq_err_map: array(u64, 2),
});

/** Makes an event queue of a virtual IOMMU. */
export const iommu_veventq_alloc = struct('iommu_veventq_alloc', {
  size: u32,
  flags: u32,
  viommu_id: u32,
  type: u32,
  veventq_depth: u32,
  out_veventq_id: u32,
  out_veventq_fd: u32,
  __reserved: u32,
});

export const IOMMU_VEVENTQ_ALLOC = ioctl(
  'IOMMU_VEVENTQ_ALLOC',
  _IO(IOMMUFD_TYPE, 0x93),
  iommu_veventq_alloc,
  'out_veventq_fd',
);

/** Gives a virtual IOMMU a hardware queue. */
export const iommu_hw_queue_alloc = struct('iommu_hw_queue_alloc', {
  size: u32,
  flags: u32,
  viommu_id: u32,
  type: u32,
  index: u32,
  out_hw_queue_id: u32,
  nesting_parent_iova: u64,
  length: u64,
});

export const IOMMU_HW_QUEUE_ALLOC = ioctl(
  'IOMMU_HW_QUEUE_ALLOC',
  _IO(IOMMUFD_TYPE, 0x94),
  iommu_hw_queue_alloc,
  'length',
);
