import fc from 'fast-check';

import { IOMMU_FAULT_QUEUE_ALLOC } from '#uapi/iommufd/fault.ts';
import * as device from '#uapi/iommufd/device.ts';
import * as hwpt from '#uapi/iommufd/hwpt.ts';
import * as ioas from '#uapi/iommufd/ioas.ts';
import * as objects from '#uapi/iommufd/objects.ts';
import * as test from '#uapi/iommufd/selftest.ts';
import type { Command } from '#uapi/ioctl.ts';

import {
  value,
  type Call,
  type FileKind,
  type ObjectKind,
  type Operand,
  type Operands,
} from './call.ts';
import { pageSize, ramPages } from './seat.ts';

/** The calls of a sequence. Few ids, IOVAs and pages, so that calls meet; now and then one that is wrong. */

type Values = fc.Arbitrary<Operand>;

const nth = fc.nat(5);
const noSuchId = 0x7ffffffe;

function id(...kinds: ObjectKind[]): Values {
  const right = kinds.map((of) => ({
    weight: 12,
    arbitrary: nth.map((n): Operand => ({ kind: 'id', of, nth: n })),
  }));
  return fc.oneof(
    ...right,
    { weight: 1, arbitrary: fc.nat(11).map((n): Operand => ({ kind: 'id', of: 'any', nth: n })) },
    { weight: 1, arbitrary: among(0, noSuchId) },
  );
}

function file(of: FileKind): Values {
  return nth.map((n): Operand => ({ kind: 'file', of, nth: n }));
}

function among(...values: (number | bigint)[]): Values {
  return fc.constantFrom(...values).map((each) => value(each));
}

function often(usual: Values, seldom: Values): Values {
  return fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: seldom });
}

function buffer(name: 'ram' | 'list', offset: bigint): Operand {
  return { kind: 'buffer', name, offset };
}

const base = BigInt(test.MOCK_APERTURE_START);
const pages = (count: number): bigint => BigInt(count) * pageSize;
const iova = often(
  fc.nat(23).map((n) => value(base + pages(n), `0x${(base + pages(n)).toString(16)}`)),
  among(0, base - pageSize, base + 2048n, base + 1n, 0x7ffff000n, 0xfffffffffffff000n),
);
const length = often(
  fc.constantFrom(1, 1, 1, 2, 2, 3, 4, 8).map((n) => value(pages(n), `${n} pages`)),
  among(0, 1, 2048, 4097, 6144, 1n << 40n, 2n ** 64n - 1n),
);
const ram = often(
  fc.nat(Number(ramPages) - 1).map((n) => buffer('ram', pages(n))),
  fc.constantFrom(buffer('ram', 2048n), buffer('ram', 17n), buffer('ram', pages(20)), value(0)),
);
const list = often(fc.constant(buffer('list', 0n)), among(0, 8));
const nothing = fc.constant(value(0));

type Fields = Readonly<Record<string, Values>>;

function ioctl(
  command: Command,
  fields: Fields,
  content?: fc.Arbitrary<Uint8Array>,
): fc.Arbitrary<Call> {
  return fc
    .tuple(
      fc.record(fields as Record<string, Values>),
      content ?? fc.constant(undefined),
      fc.constantFrom('it', 'it', 'it', 'it', 'child' as const),
    )
    .map(([chosen, bytes, by]) => {
      const call = { kind: 'ioctl', by, command, fields: chosen as Operands } as const;
      return bytes === undefined ? call : { ...call, list: bytes };
    });
}

function testCommand(op: number, target: Values, fields: Fields = {}): fc.Arbitrary<Call> {
  return ioctl(test.IOMMU_TEST_CMD, { op: fc.constant(value(op)), id: target, ...fields });
}

const mapFlags = fc.constantFrom(7, 7, 7, 5, 3, 6, 4, 1, 0, 15).map((flags) => value(flags));

/** Ranges of the aperture, sorted or not. */
const ranges = fc
  .array(fc.tuple(fc.nat(40), fc.nat(30)), { maxLength: 4 })
  .map(
    (pairs) =>
      new Uint8Array(
        BigUint64Array.from(
          pairs.flatMap(([first, count]) => [
            base + pages(first),
            base + pages(first + count) - 1n,
          ]),
        ).buffer,
      ),
  );

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
    ioctl(ioas.IOMMU_IOAS_COPY, {
      flags: mapFlags,
      dst_ioas_id: id('ioas'),
      src_ioas_id: id('ioas'),
      length,
      dst_iova: iova,
      src_iova: iova,
    }),
  ],
  [9, ioctl(ioas.IOMMU_IOAS_UNMAP, { ioas_id: id('ioas'), iova, length })],
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
      ranges,
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
  [7, ioctl(objects.IOMMU_DESTROY, { id: id('ioas', 'hwpt', 'stdev', 'device', 'fault', 'any') })],
];

const pageTable = id('ioas', 'ioas', 'hwpt');
const wholeTable = { iova, length, page_size: among(4096, 4096, 2048, 8192, 0, 3), data: list };
const nested = {
  dev_id: id('device'),
  pt_id: id('hwpt'),
  data_type: among(test.IOMMU_HWPT_DATA_SELFTEST),
  data_len: among(8, 8, 4),
  data_uptr: list,
  flags: among(0, 0, 4, 8),
  fault_id: id('fault'),
};

const devices: [number, fc.Arbitrary<Call>][] = [
  [6, testCommand(test.IOMMU_TEST_OP_MOCK_DOMAIN, pageTable)],
  [
    2,
    testCommand(test.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS, pageTable, {
      'mock_domain_flags.dev_flags': among(0, 1, 2, 4, 8),
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
      flags: among(0, 0, 1, 1, 2, 3, 4, 8, 16),
      dev_id: id('device'),
      pt_id: pageTable,
      fault_id: id('fault'),
    }),
  ],
  [2, ioctl(hwpt.IOMMU_HWPT_ALLOC, nested, fc.constant(Uint8Array.of(0xef, 0xbe, 0xad, 0x0b)))],
  [2, ioctl(hwpt.IOMMU_HWPT_SET_DIRTY_TRACKING, { flags: among(0, 1, 1, 2), hwpt_id: id('hwpt') })],
  [
    2,
    ioctl(hwpt.IOMMU_HWPT_GET_DIRTY_BITMAP, {
      hwpt_id: id('hwpt'),
      flags: among(0, 1, 2),
      ...wholeTable,
    }),
  ],
  [
    2,
    ioctl(
      hwpt.IOMMU_HWPT_INVALIDATE,
      {
        hwpt_id: id('hwpt'),
        data_uptr: list,
        data_type: among(test.IOMMU_HWPT_INVALIDATE_DATA_SELFTEST, 0),
        entry_len: among(8, 8, 4, 0),
        entry_num: among(0, 1, 2),
      },
      fc.constantFrom(
        Uint8Array.of(1),
        Uint8Array.of(0, 0, 0, 0, 3),
        Uint8Array.of(0, 0, 0, 0, 9),
        Uint8Array.of(2),
      ),
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
    testCommand(test.IOMMU_TEST_OP_MD_CHECK_MAP, id('hwpt'), {
      'check_map.iova': iova,
      'check_map.length': length,
      'check_map.uptr': ram,
    }),
  ],
  [
    2,
    testCommand(test.IOMMU_TEST_OP_DIRTY, id('hwpt'), {
      'dirty.iova': iova,
      'dirty.length': length,
      'dirty.page_size': among(4096, 2048),
      'dirty.uptr': list,
      'dirty.flags': among(0, 1),
    }),
  ],
  [
    1,
    testCommand(test.IOMMU_TEST_OP_MD_CHECK_IOTLB, id('hwpt'), {
      'check_iotlb.id': among(0, 3, 4),
      'check_iotlb.iotlb': among(0xbadbeef, 0, 0xbadbeefn + 1n),
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
    testCommand(test.IOMMU_TEST_OP_ACCESS_PAGES, access, {
      'access_pages.flags': among(0, 1, 2),
      'access_pages.iova': iova,
      'access_pages.length': length,
      'access_pages.uptr': often(nothing, ram),
    }),
  ],
  [
    3,
    testCommand(test.IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, access, {
      'destroy_access_pages.access_pages_id': among(0, 1, 2),
    }),
  ],
  [
    4,
    testCommand(test.IOMMU_TEST_OP_ACCESS_RW, access, {
      'access_rw.iova': iova,
      'access_rw.length': often(among(1, 8, 100, 4096, 5000), among(0, 1n << 40n)),
      'access_rw.uptr': list,
      'access_rw.flags': among(0, 1, 4, 5, 2),
    }),
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
export const calls = [...addressSpaces, ...devices, ...operations, ...files];
