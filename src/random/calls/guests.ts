import fc from 'fast-check';

import { IOMMU_FAULT_QUEUE_ALLOC } from '#uapi/iommufd/fault.ts';
import * as test from '#uapi/iommufd/selftest.ts';
import * as viommu from '#uapi/iommufd/viommu.ts';

import type { Call, QueueKind } from '../call.ts';
import {
  among,
  ioctl,
  list,
  nothing,
  nth,
  often,
  testCommand,
  type Weighted,
} from '../operands.ts';

/** What a guest has of an IOMMU: vIOMMUs, their devices, events and queues; page requests and answers. */

const viommuData = fc.constant({
  struct: test.iommu_viommu_selftest,
  rows: [{ in_data: 0x5a, out_data: 0, out_mmap_offset: 0n, out_mmap_length: 0n }],
});

/** One page at most: whether two pages follow each other physically differs from machine to machine. */
const queueLength = often(among(4096, 4096, 2048), among(0, 2n ** 64n - 1n));

/** Faults are 40 bytes each, events 12 with their header. */
function read(of: QueueKind, ...lengths: number[]): fc.Arbitrary<Call> {
  return fc.record({
    kind: fc.constant('read' as const),
    of: fc.constant(of),
    nth,
    length: fc.constantFrom(...lengths),
  });
}

export const guests: readonly Weighted[] = [
  [
    3,
    ioctl(
      viommu.IOMMU_VIOMMU_ALLOC,
      {
        data_len: often(among(test.iommu_viommu_selftest.size, 0), among(8, 64)),
        data_uptr: list,
      },
      viommuData,
    ),
  ],
  [4, ioctl(viommu.IOMMU_VDEVICE_ALLOC, { virt_id: among(1, 1, 2, 3, 1n << 40n) })],
  [2, ioctl(viommu.IOMMU_VEVENTQ_ALLOC, { veventq_depth: among(1, 2, 2, 16, 0) })],
  [4, ioctl(viommu.IOMMU_HW_QUEUE_ALLOC, { index: among(0, 0, 1, 2), length: queueLength })],
  [3, testCommand(test.IOMMU_TEST_OP_TRIGGER_VEVENT)],
  [
    1,
    testCommand(test.IOMMU_TEST_OP_DEV_CHECK_CACHE, {
      'check_dev_cache.id': among(0, 3, 4),
      'check_dev_cache.cache': among(test.IOMMU_TEST_DEV_CACHE_DEFAULT, 0),
    }),
  ],
  [1, ioctl(IOMMU_FAULT_QUEUE_ALLOC, { flags: often(nothing, among(1)) })],
  [
    4,
    testCommand(test.IOMMU_TEST_OP_TRIGGER_IOPF, {
      'trigger_iopf.pasid': among(0, 0, 0xffffffff, 1, 2),
      'trigger_iopf.grpid': among(1, 2),
      'trigger_iopf.perm': among(1, 3),
    }),
  ],
  [4, read('fault queue', 40, 40, 40, 80, 200, 0, 24)],
  [2, read('vEVENTQ', 12, 12, 24, 64, 8, 0)],
  [
    3,
    fc.record({
      kind: fc.constant('answer' as const),
      nth,
      cookie: fc.constantFrom(1, 1, 1, 1, 2, 2, 3, 0),
      code: fc.constantFrom(0, 0, 0, 1, 2),
    }),
  ],
  [
    1,
    fc.record({
      kind: fc.constant('mmap' as const),
      nth,
      length: fc.constantFrom(undefined, undefined, undefined, 4096n),
    }),
  ],
  [1, nth.map((n): Call => ({ kind: 'munmap', nth: n }))],
];
