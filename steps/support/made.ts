import { IOMMU_FAULT_QUEUE_ALLOC } from '#uapi/iommufd/fault.ts';
import { IOMMU_HWPT_ALLOC } from '#uapi/iommufd/hwpt.ts';
import { IOMMU_IOAS_ALLOC } from '#uapi/iommufd/ioas.ts';
import * as test from '#uapi/iommufd/selftest.ts';
import * as viommu from '#uapi/iommufd/viommu.ts';

import type { Handle, ObjectKind } from './handles.ts';
import { ioasBehind } from './words/names.ts';
import type { World } from './world.ts';

/** What the last call made, by its kind: where its id and its file descriptor stand in the struct. */

type Place = { readonly id?: string; readonly fd?: string };
type Fields = Readonly<Record<string, unknown>>;

/** By the name of a command, or by the operation of IOMMU_TEST_CMD. */
type Places = Readonly<Record<string, Place>>;

const ofDevice = (field: string): Places => ({
  [test.IOMMU_TEST_OP_MOCK_DOMAIN]: { id: `mock_domain.${field}` },
  [test.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS]: { id: `mock_domain_flags.${field}` },
});

const places: Readonly<Record<ObjectKind, Places>> = {
  ioas: { [IOMMU_IOAS_ALLOC.name]: { id: 'out_ioas_id' } },
  hwpt: {
    [IOMMU_HWPT_ALLOC.name]: { id: 'out_hwpt_id' },
    ...ofDevice('out_hwpt_id'),
    [test.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE]: { id: 'mock_domain_replace.pt_id' },
    [test.IOMMU_TEST_OP_PASID_ATTACH]: { id: 'pasid_attach.pt_id' },
    [test.IOMMU_TEST_OP_PASID_REPLACE]: { id: 'pasid_replace.pt_id' },
  },
  'bound device': ofDevice('out_idev_id'),
  'mock device': ofDevice('out_stdev_id'),
  // The id of an access is one that user space never learns.
  access: {
    [test.IOMMU_TEST_OP_CREATE_ACCESS]: { fd: 'create_access.out_access_fd' },
  },
  'fault queue': {
    [IOMMU_FAULT_QUEUE_ALLOC.name]: { id: 'out_fault_id', fd: 'out_fault_fd' },
  },
  vIOMMU: { [viommu.IOMMU_VIOMMU_ALLOC.name]: { id: 'out_viommu_id' } },
  vDEVICE: { [viommu.IOMMU_VDEVICE_ALLOC.name]: { id: 'out_vdevice_id' } },
  vEVENTQ: {
    [viommu.IOMMU_VEVENTQ_ALLOC.name]: { id: 'out_veventq_id', fd: 'out_veventq_fd' },
  },
  'HW queue': { [viommu.IOMMU_HW_QUEUE_ALLOC.name]: { id: 'out_hw_queue_id' } },
};

function valueAt(fields: Fields, path: string): number {
  const [member = '', field] = path.split('.');
  if (field === undefined) return Number(fields[member]);
  const operation = fields['operation'] as Readonly<Record<string, Fields>>;
  return Number(operation[member]?.[field]);
}

/** From now on the scenario calls it by that name. */
export function nameMade(world: World, kind: ObjectKind | 'dma-buf', name: string): Handle {
  const { name: command, fields = {}, result } = world.outcome.examine();
  world.examine({ kind: 'succeeds' });
  if (kind === 'dma-buf') {
    const length = BigInt(valueAt(fields, 'dmabuf_get.length'));
    return world.handles.add({ kind: 'memfd', name, fd: Number(result), length });
  }
  const call = command === test.IOMMU_TEST_CMD.name ? String(fields['op']) : command;
  const place = places[kind][call];
  if (place === undefined) throw new Error(`${command} makes no ${kind}`);
  const id = place.id === undefined ? 0 : valueAt(fields, place.id);
  const iommufd = world.handles.first('iommufd');
  const fd = place.fd === undefined ? {} : { fd: valueAt(fields, place.fd) };
  const handle = { kind, name, id, iommufd, ...fd, ...tableOf(world, kind, fields) };
  return world.handles.add(handle);
}

/** What is behind a page table. */
function tableOf(world: World, kind: ObjectKind, fields: Fields): object {
  if (kind !== 'hwpt') return {};
  const parent = Number(fields['pt_id']);
  const tables = [...world.handles.all('hwpt'), ...world.handles.all('vIOMMU')];
  const nested = tables.some(({ id }) => id === parent);
  return { ioas: ioasBehind(world, parent), nested };
}
