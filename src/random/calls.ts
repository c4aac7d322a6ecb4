import fc from 'fast-check';

import { IOMMU_FAULT_QUEUE_ALLOC } from '#uapi/iommufd/fault.ts';
import * as device from '#uapi/iommufd/device.ts';
import * as hwpt from '#uapi/iommufd/hwpt.ts';
import * as ioas from '#uapi/iommufd/ioas.ts';
import * as objects from '#uapi/iommufd/objects.ts';
import * as test from '#uapi/iommufd/selftest.ts';
import * as viommu from '#uapi/iommufd/viommu.ts';

import type { Call, FileKind } from './call.ts';
import {
  nth,
  id,
  file,
  among,
  often,
  iova,
  length,
  ram,
  list,
  nothing,
  ioctl,
  testCommand,
  mapFlags,
  ranges,
} from './operands.ts';

/** The calls of a sequence, weighted towards sharing, replacing and destroying what is in use. */

const addressSpaces: [weight: number, call: fc.Arbitrary<Call>][] = [
  [4, ioctl(ioas.IOMMU_IOAS_ALLOC, { flags: often(nothing, among(1)) })],
  [
    14,
    ioctl(ioas.IOMMU_IOAS_MAP, {
      flags: mapFlags,
      ioas_id: id('ioas'),
      user_va: ram,
      length,
      iova,
    }),
  ],
  [
    5,
    ioctl(ioas.IOMMU_IOAS_MAP_FILE, {
      flags: mapFlags,
      ioas_id: id('ioas'),
      fd: file('memfd'),
      start: often(among(0, 4096, 8192), among(1, 2048, 32768)),
      length,
      iova,
    }),
  ],
  [
    10,
    ioctl(
      ioas.IOMMU_IOAS_COPY,
      {
        flags: mapFlags,
        dst_ioas_id: id('ioas'),
        src_ioas_id: id('ioas'),
        length,
        dst_iova: iova,
        src_iova: iova,
      },
      { mapped: { src_ioas_id: 'ioas', src_iova: 'iova', length: 'length' } },
    ),
  ],
  [
    9,
    ioctl(
      ioas.IOMMU_IOAS_UNMAP,
      { ioas_id: id('ioas'), iova, length },
      { mapped: { ioas_id: 'ioas', iova: 'iova', length: 'length' } },
    ),
  ],
  [
    1,
    ioctl(ioas.IOMMU_IOAS_UNMAP, {
      ioas_id: id('ioas'),
      iova: nothing,
      length: among(2n ** 64n - 1n),
    }),
  ],
  [
    2,
    ioctl(ioas.IOMMU_IOAS_IOVA_RANGES, {
      ioas_id: id('ioas'),
      num_iovas: among(0, 1, 2, 8),
      allowed_iovas: list,
    }),
  ],
  [
    2,
    ioctl(
      ioas.IOMMU_IOAS_ALLOW_IOVAS,
      { ioas_id: id('ioas'), num_iovas: among(0, 1, 2, 3), allowed_iovas: list },
      { content: ranges },
    ),
  ],
  [1, ioctl(ioas.IOMMU_IOAS_CHANGE_PROCESS, {})],
  [
    2,
    ioctl(objects.IOMMU_OPTION, {
      option_id: among(0, 1, 2),
      op: among(0, 1, 2),
      object_id: id('ioas'),
      val64: among(0, 1, 2),
    }),
  ],
  [2, ioctl(objects.IOMMU_VFIO_IOAS, { ioas_id: id('ioas'), op: among(0, 1, 1, 2, 3) })],
  [
    7,
    ioctl(objects.IOMMU_DESTROY, {
      id: id('ioas', 'hwpt', 'hwpt', 'stdev', 'device', 'fault', 'viommu', 'vdevice', 'any'),
    }),
  ],
];

const pageTable = id('ioas', 'ioas', 'hwpt');
const wholeTable = { iova, length, page_size: among(4096, 4096, 2048, 8192, 0, 3), data: list };
const nested = {
  dev_id: id('device'),
  pt_id: id('hwpt', 'hwpt', 'viommu'),
  data_type: among(test.IOMMU_HWPT_DATA_SELFTEST),
  data_len: among(8, 8, 4),
  data_uptr: list,
  flags: among(0, 0, 4, 8),
  fault_id: id('fault'),
};

const invalidations = fc.constantFrom(
  Uint8Array.of(1),
  Uint8Array.of(0, 0, 0, 0, 3),
  Uint8Array.of(0, 0, 0, 0, 9),
  Uint8Array.of(2),
);

const devices: [number, fc.Arbitrary<Call>][] = [
  [6, testCommand(test.IOMMU_TEST_OP_MOCK_DOMAIN, pageTable)],
  [
    2,
    testCommand(test.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS, pageTable, {
      'mock_domain_flags.dev_flags': among(0, 0, 1, 4, 5, 8),
    }),
  ],
  [
    7,
    testCommand(test.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, id('stdev'), {
      'mock_domain_replace.pt_id': pageTable,
    }),
  ],
  [
    7,
    ioctl(hwpt.IOMMU_HWPT_ALLOC, {
      flags: among(0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 8, 16),
      dev_id: id('device'),
      pt_id: pageTable,
      fault_id: id('fault'),
    }),
  ],
  [
    2,
    ioctl(hwpt.IOMMU_HWPT_ALLOC, nested, {
      content: fc.constant(Uint8Array.of(0xef, 0xbe, 0xad, 0x0b)),
    }),
  ],
  [2, ioctl(hwpt.IOMMU_HWPT_SET_DIRTY_TRACKING, { flags: among(0, 1, 1, 2), hwpt_id: id('hwpt') })],
  [
    2,
    ioctl(
      hwpt.IOMMU_HWPT_GET_DIRTY_BITMAP,
      {
        hwpt_id: id('hwpt'),
        flags: among(0, 1, 2),
        ...wholeTable,
      },
      { mapped: { iova: 'iova', length: 'length' } },
    ),
  ],
  [
    2,
    ioctl(
      hwpt.IOMMU_HWPT_INVALIDATE,
      {
        hwpt_id: id('hwpt', 'hwpt', 'viommu'),
        data_uptr: list,
        data_type: among(test.IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, 0),
        entry_len: among(8, 8, 4, 0),
        entry_num: among(0, 1, 2),
      },
      { content: invalidations },
    ),
  ],
  [
    1,
    ioctl(device.IOMMU_GET_HW_INFO, {
      flags: among(0, 0, 1),
      dev_id: id('device'),
      data_len: among(0, 8, 64),
      data_uptr: list,
    }),
  ],
  [
    2,
    testCommand(test.IOMMU_TEST_OP_ADD_RESERVED, id('ioas'), {
      'add_reserved.start': iova,
      'add_reserved.length': length,
    }),
  ],
  [
    2,
    testCommand(
      test.IOMMU_TEST_OP_MD_CHECK_MAP,
      id('hwpt'),
      {
        'check_map.iova': iova,
        'check_map.length': length,
        'check_map.uptr': ram,
      },
      { 'check_map.iova': 'iova', 'check_map.length': 'length' },
    ),
  ],
  [
    2,
    testCommand(
      test.IOMMU_TEST_OP_DIRTY,
      id('hwpt'),
      {
        'dirty.iova': iova,
        'dirty.length': length,
        'dirty.page_size': among(4096, 2048),
        'dirty.uptr': list,
        'dirty.flags': among(0, 1),
      },
      { 'dirty.iova': 'iova', 'dirty.length': 'length' },
    ),
  ],
  [
    1,
    testCommand(test.IOMMU_TEST_OP_MD_CHECK_IOTLB, id('hwpt'), {
      'check_iotlb.id': among(0, 3, 4),
      'check_iotlb.iotlb': among(0xbadbeef, 0, 0xbadbeefn + 1n),
    }),
  ],
];

const viommus: [number, fc.Arbitrary<Call>][] = [
  [
    2,
    ioctl(viommu.IOMMU_VIOMMU_ALLOC, {
      type: often(among(test.IOMMU_VIOMMU_TYPE_SELFTEST), among(0, 1)),
      dev_id: id('device'),
      hwpt_id: id('hwpt'),
    }),
  ],
  [
    2,
    ioctl(viommu.IOMMU_VDEVICE_ALLOC, {
      viommu_id: id('viommu'),
      dev_id: id('device'),
      virt_id: among(1, 2, 1n << 40n),
    }),
  ],
  [
    1,
    testCommand(test.IOMMU_TEST_OP_DEV_CHECK_CACHE, id('device'), {
      'check_dev_cache.id': among(0, 3, 4),
      'check_dev_cache.cache': among(test.IOMMU_TEST_DEV_CACHE_DEFAULT, 0),
    }),
  ],
];

const access = file('access');
const operations: [number, fc.Arbitrary<Call>][] = [
  [
    5,
    testCommand(test.IOMMU_TEST_OP_CREATE_ACCESS, id('ioas'), {
      'create_access.flags': among(1, 1, 1, 0, 2),
    }),
  ],
  [
    7,
    testCommand(
      test.IOMMU_TEST_OP_ACCESS_PAGES,
      access,
      {
        'access_pages.flags': among(0, 0, 0, 1, 1, 1, 2),
        'access_pages.iova': iova,
        'access_pages.length': length,
        'access_pages.uptr': often(nothing, ram),
      },
      { 'access_pages.iova': 'iova', 'access_pages.length': 'length' },
    ),
  ],
  [
    3,
    testCommand(test.IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, access, {
      'destroy_access_pages.access_pages_id': among(0, 1, 2),
    }),
  ],
  [
    4,
    testCommand(
      test.IOMMU_TEST_OP_ACCESS_RW,
      access,
      {
        'access_rw.iova': iova,
        'access_rw.length': often(among(1, 8, 100, 4096, 5000), among(0, 1n << 40n)),
        'access_rw.uptr': list,
        'access_rw.flags': among(0, 0, 1, 1, 4, 5, 2),
      },
      { 'access_rw.iova': 'iova' },
    ),
  ],
  [
    4,
    testCommand(test.IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, access, {
      'access_replace_ioas.ioas_id': id('ioas'),
    }),
  ],
];

const files: [number, fc.Arbitrary<Call>][] = [
  [1, ioctl(IOMMU_FAULT_QUEUE_ALLOC, { flags: often(nothing, among(1)) })],
  [
    2,
    testCommand(test.IOMMU_TEST_OP_TRIGGER_IOPF, nothing, {
      'trigger_iopf.dev_id': id('device'),
      'trigger_iopf.pasid': among(0xffffffff, 1),
      'trigger_iopf.grpid': among(1, 2),
      'trigger_iopf.perm': among(1, 3),
      'trigger_iopf.addr': iova,
    }),
  ],
  [1, nth.map((n): Call => ({ kind: 'read', nth: n }))],
  [1, fc.record({ kind: fc.constant('answer' as const), nth, cookie: fc.nat(2), code: fc.nat(2) })],
  [
    2,
    fc.record({
      kind: fc.constant('close' as const),
      of: fc.constantFrom<FileKind>('access', 'access', 'fault'),
      nth,
    }),
  ],
  [1, fc.constant<Call>({ kind: 'fork' })],
  [1, fc.constant<Call>({ kind: 'exit' })],
];

/** Each with how often it comes up beside the others. */
export const calls = [...addressSpaces, ...devices, ...viommus, ...operations, ...files];
