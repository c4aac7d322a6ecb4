import type { ReservedRegion } from '../../iommu/domain.ts';
import { ULONG_MAX, maximum, minimum } from '../../lib/math.ts';
import { RangeCounts } from '../../lib/range-counts.ts';
import type { Range } from '../../lib/range-counts.ts';

/** vfio_iommu_type1.c: iova_list: where something may be mapped. Nothing is known of that before a real group came. VFIO-INF-06 VFIO-MAP-08 */
export class IovaList {
  protected valid: readonly Range[] = [];

  get ranges(): readonly Range[] {
    return this.valid;
  }

  /** vfio_iommu_iova_dma_valid(): inside one of the ranges; anywhere while there is none. */
  allows(first: bigint, last: bigint): boolean {
    if (this.valid.length === 0) return true;
    return this.valid.some((range) => first >= range.first && last <= range.last);
  }

  /** The part below, and the part above, of what was allowed that the aperture would cut off. */
  cutOffBy({ first, last }: Range): readonly Range[] {
    const [lowest, highest] = [this.valid[0], this.valid.at(-1)];
    if (!lowest || !highest) return [];
    return [
      { first: lowest.first, last: first - 1n },
      { first: last + 1n, last: highest.last },
    ].filter((part) => part.first <= part.last);
  }

  /** vfio_iommu_aper_resize(), vfio_iommu_resv_exclude(): what all apertures have, without what any group reserves. */
  set(apertures: Iterable<Range>, reserved: Iterable<ReservedRegion>): void {
    let [first, last] = [0n, ULONG_MAX];
    for (const aperture of apertures) {
      first = maximum(first, aperture.first);
      last = minimum(last, aperture.last);
    }
    const taken = new RangeCounts();
    for (const region of reserved) if (isKept(region)) taken.add(region);
    this.valid = [...taken.gaps({ first, last })];
  }
}

/** Regions that firmware uses until its driver takes over do not matter to a user. */
export function isKept({ type }: ReservedRegion): boolean {
  return type !== 'direct-relaxable';
}
