import {
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_ALLOC_PASID,
  IOMMU_HWPT_FAULT_ID_VALID,
} from '#uapi/iommufd/hwpt.ts';
import {
  IOMMU_HWPT_DATA_SELFTEST,
  IOMMU_TEST_CMD,
  IOMMU_TEST_IOTLB_DEFAULT,
  IOMMU_TEST_OP_PASID_ATTACH,
  IOMMU_TEST_OP_PASID_DETACH,
  iommu_hwpt_selftest,
} from '#uapi/iommufd/selftest.ts';
import {
  VFIO_DEVICE_ATTACH_IOMMUFD_PT,
  VFIO_DEVICE_ATTACH_PASID,
  VFIO_DEVICE_DETACH_IOMMUFD_PT,
  VFIO_DEVICE_DETACH_PASID,
} from '#uapi/vfio/device.ts';

import type { Fd } from '#port/process.ts';

import type { DeviceHandle } from '../handles.ts';
import type { CallRecord } from './outcome.ts';
import type { NewPasidHwpt } from '../words/hwpts.ts';
import type { World } from '../world.ts';

/** How page tables are made for the PASIDs of a device, and how these get to them and away. */

const flagsOf: Readonly<Record<NewPasidHwpt['sort'], number>> = {
  ordinary: 0,
  nested: 0,
  nesting: IOMMU_HWPT_ALLOC_NEST_PARENT,
  'dirty-tracking': IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
};

/** What IOMMU_HWPT_ALLOC gets, but for its device and its IOAS. */
export async function pasidHwptValues(
  { it }: World,
  { sort, fault }: NewPasidHwpt,
): Promise<Record<string, unknown>> {
  const queue = fault === undefined ? 0 : IOMMU_HWPT_FAULT_ID_VALID;
  const flags = IOMMU_HWPT_ALLOC_PASID | flagsOf[sort] | queue;
  const values = { flags, fault_id: fault ?? 0 };
  if (sort !== 'nested') return values;
  const data = iommu_hwpt_selftest.pack({ iotlb: IOMMU_TEST_IOTLB_DEFAULT });
  await it.port.store(it.scratch.array, data);
  const { array: data_uptr } = it.scratch;
  return { ...values, data_type: IOMMU_HWPT_DATA_SELFTEST, data_len: data.length, data_uptr };
}

/** Where IOMMU_TEST_CMD for that mock device goes. */
export function mockOf({ name, iommufd, mockId }: DeviceHandle): { fd: Fd; id: number } {
  if (iommufd !== undefined && mockId !== undefined) return { fd: iommufd.fd, id: mockId };
  throw new Error(`device "${name}" is no mock device that was ever attached`);
}

export async function attachPasid(
  world: World,
  device: DeviceHandle,
  { pasid, pt_id }: { readonly pasid: number; readonly pt_id: number },
): Promise<void> {
  const record = await callAttach(world, device, { pasid, pt_id });
  if (record.result >= 0) device.pasids.add(pasid);
}

async function callAttach(
  world: World,
  device: DeviceHandle,
  values: { readonly pasid: number; readonly pt_id: number },
): Promise<CallRecord> {
  const { it } = world;
  if (device.info.kind !== 'selftest') {
    const target = { fd: device.fd ?? -1, command: VFIO_DEVICE_ATTACH_IOMMUFD_PT };
    return world.call(it, target, { flags: VFIO_DEVICE_ATTACH_PASID, ...values });
  }
  const { fd, id } = mockOf(device);
  const operation = { pasid_attach: values } as never;
  const op = IOMMU_TEST_OP_PASID_ATTACH;
  return world.call(it, { fd, command: IOMMU_TEST_CMD }, { op, id, operation });
}

export async function detachPasid(
  world: World,
  device: DeviceHandle,
  pasid: number,
): Promise<void> {
  const { it } = world;
  device.pasids.delete(pasid);
  if (device.info.kind !== 'selftest') {
    const target = { fd: device.fd ?? -1, command: VFIO_DEVICE_DETACH_IOMMUFD_PT };
    await world.call(it, target, { flags: VFIO_DEVICE_DETACH_PASID, pasid });
    return;
  }
  const { fd, id } = mockOf(device);
  await world.call(it, { fd, command: IOMMU_TEST_CMD }, detachment(id, pasid));
}

function detachment(id: number, pasid: number) {
  const operation = { pasid_detach: { pasid } } as never;
  return { op: IOMMU_TEST_OP_PASID_DETACH, id, operation };
}

/** Linux warns where a mock device goes while one of its PASIDs is attached. */
export async function detachPasids(world: World): Promise<void> {
  const { it } = world;
  for (const device of world.handles.all('device')) {
    if (it.exited || device.pasids.size === 0 || device.mockId === undefined) continue;
    const { fd, id } = mockOf(device);
    for (const pasid of device.pasids) {
      await world.probe(it, { fd, command: IOMMU_TEST_CMD }, detachment(id, pasid));
    }
  }
}
