import {
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_ALLOC_PASID,
} from '#uapi/iommufd/hwpt.ts';

import type { GuestTableHandle, ObjectOf } from '../handles.ts';
import { guests } from './guests.ts';
import { iova, named, oneOf, parameter, quoted, re, size } from './parameter.ts';

/** A page table to be allocated. */
export interface NewHwpt {
  readonly name: string;
  /** IOMMU_HWPT_ALLOC_*. */
  readonly flags: number;
  readonly nested: boolean;
  /** It gets what its format needs of an IOMMU for a guest. */
  readonly ofGuest: boolean;
}

/** What a page table may come with. */
export type HwptExtra = ObjectOf<'fault queue'> | GuestTableHandle | 'huge entries';

/** What a VMM tells the kernel to forget of a page table of its guest. */
export interface Forgotten {
  readonly addr: bigint;
  /** U64_MAX for all there is. */
  readonly length: bigint | 'everything';
  /** Entries that lead to tables have not changed. */
  readonly leavesOnly: boolean;
}

const flags: Readonly<Record<string, number>> = {
  nesting: IOMMU_HWPT_ALLOC_NEST_PARENT,
  nested: 0,
  "guest's": 0,
  'dirty-tracking': IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  PASID: IOMMU_HWPT_ALLOC_PASID,
};

export const hwpts = {
  newHwpt: parameter(
    re(`an? ((?:(?:${Object.keys(flags).join('|')}) )*)HWPT ${quoted}`),
    (sorts, name): NewHwpt => {
      const words = sorts.split(' ');
      return {
        name,
        flags: words.reduce((sum, word) => sum | (flags[word] ?? 0), 0),
        nested: words.includes('nested') || words.includes("guest's"),
        ofGuest: words.includes("guest's"),
      };
    },
  ),
  forgotten: oneOf<Forgotten>(
    parameter(/(the leaves of )?everything/, (leaves) => ({
      ...{ addr: 0n, length: 'everything' as const, leavesOnly: leaves !== undefined },
    })),
    parameter(re(`(the leaves of )?(${size}) at (${iova})`), function (leaves, length, addr) {
      const range = { addr: this.size(addr ?? ''), length: this.size(length ?? '') };
      return { ...range, leavesOnly: leaves !== undefined };
    }),
  ),
  hwptExtra: oneOf<HwptExtra>(
    named('fault queue', 'fault queue'),
    guests.guestTable,
    parameter(/huge entries/, () => 'huge entries'),
  ),
};
