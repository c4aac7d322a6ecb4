import * as test from '#uapi/iommufd/selftest.ts';

import type { Vendor } from './vendor.ts';

/** The IOMMU of the mock devices of IOMMU_TEST_CMD. */
export const mock: Vendor = {
  name: 'mock',
  feature: 'test-cmd',
  prefixes: {
    'iommu_hwpt_invalidate_selftest.flags': ['IOMMU_TEST_INVALIDATE_FLAG_'],
    'iommu_viommu_invalidate_selftest.flags': ['IOMMU_TEST_INVALIDATE_FLAG_'],
  },
  information: { type: test.IOMMU_HW_INFO_TYPE_SELFTEST, struct: test.iommu_test_hw_info },
  nested: { type: test.IOMMU_HWPT_DATA_SELFTEST, struct: test.iommu_hwpt_selftest },
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
};
