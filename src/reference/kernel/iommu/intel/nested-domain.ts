import type { Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HWPT_DATA_VTD_S1,
  IOMMU_HWPT_INVALIDATE_DATA_VTD_S1,
  IOMMU_VTD_INV_FLAGS_LEAF,
  IOMMU_VTD_S1_EAFE,
  IOMMU_VTD_S1_SRE,
  iommu_hwpt_vtd_s1,
  iommu_hwpt_vtd_s1_invalidate,
} from '#uapi/iommufd/hwpt.ts';

import { isErrno } from '../../lib/errno.ts';
import { PAGE_SIZE } from '../../mm/user-memory.ts';
import type { IntelParts } from './parts.ts';
import type { Invalidated, NestedDomain } from '../domain.ts';
import type { PageRequestHandler } from '../io-pgfault.ts';
import { copyEntry, copyUserData } from '../user-data.ts';
import type { UserData, UserDataArray } from '../user-data.ts';
import type { CacheTags } from './cache-tags.ts';
import type { DomainUser, PagingDomain } from './paging-domain.ts';
import type { UnitFeatures } from './unit-features.ts';

const [FOUR_LEVELS, FIVE_LEVELS] = [48, 57];
const U64_MAX = (1n << 64n) - 1n;
/** Both structs end with a reserved field that has to be there. */
const entryFormat = {
  struct: iommu_hwpt_vtd_s1_invalidate,
  minimum: iommu_hwpt_vtd_s1_invalidate.size,
};

type Config = Value<typeof iommu_hwpt_vtd_s1>;

/** What a guest's page table is like; it is looked at when a device comes. EOPNOTSUPP, EINVAL, EFAULT. HWPT-31 32 */
export function configOf(data: UserData): Config | ErrnoName {
  if (data.type !== IOMMU_HWPT_DATA_VTD_S1) return 'EOPNOTSUPP';
  return copyUserData(data, iommu_hwpt_vtd_s1, iommu_hwpt_vtd_s1.size);
}

/** drivers/iommu/intel/nested.c: a guest's first-stage table on top of a second stage. */
export class IntelNestedDomain implements NestedDomain {
  readonly type = 'nested';
  readonly parent: PagingDomain;
  readonly config: Config;
  readonly tags: CacheTags;
  readonly users = new Set<DomainUser>();
  pageRequestHandler?: PageRequestHandler;

  constructor(options: { parts: IntelParts; parent: PagingDomain; config: Config }) {
    this.parent = options.parent;
    this.config = options.config;
    this.tags = new options.parts.intel.CacheTags();
    this.parent.nested.add(this);
  }

  /** intel_pasid_setup_nested(): what the guest wants, the unit has to have. HWPT-32 */
  fits(unit: UnitFeatures): boolean {
    const { addr_width: width, flags } = this.config;
    if (!this.parent.fits(unit)) return false;
    if (width !== FOUR_LEVELS && !(width === FIVE_LEVELS && unit.fiveLevels)) return false;
    if (flags & BigInt(IOMMU_VTD_S1_SRE) && !unit.supervisor) return false;
    return !(flags & BigInt(IOMMU_VTD_S1_EAFE)) || unit.extendedAccessed;
  }

  /** intel_nested_cache_invalidate_user(): entries before the one that fails stay done. INV-18 19 HW-VTD-43 */
  invalidate(array: UserDataArray): Invalidated {
    if (array.type !== IOMMU_HWPT_INVALIDATE_DATA_VTD_S1) return { done: 0, error: 'EINVAL' };
    for (let done = 0; done < array.entries; done++) {
      const error = this.invalidateEntry(array, done);
      if (error) return { done, error };
    }
    return { done: array.entries };
  }

  free(): void {
    this.parent.nested.delete(this);
  }

  protected invalidateEntry(array: UserDataArray, index: number): ErrnoName | undefined {
    const entry = copyEntry(array, index, entryFormat);
    if (isErrno(entry)) return entry;
    const { addr, npages, flags, __reserved } = entry;
    const leavesOnly = (flags & IOMMU_VTD_INV_FLAGS_LEAF) !== 0;
    if (flags & ~IOMMU_VTD_INV_FLAGS_LEAF || __reserved) return 'EOPNOTSUPP';
    if (addr % PAGE_SIZE !== 0n || (npages === U64_MAX && addr !== 0n)) return 'EINVAL';
    this.flush(addr, npages, leavesOnly);
    return undefined;
  }

  /**
   * From the first byte to the last one, in 64 bits: of U64_MAX pages that is everything, and of none the byte before,
   * so that an aligned block around the address goes. HW-VTD-43 70 71 72
   */
  protected flush(first: bigint, pages: bigint, leavesOnly: boolean): void {
    const last = BigInt.asUintN(64, first + pages * PAGE_SIZE - 1n);
    const [low, high] = first < last ? [first, last] : [last, first];
    this.tags.flushRange(low, high - low + 1n, leavesOnly);
  }
}
