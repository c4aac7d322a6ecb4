import * as fault from '#uapi/iommufd/fault.ts';
import * as test from '#uapi/iommufd/selftest.ts';

import {
  file,
  given,
  iova,
  id,
  length,
  list,
  mapped,
  memory,
  number,
  output,
  told,
  type Field,
} from './field.ts';
import {
  record,
  valueAt,
  type About,
  type CommandRecord,
  type Counterpart,
  type Fields,
  type Made,
} from './record.ts';

/** IOMMU_TEST_CMD, each operation of which is a command of its own. */

type Names<N> = N extends `IOMMU_TEST_OP_${string}` ? N : never;
type OperationName = Names<keyof typeof test>;

type OfOperation = Omit<About, 'since' | 'undo'> &
  Partial<Pick<About, 'since' | 'undo'>> & {
    /** What the operation is on. */
    readonly target?: Field;
  };

const { IOMMU_TEST_CMD: command } = test;

/** Fields stand in `member` of the union. */
function operation(name: OperationName, member: string, about: OfOperation): CommandRecord {
  const { target, fields, needs = [], makes = [], ...others } = about;
  const inMember = Object.entries(fields).map(([field, what]) => [`${member}.${field}`, what]);
  const within = (path: string | undefined) => path && `${member}.${path}`;
  return {
    name,
    command,
    op: test[name],
    member,
    on: 'iommufd',
    since: '6.2',
    needs: ['test-cmd', ...needs],
    fields: {
      ...(target && { id: target }),
      ...(Object.fromEntries(inMember) as Readonly<Record<string, Field>>),
    },
    makes: makes.map((made) => ({
      ...made,
      ...(made.id && { id: within(made.id) }),
      ...(made.fd && { fd: made.fd === 'result' ? 'result' : within(made.fd) }),
    })) as Made[],
    ...others,
  };
}

function call(name: OperationName, target: unknown, values: Fields): Counterpart {
  return { command, values: { op: test[name], id: Number(target), operation: values } };
}

const plugged: readonly Made[] = [
  { kind: 'mock device', id: 'out_stdev_id' },
  { kind: 'bound device', id: 'out_idev_id' },
  { kind: 'hwpt', id: 'out_hwpt_id' },
];
/** The page table that an attach ends up with. */
const attached: readonly Made[] = [{ kind: 'hwpt', id: 'pt_id', reused: true }];
const range = { iova: mapped('iova'), length: mapped('length') } as const;

const mockDevices = [
  operation('IOMMU_TEST_OP_MOCK_DOMAIN', 'mock_domain', {
    target: id('ioas'),
    fields: {},
    makes: plugged,
  }),
  operation('IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS', 'mock_domain_flags', {
    since: '6.7',
    target: id('ioas'),
    fields: {
      dev_flags: {
        ...number(0, 'MOCK_FLAGS_DEVICE_'),
        bits: { [test.MOCK_FLAGS_DEVICE_PASID]: 'pasid' },
      },
    },
    makes: plugged,
  }),
  operation('IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE', 'mock_domain_replace', {
    since: '6.5',
    target: id('mock device'),
    fields: { pt_id: id('ioas') },
    makes: attached,
    undo: (fields, scene) =>
      call('IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE', fields['id'], {
        mock_domain_replace: { pt_id: scene.tableOf(Number(fields['id'])) },
      }),
  }),
  operation('IOMMU_TEST_OP_DEV_CHECK_CACHE', 'check_dev_cache', {
    since: '6.13',
    needs: ['viommu'],
    target: id('bound device'),
    fields: { id: number(0), cache: number(test.IOMMU_TEST_DEV_CACHE_DEFAULT) },
  }),
  operation('IOMMU_TEST_OP_TRIGGER_VEVENT', 'trigger_vevent', {
    since: '6.15',
    needs: ['veventq'],
    fields: { dev_id: id('bound device') },
  }),
  operation('IOMMU_TEST_OP_TRIGGER_IOPF', 'trigger_iopf', {
    since: '6.11',
    needs: ['page-requests'],
    fields: {
      dev_id: id('bound device'),
      pasid: number(0),
      grpid: number(1),
      perm: number(fault.IOMMU_PGFAULT_PERM_READ, 'IOMMU_PGFAULT_PERM_'),
      addr: mapped('iova'),
    },
    undo: 'nothing',
  }),
];

const ofPasids = {
  since: '6.15',
  needs: ['pasid'],
  target: id('pasid device'),
} as const;
const pasidTable = { pasid: number(1), pt_id: id('pasid table') } as const;

const pasids = [
  operation('IOMMU_TEST_OP_PASID_ATTACH', 'pasid_attach', {
    ...ofPasids,
    fields: pasidTable,
    makes: attached,
    undo: (fields) =>
      call('IOMMU_TEST_OP_PASID_DETACH', fields['id'], {
        pasid_detach: { pasid: valueAt(fields, 'pasid_attach.pasid') },
      }),
  }),
  operation('IOMMU_TEST_OP_PASID_REPLACE', 'pasid_replace', {
    ...ofPasids,
    fields: pasidTable,
    makes: attached,
  }),
  operation('IOMMU_TEST_OP_PASID_DETACH', 'pasid_detach', {
    ...ofPasids,
    fields: { pasid: number(1) },
  }),
  operation('IOMMU_TEST_OP_PASID_CHECK_HWPT', 'pasid_check', {
    ...ofPasids,
    fields: { pasid: number(1), hwpt_id: id('pasid table') },
  }),
];

const accesses = [
  operation('IOMMU_TEST_OP_CREATE_ACCESS', 'create_access', {
    target: id('ioas'),
    fields: { flags: number(0, 'MOCK_FLAGS_ACCESS_CREATE_') },
    // Its id is one that user space never learns.
    makes: [{ kind: 'access', fd: 'out_access_fd' }],
  }),
  operation('IOMMU_TEST_OP_ACCESS_PAGES', 'access_pages', {
    target: file('access'),
    fields: { flags: number(0, 'MOCK_FLAGS_ACCESS_'), ...range, uptr: told(memory) },
    undo: (fields) => {
      const access_pages_id = valueAt(fields, 'access_pages.out_access_pages_id');
      const values = { destroy_access_pages: { access_pages_id } };
      return call('IOMMU_TEST_OP_DESTROY_ACCESS_PAGES', fields['id'], values);
    },
  }),
  operation('IOMMU_TEST_OP_DESTROY_ACCESS_PAGES', 'destroy_access_pages', {
    target: file('access'),
    fields: { access_pages_id: number(0) },
  }),
  operation('IOMMU_TEST_OP_ACCESS_RW', 'access_rw', {
    target: file('access'),
    fields: { ...range, uptr: list, flags: number(0, 'MOCK_ACCESS_RW_') },
    undo: 'nothing',
  }),
  operation('IOMMU_TEST_OP_ACCESS_REPLACE_IOAS', 'access_replace_ioas', {
    since: '6.6',
    target: file('access'),
    fields: { ioas_id: id('ioas') },
  }),
];

const pageTables = [
  operation('IOMMU_TEST_OP_DIRTY', 'dirty', {
    since: '6.7',
    needs: ['dirty-tracking'],
    target: id('tracking'),
    fields: {
      flags: number(0),
      ...range,
      page_size: number(test.MOCK_PAGE_SIZE),
      uptr: list,
    },
  }),
  operation('IOMMU_TEST_OP_MD_CHECK_MAP', 'check_map', {
    target: id('hwpt'),
    fields: { ...range, uptr: memory },
  }),
  operation('IOMMU_TEST_OP_MD_CHECK_IOTLB', 'check_iotlb', {
    since: '6.8',
    needs: ['nesting'],
    target: id('nested'),
    fields: { id: number(0), iotlb: number(test.IOMMU_TEST_IOTLB_DEFAULT) },
  }),
];

const memories = [
  operation('IOMMU_TEST_OP_ADD_RESERVED', 'add_reserved', {
    target: id('ioas'),
    fields: { start: iova(), length },
  }),
  operation('IOMMU_TEST_OP_MD_CHECK_REFS', 'check_refs', {
    fields: { length, uptr: memory, refs: number(0) },
  }),
  operation('IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT', 'memory_limit', {
    fields: { limit: number(0) },
  }),
  operation('IOMMU_TEST_OP_DMABUF_GET', 'dmabuf_get', {
    since: '6.19',
    needs: ['dma-buf'],
    fields: { length, open_flags: number(0) },
    makes: [{ kind: 'dma-buf', fd: 'result' }],
  }),
  operation('IOMMU_TEST_OP_DMABUF_REVOKE', 'dmabuf_revoke', {
    since: '6.19',
    needs: ['dma-buf'],
    fields: { dmabuf_fd: file('dma-buf'), revoked: number(1) },
  }),
];

export const testOperations = [...mockDevices, ...pasids, ...accesses, ...pageTables, ...memories];

/** What all of them share; a scenario tells the rest. */
export const testCommand = record(command, {
  since: '6.2',
  needs: ['test-cmd'],
  fields: {
    op: told(number(0, 'IOMMU_TEST_OP_')),
    id: told(id('ioas')),
    operation: given,
    last: output(),
  },
});
