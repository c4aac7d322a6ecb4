import type { DeviceRegion } from '../../hardware/bus.ts';
import { invariant } from '../../reference-bug.ts';
import type { DeviceMapping, MapDeviceRequest } from '../fs/file.ts';
import { HoleTree } from '../lib/hole-tree.ts';
import { ULONG_MAX } from '../lib/math.ts';
import type { Range } from '../lib/range-counts.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { IommufdObject } from './object.ts';

/** struct iommufd_mmap */
interface MmapRegion {
  readonly region: DeviceRegion;
  readonly offsets: Range;
  readonly owner: IommufdObject;
}

/** struct iommufd_ctx, mt_mmap: what mmap() of an iommufd can give, by the offset that its owner told. MMAP-04 08 */
export class MmapRegions {
  protected readonly regions = new Map<bigint, MmapRegion>();
  protected readonly holes = new HoleTree();

  constructor() {
    this.holes.release({ first: PAGE_SIZE, last: ULONG_MAX });
  }

  /** _iommufd_alloc_mmap(): the lowest free offset; the first page is never given. Bytes, whole pages. MMAP-08 */
  allocate(region: DeviceRegion, owner: IommufdObject): bigint {
    const hole = this.holes.firstAbove(0n, region.size);
    invariant(hole !== undefined, 'no offset is left for mmap()');
    const offset = hole.first;
    const offsets = { first: offset, last: offset + region.size - 1n };
    this.holes.occupy(offsets);
    this.regions.set(offset, { region, offsets, owner });
    return offset;
  }

  /** _iommufd_destroy_mmap(). MMAP-07 */
  free(offset: bigint): void {
    const known = this.regions.get(offset);
    invariant(known !== undefined, `nothing is at offset ${offset}`);
    this.regions.delete(offset);
    this.holes.release(known.offsets);
  }

  /** Only a whole region; as long as it is mapped its owner cannot be destroyed. MMAP-01 05 06 OBJ-15 */
  map({ offset, length }: MapDeviceRequest): DeviceMapping | 'ENXIO' {
    const known = this.regions.get(offset);
    if (known?.region.size !== length) return 'ENXIO';
    const { region, owner } = known;
    return { region, offset: 0n, owner: { get: () => owner.users++, put: () => owner.users-- } };
  }
}
