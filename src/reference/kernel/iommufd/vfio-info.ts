import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_IOMMU_INFO_CAPS,
  VFIO_IOMMU_INFO_PGSIZES,
  VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE,
  VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL,
  vfio_iommu_type1_info,
  vfio_iommu_type1_info_cap_iova_range,
  vfio_iommu_type1_info_dma_avail,
  vfio_iova_range,
} from '#uapi/vfio/iommu-type1.ts';
import { ULONG_MAX, U32_MAX, maximum } from '../lib/math.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { UserArgument } from '../mm/argument.ts';
import type { IoPagetable } from './io-pagetable.ts';

const CAPABILITY_ALIGNMENT = 8;
/** Where the place of the next capability is told in each. */
const NEXT = 4;

/** What is written as far as it fits. */
interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Where the room has to end at least. */
  readonly end: number;
}

/**
 * vfio_compat.c: iommufd_vfio_iommu_get_info(): what fits behind the struct is written, then the struct, with the offset
 * of the first capability only where all fit. VFIO-14 15 16 17 39 40 VFIO-CMP-11
 */
export class VfioInfo {
  write(
    argument: UserArgument<typeof vfio_iommu_type1_info>,
    iopt: IoPagetable,
  ): ErrnoName | undefined {
    const { argsz } = argument.fields;
    const first = vfio_iommu_type1_info.size;
    const second = first + this.align(vfio_iommu_type1_info_dma_avail.size);
    const { pieces, end } = this.ranges(iopt, second);
    for (const { offset, bytes, end } of [this.available(first), ...pieces, link(first, second)]) {
      const error = argsz >= end ? argument.putAt(offset, bytes) : undefined;
      if (error) return error;
    }
    const values = {
      argsz: end,
      flags: VFIO_IOMMU_INFO_PGSIZES | VFIO_IOMMU_INFO_CAPS,
      iova_pgsizes: pageSizes(iopt),
      cap_offset: argsz >= end ? first : 0,
      pad: 0,
    };
    return argument.respond(values, Math.min(argsz, vfio_iommu_type1_info.size));
  }

  /** iommufd_fill_cap_dma_avail() */
  protected available(offset: number): Piece {
    const bytes = vfio_iommu_type1_info_dma_avail.pack({
      header: { id: VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, version: 1, next: 0 },
      avail: U32_MAX,
    });
    return { offset, bytes, end: offset + bytes.length };
  }

  /** iommufd_fill_cap_iova(): the head, which has their number, is told last, and only together with all of them. */
  protected ranges(iopt: IoPagetable, offset: number): { pieces: readonly Piece[]; end: number } {
    let end = offset + vfio_iommu_type1_info_cap_iova_range.size;
    const pieces = [...iopt.usable()].map(({ first, last }): Piece => {
      const bytes = vfio_iova_range.pack({ start: first, end: last });
      end += bytes.length;
      return { offset: end - bytes.length, bytes, end };
    });
    const head = vfio_iommu_type1_info_cap_iova_range.pack({
      header: { id: VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, version: 1, next: 0 },
      nr_iovas: pieces.length,
    });
    return { pieces: [...pieces, { offset, bytes: head, end }], end };
  }

  protected align(length: number): number {
    return Math.ceil(length / CAPABILITY_ALIGNMENT) * CAPABILITY_ALIGNMENT;
  }
}

/** Told even where there is no room for the next one. */
function link(offset: number, next: number): Piece {
  return { offset: offset + NEXT, bytes: new Uint8Array(Uint32Array.of(next).buffer), end: next };
}

/** iommufd_get_pagesizes(): what all domains have; smaller pages than the CPU's count as one of these. */
function pageSizes(iopt: IoPagetable): bigint {
  let sizes = ULONG_MAX;
  for (const domain of iopt.domains) sizes &= domain.pageSizes;
  const small = sizes & (PAGE_SIZE - 1n);
  if (small) sizes = (sizes & ~(PAGE_SIZE - 1n)) | PAGE_SIZE;
  return maximum(sizes, iopt.iovaAlignment);
}
