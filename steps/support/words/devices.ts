import type { Driver } from '#port/device-wish.ts';
import { O_RDONLY, O_RDWR, O_WRONLY } from '#uapi/mman.ts';

import type { DeviceHandle } from '../handles.ts';
import { named, oneOf, parameter, quoted, re, type ParameterType } from './parameter.ts';
import { shortForms, wishFor, type WishInWords } from './wishes.ts';

export interface NewDevice {
  readonly name: string;
  readonly wish: WishInWords;
}

/** What is opened of a VFIO device. */
interface DeviceNode {
  readonly device: DeviceHandle;
  readonly way: 'itself' | 'group' | 'through group';
  /** O_ACCMODE of the file, where it is not both. */
  readonly access?: number;
}

/** A device, or one PASID of it. */
export interface Requester {
  readonly device: DeviceHandle;
  readonly pasid: number | undefined;
}

function node(text: string, way: DeviceNode['way']): ParameterType<DeviceNode> {
  return parameter(re(text), function (name) {
    return { device: this.handles.get('device', name), way };
  });
}

const device = named('device', 'device');
const accesses: Readonly<Record<string, number>> = { read: O_RDONLY, write: O_WRONLY };

export const devices = {
  device,
  newDevice: parameter(
    re(`a device ${quoted}(?: in the group of device ${quoted})?(?: (${shortForms.join('|')}))?`),
    (name, beside, words): NewDevice => ({ name: name ?? '', wish: wishFor(beside, words) }),
  ),
  driver: parameter(/(vfio-pci|the host's driver)/, (text): Driver =>
    text === 'vfio-pci' ? text : 'host',
  ),
  node: oneOf<DeviceNode>(
    node(`device ${quoted}`, 'itself'),
    parameter(re(`device ${quoted} (read|write)-only`), function (name, access = '') {
      const device = this.handles.get('device', name);
      return { device, way: 'itself', access: accesses[access] ?? O_RDWR };
    }),
    node(`the group of device ${quoted}`, 'group'),
    node(`device ${quoted} through its group`, 'through group'),
  ),
  requester: parameter(
    re(`(?:PASID (\\d+) of )?device ${quoted}`),
    function (pasid, name): Requester {
      return {
        device: this.handles.get('device', name),
        pasid: pasid === undefined ? undefined : Number(pasid),
      };
    },
  ),
  sight: parameter(/(sees|does not see)/, (text): boolean => text === 'sees'),
};
