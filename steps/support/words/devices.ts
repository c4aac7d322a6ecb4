import { everyDeviceVariety, type DeviceDriver, type DeviceVariety } from '#port/bench.ts';
import { MOCK_FLAGS_DEVICE_NO_DIRTY, MOCK_FLAGS_DEVICE_PASID } from '#uapi/iommufd/selftest.ts';

import type { DeviceHandle } from '../handles.ts';
import { parameter, quoted, re } from './parameter.ts';

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

export const devices = {
  device: parameter(re(`device ${quoted}`), function (name): DeviceHandle {
    return this.handles.get('device', name ?? '');
  }),
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
  node: parameter(
    re(`(the group of )?device ${quoted}( through its group)?`),
    function (group, name, through): DeviceNode {
      const device = this.handles.get('device', name ?? '');
      return { device, way: group ? 'group' : through ? 'through group' : 'itself' };
    },
  ),
  requester: parameter(
    re(`(?:PASID (\\d+) of )?device ${quoted}`),
    function (pasid, name): Requester {
      return {
        device: this.handles.get('device', name ?? ''),
        pasid: pasid === undefined ? undefined : Number(pasid),
      };
    },
  ),
  sight: parameter(/(sees|does not see)/, (text): boolean => text === 'sees'),
};
