import { flex, struct, u32, u64, u8 } from '../codec.ts';
import { ioctl } from '../ioctl.ts';
import { vfio_info_cap_header, vfioRequest } from './base.ts';

export const VFIO_IOMMU_INFO_PGSIZES = 1;
export const VFIO_IOMMU_INFO_CAPS = 2;
export const VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE = 1;
export const VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION = 2;
export const VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL = 3;
export const VFIO_DMA_MAP_FLAG_READ = 1;
export const VFIO_DMA_MAP_FLAG_WRITE = 2;
export const VFIO_DMA_MAP_FLAG_VADDR = 4;
export const VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP = 1;
export const VFIO_DMA_UNMAP_FLAG_ALL = 2;
export const VFIO_DMA_UNMAP_FLAG_VADDR = 4;
export const VFIO_IOMMU_DIRTY_PAGES_FLAG_START = 1;
export const VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP = 2;
export const VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP = 4;

/** What the IOMMU of a container offers; capabilities follow where `argsz` leaves room. */
export const vfio_iommu_type1_info = struct('vfio_iommu_type1_info', {
  argsz: u32,
  flags: u32,
  iova_pgsizes: u64,
  cap_offset: u32,
  pad: u32,
});

/** A range of IOVAs, both ends included. */
export const vfio_iova_range = struct('vfio_iova_range', {
  start: u64,
  end: u64,
});

/** The IOVAs that can be mapped. */
export const vfio_iommu_type1_info_cap_iova_range = struct('vfio_iommu_type1_info_cap_iova_range', {
  header: vfio_info_cap_header,
  nr_iovas: u32,
  reserved: u32,
  iova_ranges: flex(vfio_iova_range),
});

/** Dirty page tracking is there; sizes in bytes. */
export const vfio_iommu_type1_info_cap_migration = struct('vfio_iommu_type1_info_cap_migration', {
  header: vfio_info_cap_header,
  flags: u32,
  pgsize_bitmap: u64,
  max_dirty_bitmap_size: u64,
});

/** How many more mappings the container takes. */
export const vfio_iommu_type1_info_dma_avail = struct('vfio_iommu_type1_info_dma_avail', {
  header: vfio_info_cap_header,
  avail: u32,
});

export const VFIO_IOMMU_GET_INFO = ioctl(
  'VFIO_IOMMU_GET_INFO',
  vfioRequest(12),
  vfio_iommu_type1_info,
  'iova_pgsizes',
);

/** Maps user memory to an IOVA. */
export const vfio_iommu_type1_dma_map = struct('vfio_iommu_type1_dma_map', {
  argsz: u32,
  flags: u32,
  vaddr: u64,
  iova: u64,
  size: u64,
});

export const VFIO_IOMMU_MAP_DMA = ioctl(
  'VFIO_IOMMU_MAP_DMA',
  vfioRequest(13),
  vfio_iommu_type1_dma_map,
  'size',
);

/** Where dirty pages are reported: one bit for each `pgsize` bytes, `size` bytes of bits at address `data`. */
export const vfio_bitmap = struct('vfio_bitmap', {
  pgsize: u64,
  size: u64,
  data: u64,
});

/** Removes mappings; `size` returns the bytes removed. With GET_DIRTY_BITMAP `data` holds a vfio_bitmap. */
export const vfio_iommu_type1_dma_unmap = struct('vfio_iommu_type1_dma_unmap', {
  argsz: u32,
  flags: u32,
  iova: u64,
  size: u64,
  data: flex(u8),
});

export const VFIO_IOMMU_UNMAP_DMA = ioctl(
  'VFIO_IOMMU_UNMAP_DMA',
  vfioRequest(14),
  vfio_iommu_type1_dma_unmap,
  'size',
);

/** Starts, stops or reads dirty page tracking. With GET_BITMAP `data` holds a vfio_iommu_type1_dirty_bitmap_get. */
export const vfio_iommu_type1_dirty_bitmap = struct('vfio_iommu_type1_dirty_bitmap', {
  argsz: u32,
  flags: u32,
  data: flex(u8),
});

/** The range of IOVAs whose dirty pages are asked for. */
export const vfio_iommu_type1_dirty_bitmap_get = struct('vfio_iommu_type1_dirty_bitmap_get', {
  iova: u64,
  size: u64,
  bitmap: vfio_bitmap,
});

export const VFIO_IOMMU_DIRTY_PAGES = ioctl(
  'VFIO_IOMMU_DIRTY_PAGES',
  vfioRequest(17),
  vfio_iommu_type1_dirty_bitmap,
  'flags',
);
