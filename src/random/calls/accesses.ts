import fc from 'fast-check';

import type { FileKind } from '#commands/field.ts';
import * as test from '#uapi/iommufd/selftest.ts';

import type { Call } from '../call.ts';
import { among, nothing, nth, often, ram, testCommand, type Weighted } from '../operands.ts';

/** In-kernel users of address spaces; files and processes that come and go. */

export const accesses: readonly Weighted[] = [
  [
    5,
    testCommand(test.IOMMU_TEST_OP_CREATE_ACCESS, {
      'create_access.flags': among(1, 1, 1, 0, 2),
    }),
  ],
  [
    7,
    testCommand(test.IOMMU_TEST_OP_ACCESS_PAGES, {
      'access_pages.flags': among(0, 0, 0, 1, 1, 1, 2),
      'access_pages.uptr': often(nothing, ram),
    }),
  ],
  [
    3,
    testCommand(test.IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, {
      'destroy_access_pages.access_pages_id': among(0, 1, 2),
    }),
  ],
  [
    4,
    testCommand(test.IOMMU_TEST_OP_ACCESS_RW, {
      'access_rw.length': often(among(1, 8, 100, 4096, 5000), among(0, 1n << 40n)),
      'access_rw.flags': among(0, 0, 1, 1, 4, 5, 2),
    }),
  ],
  [4, testCommand(test.IOMMU_TEST_OP_ACCESS_REPLACE_IOAS)],
  [
    1,
    testCommand(test.IOMMU_TEST_OP_DMABUF_GET, {
      'dmabuf_get.length': often(among(8 * 4096, 8 * 4096, 4096), among(0, 513 * 4096)),
      'dmabuf_get.open_flags': among(2),
    }),
  ],
  [2, testCommand(test.IOMMU_TEST_OP_DMABUF_REVOKE, { 'dmabuf_revoke.revoked': among(0, 1) })],
  [
    3,
    fc.record({
      kind: fc.constant('close' as const),
      of: fc.constantFrom<FileKind>(
        'access',
        'access',
        'access',
        'fault queue',
        'vEVENTQ',
        'dma-buf',
      ),
      nth,
    }),
  ],
  [1, fc.boolean().map((privileged): Call => ({ kind: 'fork', privileged }))],
  [1, fc.constant<Call>({ kind: 'exit' })],
];
