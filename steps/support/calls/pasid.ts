import { IOMMU_TEST_OP_PASID_ATTACH, IOMMU_TEST_OP_PASID_DETACH } from '#uapi/iommufd/selftest.ts';
import {
  VFIO_DEVICE_ATTACH_IOMMUFD_PT,
  VFIO_DEVICE_ATTACH_PASID,
  VFIO_DEVICE_DETACH_IOMMUFD_PT,
  VFIO_DEVICE_DETACH_PASID,
} from '#uapi/vfio/device.ts';

import type { Fd } from '#port/process.ts';

import type { DeviceHandle, ProcessHandle } from '../handles.ts';
import type { CallRecord } from './outcome.ts';
import { testCommand } from './test-command.ts';
import type { World } from '../world.ts';

/** How the PASIDs of a device get to page tables and away. */

/** Where IOMMU_TEST_CMD for that mock device goes. */
export function mockOf({ name, iommufd, mockId }: DeviceHandle): { fd: Fd; id: number } {
  if (iommufd !== undefined && mockId !== undefined) return { fd: iommufd.fd, id: mockId };
  throw new Error(`device "${name}" is no mock device that was ever attached`);
}

export async function attachPasid(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
  place: { readonly pasid: number; readonly pt_id: number },
): Promise<void> {
  const record = await callAttach(world, process, device, place);
  if (record.result >= 0) device.pasids.add(place.pasid);
}

async function callAttach(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
  place: { readonly pasid: number; readonly pt_id: number },
): Promise<CallRecord> {
  if (device.info.kind !== 'selftest') {
    const target = { fd: device.fd ?? -1, command: VFIO_DEVICE_ATTACH_IOMMUFD_PT };
    return world.call(process, target, { flags: VFIO_DEVICE_ATTACH_PASID, ...place });
  }
  const { fd, id } = mockOf(device);
  const operation = { pasid_attach: place };
  return world.call(process, ...testCommand(fd, IOMMU_TEST_OP_PASID_ATTACH, operation, id));
}

export async function detachPasid(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
  pasid: number,
): Promise<void> {
  device.pasids.delete(pasid);
  if (device.info.kind !== 'selftest') {
    const target = { fd: device.fd ?? -1, command: VFIO_DEVICE_DETACH_IOMMUFD_PT };
    await world.call(process, target, { flags: VFIO_DEVICE_DETACH_PASID, pasid });
    return;
  }
  await world.call(process, ...detachment(device, pasid));
}

function detachment(device: DeviceHandle, pasid: number): ReturnType<typeof testCommand> {
  const { fd, id } = mockOf(device);
  return testCommand(fd, IOMMU_TEST_OP_PASID_DETACH, { pasid_detach: { pasid } }, id);
}

/** Linux warns where a mock device goes while one of its PASIDs is attached. */
export async function detachPasids(world: World): Promise<void> {
  for (const device of world.handles.all('device')) {
    const owner = world.ownerOf(device);
    if (owner.exited || device.mockId === undefined) continue;
    for (const pasid of device.pasids) await world.probe(owner, ...detachment(device, pasid));
  }
}
