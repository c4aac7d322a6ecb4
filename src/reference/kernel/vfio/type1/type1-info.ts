import type { Struct } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_IOMMU_INFO_CAPS,
  VFIO_IOMMU_INFO_PGSIZES,
  VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE,
  VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION,
  VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL,
  vfio_iommu_type1_info,
  vfio_iommu_type1_info_cap_iova_range,
  vfio_iommu_type1_info_cap_migration,
  vfio_iommu_type1_info_dma_avail,
  vfio_iova_range,
} from '#uapi/vfio/iommu-type1.ts';

import { lowestSetBit } from '../../lib/math.ts';
import type { Range } from '../../lib/range-counts.ts';
import type { UserArgument } from '../../mm/argument.ts';
import { MOST_BITMAP_BYTES } from './dirty-bitmap.ts';

/** What a container tells of itself. */
export interface Type1State {
  readonly pageSizes: bigint;
  readonly dmaAvail: number;
  readonly ranges: readonly Range[];
}

/** vfio_info_cap_add(): each capability begins at a multiple of this. */
const ALIGNMENT = 8;
/** Where the place of the next one is told in each. */
const NEXT = 4;

/** vfio_iommu_type1.c: vfio_iommu_type1_get_info() */
export class Type1Info {
  /** All capabilities or none: `argsz` tells what they would need. VFIO-INF-02 04 05 */
  write(
    argument: UserArgument<typeof vfio_iommu_type1_info>,
    state: Type1State,
  ): ErrnoName | undefined {
    const { argsz } = argument.fields;
    const chain = this.chain(this.capabilities(state));
    const needed = vfio_iommu_type1_info.size + chain.length;
    const fits = argsz >= needed;
    const unwritten = fits ? argument.putAt(vfio_iommu_type1_info.size, chain) : undefined;
    if (unwritten) return unwritten;
    const values = {
      argsz: fits ? argsz : needed,
      flags: VFIO_IOMMU_INFO_PGSIZES | VFIO_IOMMU_INFO_CAPS,
      iova_pgsizes: state.pageSizes,
      cap_offset: fits ? vfio_iommu_type1_info.size : 0,
      pad: 0,
    };
    return argument.respond(values, Math.min(argsz, vfio_iommu_type1_info.size));
  }

  /** In the order of their chain. VFIO-INF-05 06 07 08 */
  protected capabilities(state: Type1State): readonly Uint8Array[] {
    const ranges = state.ranges.length > 0 ? [this.ranges(state)] : [];
    return [this.migration(state), this.available(state), ...ranges];
  }

  protected migration({ pageSizes }: Type1State): Uint8Array {
    return vfio_iommu_type1_info_cap_migration.pack({
      header: header(VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION),
      pgsize_bitmap: lowestSetBit(pageSizes),
      max_dirty_bitmap_size: MOST_BITMAP_BYTES,
    });
  }

  protected available({ dmaAvail: avail }: Type1State): Uint8Array {
    const head = header(VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL);
    return vfio_iommu_type1_info_dma_avail.pack({ header: head, avail });
  }

  protected ranges({ ranges }: Type1State): Uint8Array {
    const head = vfio_iommu_type1_info_cap_iova_range.pack({
      header: header(VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE),
      nr_iovas: ranges.length,
    });
    return concatenated([
      head.subarray(0, fixedSize(vfio_iommu_type1_info_cap_iova_range)),
      ...ranges.map(({ first, last }) => vfio_iova_range.pack({ start: first, end: last })),
    ]);
  }

  /** vfio_info_cap_shift(): each tells where the next one is, from the start of the struct on. */
  protected chain(capabilities: readonly Uint8Array[]): Uint8Array {
    const aligned = capabilities.map((capability) => {
      const bytes = new Uint8Array(Math.ceil(capability.length / ALIGNMENT) * ALIGNMENT);
      bytes.set(capability);
      return bytes;
    });
    let end: number = vfio_iommu_type1_info.size;
    for (const [index, bytes] of aligned.entries()) {
      end += bytes.length;
      const next = index + 1 < aligned.length ? end : 0;
      new DataView(bytes.buffer).setUint32(NEXT, next, true);
    }
    return concatenated(aligned);
  }
}

function header(id: number) {
  return { id, version: 1, next: 0 };
}

function fixedSize({ size }: Struct): number {
  return size;
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
