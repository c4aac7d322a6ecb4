import { folderOf } from '../kernel/fs/sysfs.ts';
import type { Attribute, Folder, Stored } from '../kernel/fs/sysfs.ts';
import type { VfioPciSriov } from '../kernel/vfio/pci/sriov.ts';
import type { PciFunctions } from '../kernel/vfio/pci/pci-functions.ts';
import type { Kernel } from './kernel.ts';
import type { MachineDevice, MachineHardware } from './machine-hardware.ts';
import type { Parts } from './parts.ts';

export type Sriov = VfioPciSriov<MachineDevice>;

/** What vfio-pci makes of devices of this machine, while it may. */
export function sriovOf(
  parts: Parts,
  hardware: MachineHardware,
  pci: PciFunctions,
  parameters: { readonly enableSriov: boolean },
): Sriov {
  const { drivers } = hardware;
  const bus = {
    of: (owner: MachineDevice) => pci.of(owner),
    add: (owner: MachineDevice) =>
      hardware.plug({ virtualFunction: true, iommu: owner.host, owner }),
    release: (device: MachineDevice) => drivers.detach(device),
    remove: (device: MachineDevice) => hardware.unplug(device),
  };
  const isAllowed = (owner: MachineDevice): boolean =>
    parameters.enableSriov && drivers.driverOf(owner) === 'vfio-pci';
  return new parts.vfioPci.VfioPciSriov(bus, isAllowed);
}

/** sriov_numvfs and its neighbours; nothing of a device that has no virtual functions. VFIO-SYS-10 */
export function sriovFiles(
  { sriov, hardware: { drivers } }: Kernel,
  device: MachineDevice,
): Readonly<Record<string, Attribute>> {
  const total = sriov.totalOf(device);
  if (total === 0) return {};
  return {
    sriov_totalvfs: { show: () => `${total}\n` },
    sriov_numvfs: {
      show: () => `${sriov.countOf(device)}\n`,
      store(text): Stored {
        const count = u16(text);
        if (count === undefined) return 'EINVAL';
        const stored = sriov.configure(device, count);
        if (!(stored instanceof Promise)) return stored;
        return drivers.lockUntil(device, stored).then(() => undefined);
      },
    },
  };
}

/** kstrtou16(), in any of the bases of C: undefined where that fails. */
function u16(text: string): number | undefined {
  const [, digits] = /^\+?(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)\n?$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = Number(digits.replace(/^0(?=[0-7])/, '0o'));
  return value > 0xffff ? undefined : value;
}

/** virtfn0 and so on: links to them. */
export function virtualFunctionLinks(
  { sriov }: Kernel,
  device: MachineDevice,
  folderFor: (each: MachineDevice) => Folder,
): Folder {
  const find = (name: string): MachineDevice | undefined => {
    const [, number] = /^virtfn(\d+)$/.exec(name) ?? [];
    return number === undefined ? undefined : sriov.functionOf(device, Number(number));
  };
  return folderOf(find, folderFor);
}
