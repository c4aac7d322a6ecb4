import { IOMMU_IOAS_MAP } from '#uapi/iommufd/ioas.ts';
import type { Command } from '#uapi/ioctl.ts';
import { VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU } from '#uapi/vfio/container.ts';
import { VFIO_DEVICE_ATTACH_IOMMUFD_PT, VFIO_DEVICE_BIND_IOMMUFD } from '#uapi/vfio/device.ts';
import { VFIO_GROUP_GET_DEVICE_FD, VFIO_GROUP_SET_CONTAINER } from '#uapi/vfio/group.ts';
import { VFIO_IOMMU_MAP_DMA } from '#uapi/vfio/iommu-type1.ts';

import { pageSize } from '../layout.ts';
import {
  devices,
  groupOf,
  type DeviceName,
  type Operand,
  type Slot,
  type VfioCall,
} from './call.ts';
import { firstIova } from './calls.ts';

/** What a sequence begins with, so that most calls find something. */

function open(slot: Slot): VfioCall {
  return { kind: 'open', slot };
}

function now(on: Slot, command: Command, fields: Readonly<Record<string, Operand>>): VfioCall {
  return { kind: 'ioctl', on, command, fields, tells: [] };
}

function join(device: DeviceName, file: 'container' | 'iommufd'): VfioCall[] {
  const on = groupOf(device);
  const argument = { file };
  return [open(on), { kind: 'plain ioctl', on, command: VFIO_GROUP_SET_CONTAINER, argument }];
}

function setType(on: 'container' | 'iommufd'): VfioCall {
  return { kind: 'plain ioctl', on, command: VFIO_SET_IOMMU, argument: VFIO_TYPE1v2_IOMMU };
}

function get(name: DeviceName): VfioCall {
  const on = groupOf(name);
  const command = VFIO_GROUP_GET_DEVICE_FD;
  return { kind: 'plain ioctl', on, command, argument: { name }, makes: name };
}

const length = 4n * pageSize;

function map(on: 'container' | 'iommufd'): VfioCall {
  const fields = { flags: 3n, vaddr: { ram: 0n }, iova: firstIova, size: length };
  return now(on, VFIO_IOMMU_MAP_DMA, fields);
}

function attach(device: DeviceName): VfioCall[] {
  return [
    open(device),
    now(device, VFIO_DEVICE_BIND_IOMMUFD, { iommufd: { file: 'iommufd' } }),
    now(device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, { pt_id: 1n }),
  ];
}

const mapIoas = now('iommufd', IOMMU_IOAS_MAP, {
  ...{ flags: 7n, ioas_id: 1n, user_va: { ram: 0n }, iova: firstIova, length },
});

function shared(file: 'container' | 'iommufd', ...joining: DeviceName[]): VfioCall[] {
  const joins = joining.flatMap((device) => join(device, file));
  return [open(file), open('line'), ...joins, setType(file), map(file)];
}

export const openings: readonly (readonly VfioCall[])[] = [
  [...shared('container', ...devices), get('nic'), get('disk')],
  [...shared('container', 'nic'), get('nic'), open('group of disk')],
  [...shared('iommufd', ...devices), get('nic'), get('disk')],
  [open('iommufd'), open('line'), ...devices.flatMap(attach), mapIoas],
  [open('iommufd'), open('line'), mapIoas, ...attach('disk'), open('group of nic')],
  [],
];
