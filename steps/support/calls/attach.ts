import {
  IOMMU_TEST_CMD,
  IOMMU_TEST_OP_MOCK_DOMAIN,
  IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS,
  IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE,
} from '#uapi/iommufd/selftest.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import { VFIO_DEVICE_ATTACH_IOMMUFD_PT, VFIO_DEVICE_BIND_IOMMUFD } from '#uapi/vfio/device.ts';

import type { DeviceHandle, IommufdHandle, ObjectHandle, ProcessHandle } from '../handles.ts';
import type { World } from '../world.ts';

/** The two ways in which a device gets to a page table, and the steps on the longer one. */

export async function openDevice(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
): Promise<void> {
  const { cdev } = device.info;
  if (cdev === undefined) throw new Error(`device "${device.name}" has no VFIO character device`);
  world.settle();
  const result = await process.port.open(cdev, O_RDWR | O_CLOEXEC);
  world.trace.add(`open("${cdev}", O_RDWR|O_CLOEXEC)`, result);
  world.conclude({ name: `open ${cdev}`, result });
  if (result < 0) return;
  device.process = process;
  device.fd = result;
}

export async function bindDevice(
  world: World,
  device: DeviceHandle,
  iommufd: IommufdHandle,
): Promise<void> {
  if (device.fd === undefined) await openDevice(world, world.it, device);
  world.settle();
  const target = { fd: device.fd ?? -1, command: VFIO_DEVICE_BIND_IOMMUFD };
  const record = await world.call(world.it, target, { iommufd: iommufd.fd });
  if (record.result < 0) return;
  device.iommufd = iommufd;
  device.id = Number(record.fields?.['out_devid']);
}

/** Attaches what is bound: for the first time, or to something else. */
export async function attachDevice(
  world: World,
  device: DeviceHandle,
  object: ObjectHandle,
): Promise<void> {
  if (device.info.kind === 'selftest') {
    await replaceMock(world, device, object);
    return;
  }
  const target = { fd: device.fd ?? -1, command: VFIO_DEVICE_ATTACH_IOMMUFD_PT };
  const record = await world.call(world.it, target, { pt_id: object.id });
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
export async function attachMock(
  world: World,
  device: DeviceHandle,
  object: ObjectHandle,
): Promise<void> {
  const { iommufd, id } = object;
  const { flags: dev_flags } = device;
  const { result, fields } = await world.call(
    world.it,
    { fd: iommufd.fd, command: IOMMU_TEST_CMD },
    {
      op: dev_flags === 0 ? IOMMU_TEST_OP_MOCK_DOMAIN : IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS,
      id,
      operation: { mock_domain_flags: { dev_flags } } as never,
    },
  );
  if (result < 0) return;
  const { mock_domain: out } = fields?.['operation'] as {
    mock_domain: Record<'out_stdev_id' | 'out_hwpt_id' | 'out_idev_id', number>;
  };
  device.process = world.it;
  device.iommufd = iommufd;
  device.mockId = out.out_stdev_id;
  device.id = out.out_idev_id;
  stand(device, out.out_hwpt_id, object);
}

/** A selftest device that is attached moves. */
async function replaceMock(
  world: World,
  device: DeviceHandle,
  object: ObjectHandle,
): Promise<void> {
  const { id, iommufd } = object;
  const { result, fields } = await world.call(
    world.it,
    { fd: iommufd.fd, command: IOMMU_TEST_CMD },
    {
      op: IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE,
      id: device.mockId ?? 0,
      operation: { mock_domain_replace: { pt_id: id } } as never,
    },
  );
  if (result < 0) return;
  const { mock_domain_replace: out } = fields?.['operation'] as {
    mock_domain_replace: { pt_id: number };
  };
  stand(device, out.pt_id, object);
}

/** Opens, binds and attaches, whatever the kind; the outcome is that of the last call. */
export async function bringUp(
  world: World,
  device: DeviceHandle,
  object: ObjectHandle,
): Promise<void> {
  if (device.info.kind === 'selftest') {
    await attachMock(world, device, object);
    return;
  }
  await bindDevice(world, device, object.iommufd);
  if (device.id !== undefined) await attachDevice(world, device, object);
}
