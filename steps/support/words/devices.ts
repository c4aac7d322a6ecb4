import type { Driver } from '#port/device-wish.ts';

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
