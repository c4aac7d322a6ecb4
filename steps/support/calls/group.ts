import { IOMMU_VFIO_IOAS, IOMMU_VFIO_IOAS_GET } from '#uapi/iommufd/objects.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';

import { commandNamed } from '../words/commands.ts';
import type { DeviceHandle, Handle, ProcessHandle } from '../handles.ts';
import { groupOf } from '../words/names.ts';
import type { CallRecord } from './outcome.ts';
import type { World } from '../world.ts';

/** The way to a VFIO device that is older than its own node: by its group, which has a container. */

/** Opens the node of the group; the outcome is that of the call. */
export async function openGroup(
  world: World,
  process: ProcessHandle,
  { name, info }: DeviceHandle,
): Promise<void> {
  const { group } = info;
  if (group === undefined) throw new Error(`device "${name}" has no VFIO group`);
  const fd = await process.port.open(group, O_RDWR | O_CLOEXEC);
  world.trace.add(`open("${group}", O_RDWR|O_CLOEXEC)`, fd);
  world.conclude({ name: `open of ${group}`, result: fd });
  if (fd < 0) return;
  const known = world.handles.all('group').find((handle) => handle.name === group);
  if (known === undefined) {
    world.handles.add({ kind: 'group', name: group, fd, container: undefined });
  } else {
    Object.assign(known, { fd, container: undefined });
  }
}

/** VFIO_GROUP_GET_DEVICE_FD: the device is then bound to the container, and attached to its IOAS. */
export async function openInGroup(
  world: World,
  process: ProcessHandle,
  device: DeviceHandle,
): Promise<void> {
  const { fd, container } = groupOf(world, device);
  const command = commandNamed('VFIO_GROUP_GET_DEVICE_FD');
  const { result } = await world.call(process, { fd, command }, { name: device.info.id });
  if (result < 0 || container === undefined) return;
  device.process = process;
  device.fd = Number(result);
  if (container.kind === 'container') {
    device.container = container;
    return;
  }
  const target = { fd: container.fd, command: IOMMU_VFIO_IOAS };
  const { fields } = await world.probe(process, target, { op: IOMMU_VFIO_IOAS_GET });
  device.iommufd = container;
  device.ioas = Number(fields?.['ioas_id']);
}

/** Keeps which container, or iommufd in its place, a group has got for its container. */
export function rememberContainer(world: World, group: Handle, record: CallRecord): void {
  if (group.kind !== 'group' || record.name !== 'VFIO_GROUP_SET_CONTAINER') return;
  if (record.result < 0) return;
  const fd = record.fields?.['fd'];
  const { handles } = world;
  const known = [...handles.all('container'), ...handles.all('iommufd')];
  group.container = known.find((handle) => handle.fd === fd);
}
