import type { ErrnoName } from '#uapi/errno.ts';
import { SRIOV } from '#formats/pcie-capabilities.ts';
import { ExtendedCapability } from '#formats/pcie-capabilities.ts';
import { folderOf } from '../kernel/fs/sysfs.ts';
import type { Attribute, Folder, Stored } from '../kernel/fs/sysfs.ts';
import type { Kernel } from './kernel.ts';
import type { MachineDevice } from './machine-hardware.ts';

/** drivers/pci/iov.c: those of each physical function, which are devices of their own. */
const made = new WeakMap<MachineDevice, readonly MachineDevice[]>();

export function virtualFunctionsOf(device: MachineDevice): readonly MachineDevice[] {
  return made.get(device) ?? [];
}

/** sriov_numvfs and its neighbours; nothing of a device that has no virtual functions. VFIO-CFG-24 */
export function sriovFiles(
  kernel: Kernel,
  device: MachineDevice,
): Readonly<Record<string, Attribute>> {
  const total = totalOf(kernel, device);
  if (total === 0) return {};
  return {
    sriov_totalvfs: { show: () => `${total}\n` },
    sriov_numvfs: {
      show: () => `${virtualFunctionsOf(device).length}\n`,
      store: (text) => setCount(kernel, device, Number(text)),
    },
  };
}

/** virtfn0 and so on: links to them. */
export function virtualFunctionLinks(
  device: MachineDevice,
  folderFor: (each: MachineDevice) => Folder,
): Folder {
  const find = (name: string): MachineDevice | undefined => {
    const [, number] = /^virtfn(\d+)$/.exec(name) ?? [];
    return number === undefined ? undefined : virtualFunctionsOf(device)[Number(number)];
  };
  return folderOf(find, folderFor);
}

function sriovAt(kernel: Kernel, device: MachineDevice): number {
  return kernel.pci.of(device).findExtended(ExtendedCapability.Sriov);
}

function totalOf(kernel: Kernel, device: MachineDevice): number {
  const at = sriovAt(kernel, device);
  return at === 0 ? 0 : kernel.pci.of(device).get(at + SRIOV.total, 2);
}

/** sriov_numvfs_store(), vfio_pci_core_sriov_configure(): some become none, or none some. */
function setCount(kernel: Kernel, device: MachineDevice, count: number): Stored {
  const { drivers } = kernel.hardware;
  const present = virtualFunctionsOf(device);
  if (Number.isNaN(count)) return 'EINVAL';
  if (count > totalOf(kernel, device)) return 'ERANGE';
  if (count === present.length) return undefined;
  if (drivers.driverOf(device) !== 'vfio-pci') return 'ENOENT';
  if (count === 0) return remove(kernel, device);
  return present.length > 0 ? 'EBUSY' : add(kernel, device, count);
}

function add(kernel: Kernel, device: MachineDevice, count: number): ErrnoName | undefined {
  tell(kernel, device, count);
  const options = { virtualFunction: true, iommu: device.host, owner: device };
  made.set(
    device,
    Array.from({ length: count }, () => kernel.hardware.plug(options)),
  );
  return undefined;
}

/** pci_disable_sriov(): waits for whoever has one of them open. */
function remove(kernel: Kernel, device: MachineDevice): Stored {
  const present = virtualFunctionsOf(device);
  const waits = present.flatMap((each) => kernel.hardware.drivers.detach(each) ?? []);
  const end = (): undefined => {
    for (const each of present) kernel.hardware.unplug(each);
    made.delete(device);
    return tell(kernel, device, 0);
  };
  return waits.length === 0 ? end() : Promise.all(waits).then(end);
}

/** What the device is told of it. */
function tell(kernel: Kernel, device: MachineDevice, count: number): undefined {
  const [pci, at] = [kernel.pci.of(device), sriovAt(kernel, device)];
  pci.set(at + SRIOV.count, 2, count);
  pci.set(at + SRIOV.control, 2, count > 0 ? SRIOV.Enable | SRIOV.Memory : 0);
  pci.virtualFunctions = count;
}
