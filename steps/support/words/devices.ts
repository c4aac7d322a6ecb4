import { everyDeviceVariety, type DeviceDriver, type DeviceVariety } from '#port/bench.ts';
import { MOCK_FLAGS_DEVICE_NO_DIRTY, MOCK_FLAGS_DEVICE_PASID } from '#uapi/iommufd/selftest.ts';

import type { DeviceHandle } from '../handles.ts';
import { named, oneOf, parameter, quoted, re, type ParameterType } from './parameter.ts';

export interface NewDevice {
  readonly name: string;
  readonly beside: DeviceHandle | undefined;
  readonly variety: DeviceVariety | undefined;
  /** MOCK_FLAGS_DEVICE_*: what a mock device has and lacks. */
  readonly flags: number;
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
    re(
      `a device ${quoted}(?: in the group of device ${quoted})?( with PASIDs)?( without dirty tracking)?(?: that (${everyDeviceVariety.join('|')}))?`,
    ),
    function (name, beside, pasids, clean, variety): NewDevice {
      return {
        name: name ?? '',
        variety: variety as DeviceVariety | undefined,
        beside: beside === undefined ? undefined : this.handles.get('device', beside),
        flags:
          (pasids === undefined ? 0 : MOCK_FLAGS_DEVICE_PASID) |
          (clean === undefined ? 0 : MOCK_FLAGS_DEVICE_NO_DIRTY),
      };
    },
  ),
  driver: parameter(/(the host|VFIO)/, (text): DeviceDriver => (text === 'VFIO' ? 'vfio' : 'host')),
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
