import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import {
  IOMMU_TEST_OP_MOCK_DOMAIN,
  IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS,
  IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE,
} from '#uapi/iommufd/selftest.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import {
  VFIO_DEVICE_ATTACH_IOMMUFD_PT,
  VFIO_DEVICE_BIND_IOMMUFD,
  VFIO_DEVICE_DETACH_IOMMUFD_PT,
} from '#uapi/vfio/device.ts';

import type { DeviceHandle, IommufdHandle, ObjectHandle, ProcessHandle } from '../handles.ts';
import type { World } from '../world.ts';
import { operationOf, testCommand } from './test-command.ts';

/** The two ways in which a process brings a device to a page table, and the steps on the longer one. */

const accessNames = ['O_RDONLY', 'O_WRONLY', 'O_RDWR'];

export async function openDevice(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
  access: number = O_RDWR,
): Promise<void> {
  const { cdev } = device.info;
  if (cdev === undefined) throw new Error(`device "${device.name}" has no VFIO character device`);
  world.settle();
  const result = await process.port.open(cdev, access | O_CLOEXEC);
  world.trace.add(`open("${cdev}", ${accessNames[access]}|O_CLOEXEC)`, result);
  world.conclude({ name: `open ${cdev}`, result });
  if (result < 0) return;
  device.process = process;
  device.fd = result;
}

export async function bindDevice(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
  iommufd: IommufdHandle,
): Promise<void> {
  if (device.fd === undefined) await openDevice(world, process, device);
  world.settle();
  const target = { fd: device.fd ?? -1, command: VFIO_DEVICE_BIND_IOMMUFD };
  const record = await world.call(process, target, { iommufd: iommufd.fd });
  if (record.result < 0) return;
  device.iommufd = iommufd;
  device.id = Number(record.fields?.['out_devid']);
}

/** Opens and binds before that, whatever the kind wants; the outcome is that of the last call. */
export async function attachDevice(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
  object: ObjectHandle,
): Promise<void> {
  if (device.info.kind === 'selftest') {
    await (device.id === undefined ? attachMock : replaceMock)(world, process, device, object);
    return;
  }
  if (device.id === undefined) await bindDevice(world, process, device, object.iommufd);
  if (device.id === undefined) return;
  const target = { fd: device.fd ?? -1, command: VFIO_DEVICE_ATTACH_IOMMUFD_PT };
  const record = await world.call(process, target, { pt_id: object.id });
  if (record.result < 0) return;
  const hwpt = Number(record.fields?.['pt_id']);
  for (const moved of movedWith(world, device)) stand(moved, hwpt, object);
}

/** A group stands at one page table: whoever of it is attached moves along. VFIO-ATT-07 */
function movedWith({ handles }: World, device: DeviceHandle): readonly DeviceHandle[] {
  const { group } = device.info;
  const others = handles
    .all('device')
    .filter(({ info, hwpt }) => hwpt !== undefined && info.group === group);
  return [device, ...others];
}

/** A guest's table leads to an IOAS, but its IOVAs are not those of the device. */
function ioasOf({ nested, ioas }: ObjectHandle): number | undefined {
  return nested === true ? undefined : ioas;
}

function stand(device: DeviceHandle, hwpt: number, object: ObjectHandle): void {
  device.hwpt = hwpt;
  device.pageTable = hwpt;
  device.ioas = object.kind === 'ioas' ? object.id : ioasOf(object);
}

/** A selftest device comes into being bound and attached. */
async function attachMock(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
  object: ObjectHandle,
): Promise<void> {
  const { iommufd, id } = object;
  const { flags: dev_flags } = device;
  const op = dev_flags === 0 ? IOMMU_TEST_OP_MOCK_DOMAIN : IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS;
  const operation = { mock_domain_flags: { dev_flags } };
  const record = await world.call(process, ...testCommand(iommufd.fd, op, operation, id));
  if (record.result < 0) return;
  const made = operationOf(record, 'mock_domain');
  device.process = process;
  device.iommufd = iommufd;
  device.mockId = made['out_stdev_id'];
  device.id = made['out_idev_id'];
  stand(device, made['out_hwpt_id'] ?? 0, object);
}

/** A selftest device that is attached moves. */
async function replaceMock(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
  object: ObjectHandle,
): Promise<void> {
  const { id: pt_id, iommufd } = object;
  const operation = { mock_domain_replace: { pt_id } };
  const op = IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE;
  const record = await world.call(
    process,
    ...testCommand(iommufd.fd, op, operation, device.mockId),
  );
  if (record.result < 0) return;
  stand(device, operationOf(record, 'mock_domain_replace')['pt_id'] ?? 0, object);
}

/** A selftest device goes with that. */
export async function detachDevice(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
): Promise<void> {
  if (device.info.kind === 'selftest') {
    const { iommufd, name, mockId: id = 0 } = device;
    if (iommufd === undefined) throw new Error(`device "${name}" was never attached`);
    await world.call(process, { fd: iommufd.fd, command: IOMMU_DESTROY }, { id });
    device.id = undefined;
  } else {
    const target = { fd: device.fd ?? -1, command: VFIO_DEVICE_DETACH_IOMMUFD_PT };
    await world.call(process, target, {});
  }
  device.hwpt = undefined;
}
