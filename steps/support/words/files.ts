import type { DeviceHandle } from '../handles.ts';
import type { World } from '../world.ts';
import { oneOf, parameter, quoted, re } from './parameter.ts';

/** The last part of a path. */
function lastOf(path: string | undefined): string {
  return path?.split('/').at(-1) ?? '';
}

/** `{name}` of a device is its name in sysfs, `{node}` that of its character device, `{group}` the number of its group. */
function filled(text: string, { info: { id, cdev, group } }: DeviceHandle): string {
  return text
    .replaceAll('{name}', id)
    .replaceAll('{node}', lastOf(cdev))
    .replaceAll('{group}', lastOf(group));
}

/** A path of a device, from its folder on where it does not begin with a slash. */
function ofDevice(world: World, text: string, name: string): string {
  const device = world.handles.get('device', name);
  const path = filled(text, device);
  if (path.startsWith('/')) return path;
  const bus = device.wish.bound === 'mdev' ? 'mdev' : 'pci';
  return `/sys/bus/${bus}/devices/${device.info.id}/${path}`;
}

/** Files of the machine, and what is written to them. */
export const files = {
  path: oneOf<string>(
    parameter(re(`file ${quoted}`), (text = '') => text),
    parameter(re(`file ${quoted} of device ${quoted}`), function (text = '', name = '') {
      return ofDevice(this, text, name);
    }),
    parameter(
      re(`the link to device ${quoted} in file ${quoted} of device ${quoted}`),
      function (link = '', text = '', name = '') {
        return `${ofDevice(this, text, name)}/${this.handles.get('device', link).info.id}`;
      },
    ),
    parameter(
      re(`file ${quoted} of the group of device ${quoted}`),
      function (text = '', name = '') {
        return ofDevice(this, `/sys/kernel/iommu_groups/{group}/${text}`, name);
      },
    ),
  ),
  text: oneOf<string>(
    parameter(re(quoted), (text = '') => text),
    parameter(re('a newline'), () => '\n'),
    parameter(re('(\\d+) letters'), (count) => 'x'.repeat(Number(count))),
    parameter(re(`the name of device ${quoted}`), function (name = '') {
      return this.handles.get('device', name).info.id;
    }),
  ),
};
