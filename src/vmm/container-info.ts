import {
  VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE,
  VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION,
  VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL,
  vfio_iommu_type1_info,
  vfio_iommu_type1_info_cap_iova_range,
  vfio_iommu_type1_info_cap_migration,
  vfio_iommu_type1_info_dma_avail,
} from '#uapi/vfio/iommu-type1.ts';
import { vfio_info_cap_header } from '#uapi/vfio/base.ts';

import type { IovaRange } from './container.ts';

/** What a container tells of itself. */
export interface ContainerInfo {
  readonly iovaRanges: readonly IovaRange[];
  /** How many more mappings it takes; undefined where it does not say. */
  readonly available: number | undefined;
  /** Of which it can tell what was written, one bit each; 0 where it tells of none. */
  readonly dirtyPageSizes: bigint;
}

/** The answer of VFIO_IOMMU_GET_INFO with its capabilities. */
export function parseInfo(bytes: Uint8Array): ContainerInfo {
  let iovaRanges: readonly IovaRange[] = [];
  let available: number | undefined;
  let dirtyPageSizes = 0n;
  let { cap_offset: at } = vfio_iommu_type1_info.unpack(bytes);
  while (at > 0 && at < bytes.length) {
    const capability = bytes.subarray(at);
    const { id, next } = vfio_info_cap_header.unpack(capability);
    if (id === VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) iovaRanges = rangesIn(capability);
    if (id === VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL) {
      available = vfio_iommu_type1_info_dma_avail.unpack(capability).avail;
    }
    if (id === VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION) {
      dirtyPageSizes = vfio_iommu_type1_info_cap_migration.unpack(capability).pgsize_bitmap;
    }
    // A chain that goes back is none.
    at = next > at ? next : 0;
  }
  return { iovaRanges, available, dirtyPageSizes };
}

function rangesIn(capability: Uint8Array): IovaRange[] {
  const { nr_iovas, iova_ranges } = vfio_iommu_type1_info_cap_iova_range.unpack(capability);
  return iova_ranges.slice(0, nr_iovas).map(({ start, end }) => ({ first: start, last: end }));
}
