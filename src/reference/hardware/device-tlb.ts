import type { Iova } from '#formats/addresses.ts';
import type { DeviceTlbRange } from '#formats/pcie.ts';

import type { Iotlb } from './iotlb.ts';
import type { Leaf } from './translation.ts';

/** Requests without PASID have a place of their own. */
const NO_PASID = -1;

/** PCIe, 10.1 ATS: the translations that a device keeps, until it is told to forget them. */
export class DeviceTlb {
  protected readonly translations: Iotlb;
  /** Those that it may have something of. */
  private readonly spaces = new Set<number>();

  constructor(translations: Iotlb) {
    this.translations = translations;
  }

  lookup(pasid: number | undefined, iova: Iova): Leaf | undefined {
    return this.translations.lookup(pasid ?? NO_PASID, iova);
  }

  /** 10.2.3: a device is told a size, and nothing of the stages that it comes from. */
  insert(pasid: number | undefined, iova: Iova, { pieceOf: _, ...leaf }: Leaf): void {
    this.spaces.add(pasid ?? NO_PASID);
    this.translations.insert(pasid ?? NO_PASID, iova, leaf);
  }

  /** PCIe, 10.3 ATS Invalidation. */
  invalidate({ pasid, first, length }: DeviceTlbRange): void {
    const spaces = pasid === 'any' ? this.spaces : [pasid === 'none' ? NO_PASID : pasid];
    for (const space of spaces) {
      if (length === undefined) this.translations.invalidateDomain(space);
      else this.translations.invalidatePages(space, first, length);
    }
  }
}
