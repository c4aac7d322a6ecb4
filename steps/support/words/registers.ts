import {
  VFIO_PCI_CONFIG_REGION_INDEX,
  VFIO_PCI_ROM_REGION_INDEX,
  VFIO_PCI_VGA_REGION_INDEX,
} from '#uapi/vfio/pci.ts';

import type { DeviceRegister } from '../calls/device-registers.ts';
import { partOf, registerNamed } from '../guest/pci-registers.ts';
import type { DeviceHandle } from '../handles.ts';
import { oneOf, parameter, quoted, re, size } from './parameter.ts';

/** A region of a device, from some byte on. */
export interface RegionSpot {
  readonly device: DeviceHandle;
  readonly index: number;
  /** Bytes. */
  readonly offset: bigint;
}

const regions: Readonly<Record<string, number>> = {
  'the ROM': VFIO_PCI_ROM_REGION_INDEX,
  'the configuration space': VFIO_PCI_CONFIG_REGION_INDEX,
  'the VGA range': VFIO_PCI_VGA_REGION_INDEX,
};

/** Pieces of a register that is written or looked at in part; bytes. */
const widths: Readonly<Record<string, number>> = { byte: 1, word: 2 };

export const registers = {
  register: oneOf<DeviceRegister>(
    parameter(re(`([A-Z][A-Z0-9_]+) of device ${quoted}`), function (name = '', device = '') {
      return { device: this.handles.get('device', device), register: registerNamed(name) };
    }),
    parameter(
      re(`(byte|word) (\\d) of ([A-Z][A-Z0-9_]+) of device ${quoted}`),
      function (piece = '', index, name = '', device = '') {
        const register = partOf(registerNamed(name), widths[piece] ?? 0, Number(index));
        return { device: this.handles.get('device', device), register };
      },
    ),
  ),
  region: parameter(
    re(
      `((?:BAR|region) \\d+|the ROM|the configuration space|the VGA range) of device ${quoted}(?: \\+ (${size}))?`,
    ),
    function (name = '', device = '', offset): RegionSpot {
      return {
        device: this.handles.get('device', device),
        index: regions[name] ?? Number(name.split(' ')[1]),
        offset: offset === undefined ? 0n : this.size(offset),
      };
    },
  ),
  capabilityList: parameter(
    /(capabilities|extended capabilities)/,
    (text): boolean => text !== 'capabilities',
  ),
  adjustment: parameter(/(sets|clears)/, (text): 'sets' | 'clears' => text as 'sets'),
  transfer: parameter(/(fetch|put)/, (text): 'fetch' | 'put' => text as 'fetch'),
  signal: parameter(/(SIGBUS|SIGSEGV)/, (text): 'SIGBUS' | 'SIGSEGV' => text as 'SIGBUS'),
};
