import { struct, u16, u32, u64 } from '../codec.ts';
import { _IO, ioctl } from '../ioctl.ts';
import { IOMMUFD_TYPE } from './type.ts';

export const IOMMU_OPTION_RLIMIT_MODE = 0;
export const IOMMU_OPTION_HUGE_PAGES = 1;
export const IOMMU_OPTION_OP_SET = 0;
export const IOMMU_OPTION_OP_GET = 1;
export const IOMMU_VFIO_IOAS_GET = 0;
export const IOMMU_VFIO_IOAS_SET = 1;
export const IOMMU_VFIO_IOAS_CLEAR = 2;

/** Destroys an object. */
export const iommu_destroy = struct('iommu_destroy', {
  size: u32,
  id: u32,
});

export const IOMMU_DESTROY = ioctl('IOMMU_DESTROY', _IO(IOMMUFD_TYPE, 0x80), iommu_destroy, 'id');

/** Reads or sets an option of the file or of an object. */
export const iommu_option = struct('iommu_option', {
  size: u32,
  option_id: u32,
  op: u16,
  __reserved: u16,
  object_id: u32,
  val64: u64,
});

export const IOMMU_OPTION = ioctl('IOMMU_OPTION', _IO(IOMMUFD_TYPE, 0x87), iommu_option, 'val64');

/** The IOAS that the VFIO compatibility ioctls act on. */
export const iommu_vfio_ioas = struct('iommu_vfio_ioas', {
  size: u32,
  ioas_id: u32,
  op: u16,
  __reserved: u16,
});

export const IOMMU_VFIO_IOAS = ioctl(
  'IOMMU_VFIO_IOAS',
  _IO(IOMMUFD_TYPE, 0x88),
  iommu_vfio_ioas,
  '__reserved',
);
