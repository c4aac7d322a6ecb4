import type { Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HWPT_DATA_SELFTEST,
  IOMMU_HWPT_INVALIDATE_DATA_SELFTEST,
  IOMMU_TEST_INVALIDATE_FLAG_ALL,
  MOCK_NESTED_DOMAIN_IOTLB_NUM,
  iommu_hwpt_invalidate_selftest,
  iommu_hwpt_selftest,
} from '#uapi/iommufd/selftest.ts';

import { isErrno } from '../lib/errno.ts';
import type { Invalidated, NestedDomain } from './domain.ts';
import type { MockViommu } from './mock-viommu.ts';
import { copyEntry, copyUserData } from './user-data.ts';
import type { UserData, UserDataArray } from './user-data.ts';

/** Both fields have to be there. */
const entryFormat = {
  struct: iommu_hwpt_invalidate_selftest,
  minimum: iommu_hwpt_invalidate_selftest.size,
};

/** The type of the page table may be left away. */
const MINIMAL_DATA = iommu_hwpt_selftest.codecs.iotlb.size;

/** What a user has to say to a mock page table. EOPNOTSUPP, EINVAL, EFAULT. HWPT-19 20 21 40 */
export function configOf(data: UserData): Value<typeof iommu_hwpt_selftest> | ErrnoName {
  if (data.type !== IOMMU_HWPT_DATA_SELFTEST) return 'EOPNOTSUPP';
  return copyUserData(data, iommu_hwpt_selftest, MINIMAL_DATA);
}

/** selftest.c: struct mock_iommu_domain_nested: an IOTLB that only invalidation changes. MOCK-29 */
export class MockNestedDomain implements NestedDomain {
  readonly type = 'nested';
  readonly iotlb: Uint32Array;
  /** That it was allocated on, where it was. */
  readonly viommu: MockViommu | undefined;

  constructor(value: number, viommu?: MockViommu) {
    this.viommu = viommu;
    this.iotlb = new Uint32Array(MOCK_NESTED_DOMAIN_IOTLB_NUM).fill(value);
  }

  /** mock_domain_cache_invalidate_user(): entries before the one that fails stay done. INV-06 07 08 10 11 12 MOCK-30 */
  invalidate(array: UserDataArray): Invalidated {
    if (array.type !== IOMMU_HWPT_INVALIDATE_DATA_SELFTEST) return { done: 0, error: 'EINVAL' };
    for (let done = 0; done < array.entries; done++) {
      const error = this.invalidateEntry(array, done);
      if (error) return { done, error };
    }
    return { done: array.entries };
  }

  free(): void {}

  /** The index is checked also where all entries go. MOCK-30 */
  protected invalidateEntry(array: UserDataArray, index: number): ErrnoName | undefined {
    const entry = copyEntry(array, index, entryFormat);
    if (isErrno(entry)) return entry;
    if (entry.flags & ~IOMMU_TEST_INVALIDATE_FLAG_ALL) return 'EOPNOTSUPP';
    if (entry.iotlb_id >= this.iotlb.length) return 'EINVAL';
    if (entry.flags & IOMMU_TEST_INVALIDATE_FLAG_ALL) this.iotlb.fill(0);
    else this.iotlb[entry.iotlb_id] = 0;
    return undefined;
  }
}
