import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_IOMMU_INFO_CAPS,
  VFIO_IOMMU_INFO_PGSIZES,
  VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE,
  VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL,
  vfio_iommu_type1_info,
  vfio_iommu_type1_info_cap_iova_range,
  vfio_iommu_type1_info_dma_avail,
} from '#uapi/vfio/iommu-type1.ts';
import { ULONG_MAX, U32_MAX, maximum } from '../lib/math.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { UserArgument } from '../mm/argument.ts';
import type { IoPagetable } from './io-pagetable.ts';

const CAPABILITY_ALIGNMENT = 8;

/**
 * vfio_compat.c: iommufd_vfio_iommu_get_info(): the capabilities that fit behind the struct are written, and the offset of
 * the first one only where all fit. VFIO-14 15 16 17 VFIO-CMP-11
 */
export function writeInfo(
  argument: UserArgument<typeof vfio_iommu_type1_info>,
  iopt: IoPagetable,
): ErrnoName | undefined {
  const { argsz } = argument.fields;
  const capabilities = chain(iopt);
  let end = vfio_iommu_type1_info.size;
  for (const bytes of capabilities) {
    if (argsz >= end + bytes.length) {
      const error = argument.putAt(end, bytes);
      if (error) return error;
    }
    end += bytes.length;
  }
  const values = {
    argsz: end,
    flags: VFIO_IOMMU_INFO_PGSIZES | VFIO_IOMMU_INFO_CAPS,
    iova_pgsizes: pageSizes(iopt),
    cap_offset: argsz >= end ? vfio_iommu_type1_info.size : 0,
    pad: 0,
  };
  return argument.respond(values, Math.min(argsz, vfio_iommu_type1_info.size));
}

/** Each with the place of the next one, from the start of the struct. */
function chain(iopt: IoPagetable): readonly Uint8Array[] {
  const available = vfio_iommu_type1_info_dma_avail.pack({
    header: { id: VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, version: 1, next: 0 },
    avail: U32_MAX,
  });
  const first = new Uint8Array(
    Math.ceil(available.length / CAPABILITY_ALIGNMENT) * CAPABILITY_ALIGNMENT,
  );
  first.set(available);
  const next = vfio_iommu_type1_info.size + first.length;
  new DataView(first.buffer).setUint32(4, next, true);
  const ranges = [...iopt.usable()].map(({ first: start, last: end }) => ({ start, end }));
  const second = vfio_iommu_type1_info_cap_iova_range.pack({
    header: { id: VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, version: 1, next: 0 },
    nr_iovas: ranges.length,
    iova_ranges: ranges,
  });
  return [first, second];
}

/** iommufd_get_pagesizes(): what all domains have; smaller pages than the CPU's count as one of these. */
function pageSizes(iopt: IoPagetable): bigint {
  let sizes = ULONG_MAX;
  for (const domain of iopt.domains) sizes &= domain.pageSizes;
  const small = sizes & (PAGE_SIZE - 1n);
  if (small) sizes = (sizes & ~(PAGE_SIZE - 1n)) | PAGE_SIZE;
  return maximum(sizes, iopt.iovaAlignment);
}
