import * as test from '#uapi/iommufd/selftest.ts';

import type { DriverData, Vendor } from './vendor.ts';

const { iommu_hwpt_selftest: struct, IOMMU_HWPT_DATA_SELFTEST: type } = test;
const whole = struct.pack({
  iotlb: test.IOMMU_TEST_IOTLB_DEFAULT,
  pagetable_type: test.MOCK_IOMMUPT_HUGE,
});

/** IOMMU_HWPT_ALLOC of a page table on an IOAS that has them. */
export const hugeEntries: DriverData = { type, bytes: whole };

/** The IOMMU of the mock devices of IOMMU_TEST_CMD. */
export const mock = {
  name: 'mock',
  feature: 'test-cmd',
  prefixes: {
    'iommu_hwpt_invalidate_selftest.flags': ['IOMMU_TEST_INVALIDATE_FLAG_'],
    'iommu_viommu_invalidate_selftest.flags': ['IOMMU_TEST_INVALIDATE_FLAG_'],
  },
  information: { type: test.IOMMU_HW_INFO_TYPE_SELFTEST, struct: test.iommu_test_hw_info },
  // The part that every release takes.
  nested: { type, struct, data: () => ({ type, bytes: whole.slice(0, struct.codecs.iotlb.size) }) },
  invalidation: {
    type: test.IOMMU_HWPT_INVALIDATE_DATA_SELFTEST,
    struct: test.iommu_hwpt_invalidate_selftest,
  },
  guestInvalidation: {
    type: test.IOMMU_VIOMMU_INVALIDATE_DATA_SELFTEST,
    struct: test.iommu_viommu_invalidate_selftest,
  },
  viommu: { type: test.IOMMU_VIOMMU_TYPE_SELFTEST, struct: test.iommu_viommu_selftest },
  events: { type: test.IOMMU_VEVENTQ_TYPE_SELFTEST, struct: test.iommu_viommu_event_selftest },
  queue: { type: test.IOMMU_HW_QUEUE_TYPE_SELFTEST },
} as const satisfies Vendor;
