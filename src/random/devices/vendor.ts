import type { Feature } from '#port/features.ts';
import { IOMMU_VIOMMU_TYPE_ARM_SMMUV3 } from '#uapi/iommufd/viommu.ts';
import type { GuestFormatName } from '#steps/support/guest/page-tables.ts';

/** What bears on the sequences of how an IOMMU takes the page tables of guests. */
export interface GuestVendor {
  readonly format: GuestFormatName;
  /** Before `page table`, as scenarios have it. */
  readonly article: 'a' | 'an';
  /** How many tables there are with caches of their own. */
  readonly tables: number;
  /** Of the vIOMMU that tables are made on; without it, they are made on the nesting parent. */
  readonly viommu?: number;
  /** What is kept goes with the place that it was kept for: else with the guest's own number of its table. */
  readonly forgetsPlaces: boolean;
  /** Words of a leaf of 2 MiB. */
  large(write: boolean): string;
}

const x86 = (write: boolean): string => `P, ${write ? 'RW, ' : ''}US, PS`;

const vtd: GuestVendor = {
  ...{ format: 'VT-d', article: 'a', tables: 2, forgetsPlaces: true },
  large: x86,
};

const smmuv3: GuestVendor = {
  ...{ format: 'SMMUv3', article: 'an', tables: 2, forgetsPlaces: false },
  viommu: IOMMU_VIOMMU_TYPE_ARM_SMMUV3,
  large: (write) => `Valid, AP1, ${write ? '' : 'AP2, '}SH 3, AF, nG`,
};

/** No guest can invalidate, and each table has the same domain. Any type but DEFAULT is the same to it. */
const amd: GuestVendor = {
  ...{ format: 'AMD', article: 'an', tables: 1, forgetsPlaces: false },
  viommu: 7,
  large: x86,
};

export function guestVendorOf(features: ReadonlySet<Feature>): GuestVendor | undefined {
  if (features.has('intel-nesting')) return vtd;
  if (features.has('smmuv3-nesting')) return smmuv3;
  return features.has('amd-guest-tables') ? amd : undefined;
}
