import { s32, struct, u32, u64 } from '../codec.ts';
import { _IO, ioctl } from '../ioctl.ts';
import { IOMMUFD_TYPE } from './type.ts';

export const IOMMU_IOAS_MAP_FIXED_IOVA = 1;
export const IOMMU_IOAS_MAP_WRITEABLE = 2;
export const IOMMU_IOAS_MAP_READABLE = 4;

/** Makes an empty I/O address space. */
export const iommu_ioas_alloc = struct('iommu_ioas_alloc', {
  size: u32,
  flags: u32,
  out_ioas_id: u32,
});

export const IOMMU_IOAS_ALLOC = ioctl(
  'IOMMU_IOAS_ALLOC',
  _IO(IOMMUFD_TYPE, 0x81),
  iommu_ioas_alloc,
  'out_ioas_id',
);

/** A range of IOVAs, both ends included. */
export const iommu_iova_range = struct('iommu_iova_range', {
  start: u64,
  last: u64,
});

/** Asks which IOVAs an IOAS can map. */
export const iommu_ioas_iova_ranges = struct('iommu_ioas_iova_ranges', {
  size: u32,
  ioas_id: u32,
  num_iovas: u32,
  __reserved: u32,
  allowed_iovas: u64,
  out_iova_alignment: u64,
});

export const IOMMU_IOAS_IOVA_RANGES = ioctl(
  'IOMMU_IOAS_IOVA_RANGES',
  _IO(IOMMUFD_TYPE, 0x84),
  iommu_ioas_iova_ranges,
  'out_iova_alignment',
);

/** Restricts where the kernel places automatic IOVAs. */
export const iommu_ioas_allow_iovas = struct('iommu_ioas_allow_iovas', {
  size: u32,
  ioas_id: u32,
  num_iovas: u32,
  __reserved: u32,
  allowed_iovas: u64,
});

export const IOMMU_IOAS_ALLOW_IOVAS = ioctl(
  'IOMMU_IOAS_ALLOW_IOVAS',
  _IO(IOMMUFD_TYPE, 0x82),
  iommu_ioas_allow_iovas,
  'allowed_iovas',
);

/** Maps user memory to an IOVA. */
export const iommu_ioas_map = struct('iommu_ioas_map', {
  size: u32,
  flags: u32,
  ioas_id: u32,
  __reserved: u32,
  user_va: u64,
  length: u64,
  iova: u64,
});

export const IOMMU_IOAS_MAP = ioctl(
  'IOMMU_IOAS_MAP',
  _IO(IOMMUFD_TYPE, 0x85),
  iommu_ioas_map,
  'iova',
);

/** Maps a memfd or a dma-buf to an IOVA. */
export const iommu_ioas_map_file = struct('iommu_ioas_map_file', {
  size: u32,
  flags: u32,
  ioas_id: u32,
  fd: s32,
  start: u64,
  length: u64,
  iova: u64,
});

export const IOMMU_IOAS_MAP_FILE = ioctl(
  'IOMMU_IOAS_MAP_FILE',
  _IO(IOMMUFD_TYPE, 0x8f),
  iommu_ioas_map_file,
  'iova',
);

/** Maps what another IOVA maps. */
export const iommu_ioas_copy = struct('iommu_ioas_copy', {
  size: u32,
  flags: u32,
  dst_ioas_id: u32,
  src_ioas_id: u32,
  length: u64,
  dst_iova: u64,
  src_iova: u64,
});

export const IOMMU_IOAS_COPY = ioctl(
  'IOMMU_IOAS_COPY',
  _IO(IOMMUFD_TYPE, 0x83),
  iommu_ioas_copy,
  'src_iova',
);

/** Removes mappings; `length` returns the bytes removed. */
export const iommu_ioas_unmap = struct('iommu_ioas_unmap', {
  size: u32,
  ioas_id: u32,
  iova: u64,
  length: u64,
});

export const IOMMU_IOAS_UNMAP = ioctl(
  'IOMMU_IOAS_UNMAP',
  _IO(IOMMUFD_TYPE, 0x86),
  iommu_ioas_unmap,
  'length',
);

/** Moves the accounting of file mappings to the caller. */
export const iommu_ioas_change_process = struct('iommu_ioas_change_process', {
  size: u32,
  __reserved: u32,
});

export const IOMMU_IOAS_CHANGE_PROCESS = ioctl(
  'IOMMU_IOAS_CHANGE_PROCESS',
  _IO(IOMMUFD_TYPE, 0x92),
  iommu_ioas_change_process,
  '__reserved',
);

/** Asks for the physical address behind an IOVA of a noiommu device. */
export const iommu_ioas_noiommu_get_pa = struct('iommu_ioas_noiommu_get_pa', {
  size: u32,
  flags: u32,
  ioas_id: u32,
  __reserved: u32,
  iova: u64,
  length: u64,
  out_phys: u64,
});

export const IOMMU_IOAS_NOIOMMU_GET_PA = ioctl(
  'IOMMU_IOAS_NOIOMMU_GET_PA',
  _IO(IOMMUFD_TYPE, 0x95),
  iommu_ioas_noiommu_get_pa,
  'out_phys',
);
