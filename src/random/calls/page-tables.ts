import fc from 'fast-check';

import * as hwpt from '#uapi/iommufd/hwpt.ts';
import { iommu_iova_range } from '#uapi/iommufd/ioas.ts';
import * as test from '#uapi/iommufd/selftest.ts';

import type { IdKind, Listed } from '../call.ts';
import { among, id, ioctl, list, often, testCommand, type Weighted } from '../operands.ts';

/** Page tables by hand: nested, with fault queues, with dirty tracking; their caches and their dirty bits. */

export const pageTable = id('ioas', 'ioas', 'hwpt', 'nested');
const tracking = id('tracking', 'tracking', 'tracking', 'hwpt');
const tableSize = often(among(8, 8, 8), among(4, 0, 16));

function tableData(pagetable_type: number): fc.Arbitrary<Listed> {
  return fc.constant({
    struct: test.iommu_hwpt_selftest,
    rows: [{ iotlb: test.IOMMU_TEST_IOTLB_DEFAULT, pagetable_type }],
  });
}

const ofMock = {
  data_type: among(test.IOMMU_HWPT_DATA_SELFTEST),
  data_len: tableSize,
  data_uptr: list,
  fault_id: id('fault queue'),
} as const;

const nested = ioctl(
  hwpt.IOMMU_HWPT_ALLOC,
  { ...ofMock, pt_id: id('parent', 'vIOMMU'), flags: among(0, 0, 0, 4, 4, 8, 12) },
  tableData(test.MOCK_IOMMUPT_DEFAULT),
);

const huge = ioctl(
  hwpt.IOMMU_HWPT_ALLOC,
  { ...ofMock, pt_id: pageTable, flags: among(0, 2) },
  tableData(test.MOCK_IOMMUPT_HUGE),
);

/** Of a nested table and of a vIOMMU; entries that fail stop what follows them. */
const invalidations: fc.Arbitrary<Listed> = fc
  .array(fc.record({ flags: fc.constantFrom(0, 0, 1, 2), iotlb_id: fc.constantFrom(0, 1, 3, 9) }), {
    minLength: 2,
    maxLength: 2,
  })
  .map((rows) => ({ struct: test.iommu_hwpt_invalidate_selftest, rows }));
const cacheInvalidations: fc.Arbitrary<Listed> = fc
  .array(
    fc.record({
      flags: fc.constantFrom(0, 0, 1, 2),
      vdev_id: fc.constantFrom(1, 2, 3),
      cache_id: fc.constantFrom(0, 3, 9),
    }),
    { minLength: 2, maxLength: 2 },
  )
  .map((rows) => ({ struct: test.iommu_viommu_invalidate_selftest, rows }));

/** The first words of a bitmap. */
const bits: fc.Arbitrary<Listed> = fc
  .constantFrom(0xffffn, 1n, 0x15n, 0n)
  .map((start) => ({ struct: iommu_iova_range, rows: [{ start, last: 0n }] }));

function invalidate(of: IdKind, sizes: readonly number[], lists: fc.Arbitrary<Listed>) {
  const [right = 0, ...wrong] = sizes;
  return ioctl(
    hwpt.IOMMU_HWPT_INVALIDATE,
    {
      hwpt_id: id(of),
      data_uptr: list,
      entry_len: often(among(right), among(...wrong)),
      entry_num: among(0, 1, 2),
    },
    lists,
  );
}

export const pageTables: readonly Weighted[] = [
  [
    8,
    ioctl(hwpt.IOMMU_HWPT_ALLOC, {
      flags: among(0, 0, 1, 1, 1, 2, 2, 3, 4, 4, 5, 8, 8, 9, 10, 16),
      pt_id: pageTable,
      fault_id: id('fault queue'),
    }),
  ],
  [6, nested],
  [1, huge],
  [
    3,
    ioctl(hwpt.IOMMU_HWPT_SET_DIRTY_TRACKING, {
      flags: often(among(0, 1, 1, 1), among(2)),
      hwpt_id: tracking,
    }),
  ],
  [
    4,
    ioctl(
      hwpt.IOMMU_HWPT_GET_DIRTY_BITMAP,
      {
        hwpt_id: tracking,
        flags: often(among(0, 1), among(2)),
        page_size: often(among(4096, 4096, 2048, 8192), among(0, 3)),
      },
      fc.constant({ struct: iommu_iova_range, rows: [{ start: 0n }] }),
    ),
  ],
  [
    4,
    testCommand(
      test.IOMMU_TEST_OP_DIRTY,
      {
        id: tracking,
        'dirty.page_size': among(4096, 2048),
        'dirty.flags': often(among(0), among(1)),
      },
      bits,
    ),
  ],
  [2, invalidate('nested', [8, 4, 0], invalidations)],
  [2, invalidate('vIOMMU', [12, 8, 0], cacheInvalidations)],
  [
    2,
    testCommand(test.IOMMU_TEST_OP_MD_CHECK_IOTLB, {
      'check_iotlb.id': among(0, 3, 4),
      'check_iotlb.iotlb': among(test.IOMMU_TEST_IOTLB_DEFAULT, 0),
    }),
  ],
  [1, testCommand(test.IOMMU_TEST_OP_MD_CHECK_MAP)],
];
