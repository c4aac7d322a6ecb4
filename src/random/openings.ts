import * as fault from '#uapi/iommufd/fault.ts';
import * as hwpt from '#uapi/iommufd/hwpt.ts';
import * as ioas from '#uapi/iommufd/ioas.ts';
import * as objects from '#uapi/iommufd/objects.ts';
import * as test from '#uapi/iommufd/selftest.ts';
import * as viommu from '#uapi/iommufd/viommu.ts';
import * as container from '#uapi/vfio/container.ts';
import * as type1 from '#uapi/vfio/iommu-type1.ts';
import type { Command } from '#uapi/ioctl.ts';

import { value, type Call, type Listed, type IdKind, type Operand } from './call.ts';
import type { Operands, Who } from './call.ts';
import { base, buffer, pages } from './operands.ts';

/** What a sequence begins with, so that there is something to share, to replace and to destroy. */
export interface Opening {
  readonly name: string;
  readonly calls: readonly Call[];
}

function now(command: Command, fields: Operands, list?: Listed): Call {
  return { kind: 'ioctl', by: 'it', command, fields, ...(list && { list }) };
}

function the(of: IdKind, which = 0): Operand {
  return { kind: 'id', of, nth: which };
}

function testOp(op: number, id: Operand | undefined, fields: Operands = {}): Call {
  return now(test.IOMMU_TEST_CMD, { op: value(op), ...(id && { id }), ...fields });
}

const newIoas = now(ioas.IOMMU_IOAS_ALLOC, {});
const readWrite = value(
  ioas.IOMMU_IOAS_MAP_FIXED_IOVA | ioas.IOMMU_IOAS_MAP_READABLE | ioas.IOMMU_IOAS_MAP_WRITEABLE,
);

function map(which: number, from: number, by: Who = 'it'): Call {
  const fields = {
    flags: readWrite,
    ioas_id: the('ioas', which),
    user_va: buffer('ram', pages(from)),
    length: value(pages(4)),
    iova: value(base + pages(from)),
  };
  return { kind: 'ioctl', by, command: ioas.IOMMU_IOAS_MAP, fields };
}

function mapFile(which: number, from: number, by: Who = 'it'): Call {
  const fields: Operands = {
    flags: readWrite,
    ioas_id: the('ioas', which),
    fd: { kind: 'file', of: 'memfd', nth: 0 },
    start: value(0),
    length: value(pages(4)),
    iova: value(base + pages(from)),
  };
  return { kind: 'ioctl', by, command: ioas.IOMMU_IOAS_MAP_FILE, fields };
}

function share(from: number, to: number): Call {
  return now(ioas.IOMMU_IOAS_COPY, {
    flags: readWrite,
    dst_ioas_id: the('ioas', to),
    src_ioas_id: the('ioas', from),
    length: value(pages(4)),
    dst_iova: value(base + pages(8)),
    src_iova: value(base),
  });
}

function plug(table: Operand, flags?: number): Call {
  if (flags === undefined) return testOp(test.IOMMU_TEST_OP_MOCK_DOMAIN, table);
  return testOp(test.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS, table, {
    'mock_domain_flags.dev_flags': value(flags),
  });
}

function table(on: Operand, flags: number): Call {
  return now(hwpt.IOMMU_HWPT_ALLOC, {
    flags: value(flags),
    dev_id: the('bound device'),
    pt_id: on,
    fault_id: (flags & hwpt.IOMMU_HWPT_FAULT_ID_VALID) === 0 ? value(0) : the('fault queue'),
  });
}

function nested(on: Operand, flags: number): Call {
  const { iommu_hwpt_selftest: struct } = test;
  const fields = {
    dev_id: the('bound device'),
    pt_id: on,
    data_type: value(test.IOMMU_HWPT_DATA_SELFTEST),
    data_len: value(struct.size),
    data_uptr: buffer('list', 0n),
    flags: value(flags),
    fault_id: the('fault queue'),
  };
  const rows = [{ iotlb: test.IOMMU_TEST_IOTLB_DEFAULT, pagetable_type: 0 }];
  return now(hwpt.IOMMU_HWPT_ALLOC, fields, { struct, rows });
}

function openAccess(which: number): Call {
  return testOp(test.IOMMU_TEST_OP_CREATE_ACCESS, the('ioas', which), {
    'create_access.flags': value(test.MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES),
  });
}

const pin = testOp(
  test.IOMMU_TEST_OP_ACCESS_PAGES,
  { kind: 'file', of: 'access', nth: 0 },
  {
    'access_pages.flags': value(test.MOCK_FLAGS_ACCESS_WRITE),
    'access_pages.iova': value(base),
    'access_pages.length': value(pages(2)),
    'access_pages.uptr': buffer('ram', 0n),
  },
);

function askForPage(pasid: number): Call {
  return testOp(test.IOMMU_TEST_OP_TRIGGER_IOPF, undefined, {
    'trigger_iopf.dev_id': the('bound device'),
    'trigger_iopf.pasid': value(pasid),
    'trigger_iopf.grpid': value(1),
    'trigger_iopf.perm': value(fault.IOMMU_PGFAULT_PERM_READ),
    'trigger_iopf.addr': value(base),
  });
}

const newViommu = now(
  viommu.IOMMU_VIOMMU_ALLOC,
  {
    type: value(test.IOMMU_VIOMMU_TYPE_SELFTEST),
    dev_id: the('bound device'),
    hwpt_id: the('hwpt', 1),
    data_len: value(test.iommu_viommu_selftest.size),
    data_uptr: buffer('list', 0n),
  },
  { struct: test.iommu_viommu_selftest, rows: [{ in_data: 1 }] },
);

/** Two address spaces, a mapping, a device, a nesting parent, an access. */
const small: Opening = {
  name: 'small',
  calls: [
    newIoas,
    newIoas,
    map(0, 0),
    plug(the('ioas')),
    table(the('ioas', 1), hwpt.IOMMU_HWPT_ALLOC_NEST_PARENT),
    openAccess(1),
  ],
};

const { IOMMU_HWPT_ALLOC_NEST_PARENT, IOMMU_HWPT_ALLOC_DIRTY_TRACKING } = hwpt;
const { IOMMU_HWPT_FAULT_ID_VALID, IOMMU_HWPT_ALLOC_PASID } = hwpt;

/** What a VMM has set up for a guest with an IOMMU: everything is in use, most of it twice. */
const guest: Opening = {
  name: 'guest',
  calls: [
    newIoas,
    newIoas,
    map(0, 0),
    share(0, 1),
    plug(the('ioas'), test.MOCK_FLAGS_DEVICE_PASID),
    now(fault.IOMMU_FAULT_QUEUE_ALLOC, {}),
    table(the('ioas'), IOMMU_HWPT_ALLOC_NEST_PARENT),
    newViommu,
    now(viommu.IOMMU_VDEVICE_ALLOC, {
      viommu_id: the('vIOMMU'),
      dev_id: the('bound device'),
      virt_id: value(1),
    }),
    now(viommu.IOMMU_VEVENTQ_ALLOC, {
      viommu_id: the('vIOMMU'),
      type: value(test.IOMMU_VEVENTQ_TYPE_SELFTEST),
      veventq_depth: value(2),
    }),
    now(viommu.IOMMU_HW_QUEUE_ALLOC, {
      viommu_id: the('vIOMMU'),
      type: value(test.IOMMU_HW_QUEUE_TYPE_SELFTEST),
      index: value(0),
      nesting_parent_iova: value(base),
      length: value(pages(1)),
    }),
    nested(the('vIOMMU'), IOMMU_HWPT_FAULT_ID_VALID),
    testOp(test.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, the('mock device'), {
      'mock_domain_replace.pt_id': the('hwpt', 2),
    }),
    askForPage(0),
    { kind: 'read', of: 'fault queue', nth: 0, length: 40 },
    askForPage(0),
    testOp(test.IOMMU_TEST_OP_TRIGGER_VEVENT, undefined, {
      'trigger_vevent.dev_id': the('bound device'),
    }),
    openAccess(0),
    pin,
  ],
};

/** Page tables that track what is written, with PASIDs and page requests; two devices share one. */
const tracking: Opening = {
  name: 'tracking',
  calls: [
    newIoas,
    newIoas,
    map(0, 0),
    map(0, 4),
    share(0, 1),
    plug(the('ioas'), test.MOCK_FLAGS_DEVICE_PASID),
    now(fault.IOMMU_FAULT_QUEUE_ALLOC, {}),
    table(the('ioas'), IOMMU_HWPT_ALLOC_DIRTY_TRACKING | IOMMU_HWPT_ALLOC_PASID),
    testOp(test.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, the('mock device'), {
      'mock_domain_replace.pt_id': the('hwpt', 1),
    }),
    table(the('ioas', 1), IOMMU_HWPT_ALLOC_PASID | IOMMU_HWPT_FAULT_ID_VALID),
    testOp(test.IOMMU_TEST_OP_PASID_ATTACH, the('mock device'), {
      'pasid_attach.pasid': value(1),
      'pasid_attach.pt_id': the('hwpt', 2),
    }),
    askForPage(1),
    plug(the('hwpt', 1)),
    now(hwpt.IOMMU_HWPT_SET_DIRTY_TRACKING, { flags: value(1), hwpt_id: the('hwpt', 1) }),
    openAccess(0),
    pin,
  ],
};

/** As a program that knows VFIO containers only would set it up, and shared with another IOAS. */
const compatible: Opening = {
  name: 'compatible',
  calls: [
    newIoas,
    now(objects.IOMMU_VFIO_IOAS, {
      ioas_id: the('ioas'),
      op: value(objects.IOMMU_VFIO_IOAS_SET),
    }),
    {
      kind: 'plain ioctl',
      by: 'it',
      command: container.VFIO_SET_IOMMU,
      argument: container.VFIO_TYPE1_IOMMU,
    },
    newIoas,
    now(type1.VFIO_IOMMU_MAP_DMA, {
      flags: value(type1.VFIO_DMA_MAP_FLAG_READ | type1.VFIO_DMA_MAP_FLAG_WRITE),
      vaddr: buffer('ram', 0n),
      iova: value(base),
      size: value(pages(4)),
    }),
    share(0, 1),
    plug(the('ioas')),
    openAccess(1),
  ],
};

/** Pages are charged to processes, of which there are two; and two IOASes. */
const twoProcesses: Opening['calls'] = [
  now(objects.IOMMU_OPTION, {
    option_id: value(objects.IOMMU_OPTION_RLIMIT_MODE),
    op: value(objects.IOMMU_OPTION_OP_SET),
    object_id: value(0),
    val64: value(1),
  }),
  { kind: 'fork', privileged: false },
  newIoas,
  newIoas,
];

/** Two processes, one of them with a limit, whose pages are charged to what they have locked. */
const charged: Opening = {
  name: 'charged',
  calls: [
    ...twoProcesses,
    map(0, 0, 'child'),
    map(0, 4),
    mapFile(1, 12),
    share(0, 1),
    plug(the('ioas')),
    openAccess(0),
  ],
};

/** Memory of files and of a device, none of a process: what a program hands over to the one that follows it. */
const handedOver: Opening = {
  name: 'handed over',
  calls: [
    ...twoProcesses,
    mapFile(0, 0, 'child'),
    mapFile(1, 4),
    share(0, 1),
    plug(the('ioas')),
    now(ioas.IOMMU_IOAS_CHANGE_PROCESS, {}),
  ],
};

/** Registers of a device, which are neither pinned nor charged, beside memory. */
const registers: Opening = {
  name: 'registers',
  calls: [
    newIoas,
    newIoas,
    testOp(test.IOMMU_TEST_OP_DMABUF_GET, undefined, {
      'dmabuf_get.length': value(pages(8)),
      'dmabuf_get.open_flags': value(2),
    }),
    now(ioas.IOMMU_IOAS_MAP_FILE, {
      flags: readWrite,
      ioas_id: the('ioas'),
      fd: { kind: 'file', of: 'dma-buf', nth: 0 },
      start: value(0),
      length: value(pages(4)),
      iova: value(base),
    }),
    map(0, 4),
    plug(the('ioas')),
    share(0, 1),
    plug(the('ioas', 1)),
  ],
};

/** A shrunk sequence has the first of them with which the finding is still there. */
export const openings: readonly Opening[] = [
  small,
  guest,
  tracking,
  compatible,
  charged,
  handedOver,
  registers,
];
