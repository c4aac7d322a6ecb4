import * as hwpt from '#uapi/iommufd/hwpt.ts';
import { IOMMU_GET_HW_INFO } from '#uapi/iommufd/device.ts';
import { IOMMU_FAULT_QUEUE_ALLOC } from '#uapi/iommufd/fault.ts';
import * as ioas from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY, IOMMU_OPTION } from '#uapi/iommufd/objects.ts';
import * as selftest from '#uapi/iommufd/selftest.ts';
import * as viommu from '#uapi/iommufd/viommu.ts';
import { VFIO_IOMMU_MAP_DMA, VFIO_IOMMU_UNMAP_DMA } from '#uapi/vfio/iommu-type1.ts';

import type { AnyCommand } from './words/commands.ts';
import type { FaultyCall } from './looks/faults.ts';
import type { CallRecord } from './calls/outcome.ts';
import type { World } from './world.ts';

/** How a call that succeeded is made undone, so that it can be made again. */
interface Undo {
  readonly command: AnyCommand;
  readonly values: Readonly<Record<string, unknown>>;
  /** A file descriptor that goes first. */
  readonly close?: number;
}

type Fields = Readonly<Record<string, unknown>>;

function destroy(id: unknown, close?: unknown): Undo {
  const values = { id: Number(id) };
  return {
    command: IOMMU_DESTROY,
    values,
    ...(close === undefined ? {} : { close: Number(close) }),
  };
}

function unmap(ioasId: unknown, iova: unknown, length: unknown): Undo {
  return { command: ioas.IOMMU_IOAS_UNMAP, values: { ioas_id: ioasId, iova, length } };
}

const undos: Readonly<Record<string, (fields: Fields) => Undo>> = {
  [ioas.IOMMU_IOAS_ALLOC.name]: ({ out_ioas_id }) => destroy(out_ioas_id),
  [ioas.IOMMU_IOAS_MAP.name]: ({ ioas_id, iova, length }) => unmap(ioas_id, iova, length),
  [ioas.IOMMU_IOAS_MAP_FILE.name]: ({ ioas_id, iova, length }) => unmap(ioas_id, iova, length),
  [ioas.IOMMU_IOAS_COPY.name]: ({ dst_ioas_id, dst_iova, length }) =>
    unmap(dst_ioas_id, dst_iova, length),
  [hwpt.IOMMU_HWPT_ALLOC.name]: ({ out_hwpt_id }) => destroy(out_hwpt_id),
  [IOMMU_FAULT_QUEUE_ALLOC.name]: ({ out_fault_id, out_fault_fd }) =>
    destroy(out_fault_id, out_fault_fd),
  [viommu.IOMMU_VIOMMU_ALLOC.name]: ({ out_viommu_id }) => destroy(out_viommu_id),
  [viommu.IOMMU_VDEVICE_ALLOC.name]: ({ out_vdevice_id }) => destroy(out_vdevice_id),
  [viommu.IOMMU_VEVENTQ_ALLOC.name]: ({ out_veventq_id, out_veventq_fd }) =>
    destroy(out_veventq_id, out_veventq_fd),
  [viommu.IOMMU_HW_QUEUE_ALLOC.name]: ({ out_hw_queue_id }) => destroy(out_hw_queue_id),
  [VFIO_IOMMU_MAP_DMA.name]: ({ iova, size }) => ({
    command: VFIO_IOMMU_UNMAP_DMA,
    values: { iova, size },
  }),
};

/** Calls that may be made again as they are. */
const repeatable: ReadonlySet<string> = new Set(
  [
    ioas.IOMMU_IOAS_IOVA_RANGES,
    ioas.IOMMU_IOAS_ALLOW_IOVAS,
    ioas.IOMMU_IOAS_CHANGE_PROCESS,
    IOMMU_OPTION,
    IOMMU_GET_HW_INFO,
    hwpt.IOMMU_HWPT_SET_DIRTY_TRACKING,
    hwpt.IOMMU_HWPT_GET_DIRTY_BITMAP,
    hwpt.IOMMU_HWPT_INVALIDATE,
  ].map(({ name }) => name),
);
const repeatableTests: ReadonlySet<number> = new Set([
  selftest.IOMMU_TEST_OP_ACCESS_RW,
  selftest.IOMMU_TEST_OP_TRIGGER_IOPF,
]);

type Operation = Readonly<Record<string, Fields | undefined>>;

function undoTest(world: World, fields: Fields): Undo | undefined {
  const { op, id, operation } = fields as { op: number; id: number; operation: Operation };
  const again = (other: number, values: Operation): Undo => ({
    command: selftest.IOMMU_TEST_CMD,
    values: { op: other, id, operation: values },
  });
  switch (op) {
    case selftest.IOMMU_TEST_OP_MOCK_DOMAIN:
    case selftest.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS:
      return destroy(operation['mock_domain']?.['out_stdev_id']);
    case selftest.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE: {
      const device = world.handles.all('device').find(({ mockId }) => mockId === id);
      return again(op, { mock_domain_replace: { pt_id: device?.hwpt } });
    }
    case selftest.IOMMU_TEST_OP_ACCESS_PAGES: {
      const access_pages_id = operation['access_pages']?.['out_access_pages_id'];
      const item = { destroy_access_pages: { access_pages_id } };
      return again(selftest.IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, item);
    }
    case selftest.IOMMU_TEST_OP_PASID_ATTACH: {
      const pasid = operation['pasid_attach']?.['pasid'];
      return again(selftest.IOMMU_TEST_OP_PASID_DETACH, { pasid_detach: { pasid } });
    }
    default:
      return undefined;
  }
}

/** Puts back what an unmap took away. */
async function mapAgain(world: World, call: FaultyCall): Promise<boolean> {
  for (const { made } of world.mappings) {
    if (made === undefined) return false;
    const { command, fields } = made;
    await world.probe(call.process, { fd: call.fd, command }, fields);
  }
  return true;
}

/** False where there is no way. */
export async function undo(world: World, call: FaultyCall, record: CallRecord): Promise<boolean> {
  const { command, process, fd } = call;
  const fields = record.fields ?? {};
  const isTest = command.name === selftest.IOMMU_TEST_CMD.name;
  if (repeatable.has(command.name)) return true;
  if (isTest && repeatableTests.has(Number(fields['op']))) return true;
  if (command.name === ioas.IOMMU_IOAS_UNMAP.name) return mapAgain(world, call);
  const way = isTest ? undoTest(world, fields) : undos[command.name]?.(fields);
  if (way === undefined) return createdFile(call, fields);
  if (way.close !== undefined) await process.port.close(way.close);
  const { result } = await world.probe(process, { fd, command: way.command }, way.values);
  if (result < 0) throw new Error(`${way.command.name}, to undo ${command.name}: ${result}`);
  return true;
}

/** An access goes with its file. */
async function createdFile({ process }: FaultyCall, fields: Fields): Promise<boolean> {
  if (fields['op'] !== selftest.IOMMU_TEST_OP_CREATE_ACCESS) return false;
  const created = (fields['operation'] as Operation)['create_access'];
  await process.port.close(Number(created?.['out_access_fd']));
  return true;
}
