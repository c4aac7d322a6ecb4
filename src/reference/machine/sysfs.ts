import type { IommuGroup, ReservedRegion } from '../kernel/iommu/domain.ts';
import { folder, folderOf } from '../kernel/fs/sysfs.ts';
import type { Attribute, Folder, Stored, SysfsEntry } from '../kernel/fs/sysfs.ts';
import type { Task } from '../kernel/fs/process.ts';
import type { Kernel } from './kernel.ts';
import type { MachineDevice } from './machine-hardware.ts';
import { isDrivenByVfio, nodeFolder, pciDeviceFolder, vfioDevFolder } from './sysfs-device.ts';

/** /sys, as far as a user of VFIO looks at it. */
export function sysfsOf(kernel: Kernel): Folder {
  const devices = folderOf(deviceNamed(kernel), (device) => pciDeviceFolder(kernel, device));
  const mediated = (name: string) =>
    kernel.vfio.mediated.devices.find((each) => each.name === name);
  const mdevs = folderOf(mediated, ({ sysPath }) => pathFolder(kernel, sysPath) ?? folder({}));
  const nodes = folderOf((name) => kernel.vfio.byNode(name), nodeFolder);
  return folder({
    devices: { lookup: (name) => pathFolder(kernel, `/devices/${name}`) },
    bus: folder({ pci: pciBusFolder(kernel, devices), mdev: folder({ devices: mdevs }) }),
    class: folder({ 'vfio-dev': nodes }),
    kernel: folder({
      iommu_groups: { lookup: (name) => groupFolder(kernel, Number(name)) },
    }),
  });
}

/** /sys/devices: each device is where its bus is. */
function pathFolder(kernel: Kernel, path: string): SysfsEntry | undefined {
  const { hardware, vfio } = kernel;
  const device = hardware.devices.find(({ sysPath }) => sysPath === path);
  if (device) return pciDeviceFolder(kernel, device);
  const mediated = vfio.mediated.devices.find(({ sysPath }) => sysPath === path);
  if (mediated) return folder({ 'vfio-dev': vfioDevFolder(kernel, mediated) });
  const all = [...hardware.devices, ...vfio.mediated.devices];
  if (!all.some(({ sysPath }) => sysPath.startsWith(`${path}/`))) return undefined;
  return { lookup: (name) => pathFolder(kernel, `${path}/${name}`) };
}

function deviceNamed({ hardware }: Kernel): (name: string) => MachineDevice | undefined {
  return (name) => hardware.devices.find((device) => device.name === name);
}

/** drivers/base/bus.c */
function pciBusFolder(kernel: Kernel, devices: Folder): Folder {
  const { drivers } = kernel.hardware;
  return folder({
    devices,
    drivers: folder({ 'vfio-pci': vfioDriverFolder(kernel) }),
    drivers_probe: {
      store: (text) => withDevice(kernel, text, 'EINVAL', (device) => void drivers.offer(device)),
    },
    rescan: { store: (text) => void (Number(text) === 1 && kernel.hardware.rescan()) },
  });
}

/** drivers/base/bus.c, drivers/pci/pci-driver.c: vfio-pci, with links to what it has. VFIO-SYS-04 05 */
export function vfioDriverFolder(kernel: Kernel): Folder {
  const { hardware } = kernel;
  const { drivers } = hardware;
  const has = (device: MachineDevice): boolean => drivers.driverOf(device) === 'vfio-pci';
  const files: Readonly<Record<string, Attribute>> = {
    bind: {
      store: (text) =>
        withDevice(kernel, text, 'ENODEV', (device) => drivers.attach(device, 'vfio-pci')),
    },
    unbind: {
      store: (text) =>
        withDevice(kernel, text, 'ENODEV', (device) =>
          has(device) ? drivers.detach(device)?.then(() => undefined) : 'ENODEV',
        ),
    },
    new_id: { store: (text) => withId(text, (id) => drivers.addId(id, hardware.devices)) },
    remove_id: { store: (text) => withId(text, (id) => drivers.removeId(id)) },
  };
  const links = folderOf(deviceNamed(kernel), (device) => pciDeviceFolder(kernel, device));
  return {
    lookup(name): SysfsEntry | undefined {
      const device = deviceNamed(kernel)(name);
      const isLinked = device && isDrivenByVfio(kernel, device);
      return files[name] ?? (isLinked ? links.lookup(name) : undefined);
    },
  };
}

/** bus_find_device_by_name() */
function withDevice(
  kernel: Kernel,
  text: string,
  missing: 'ENODEV' | 'EINVAL',
  store: (device: MachineDevice) => Stored,
): Stored {
  const device = deviceNamed(kernel)(text.trimEnd());
  return device ? store(device) : missing;
}

/** Two numbers without `0x`. */
function withId(text: string, store: (id: string) => Stored): Stored {
  const [, vendor, device] = /^\s*([0-9a-f]{1,8})\s+([0-9a-f]{1,8})\b/i.exec(text) ?? [];
  if (vendor === undefined || device === undefined) return 'EINVAL';
  return store([vendor, device].map((each) => each.toLowerCase().padStart(4, '0')).join(' '));
}

/** drivers/iommu/iommu.c: a group with links to its devices. VFIO-SYS-01 02 03 */
export function groupFolder(kernel: Kernel, id: number): Folder | undefined {
  const all = [...kernel.hardware.devices, ...kernel.vfio.mediated.devices];
  const group = all.find((device) => device.iommu.group.id === id)?.iommu.group;
  if (!group) return undefined;
  const names = group.devices.map(({ name }) => [name, folder({})] as const);
  return folder({
    type: {
      show: () => `${group.type}\n`,
      store: (text, task) => setType(group, text, task),
    },
    reserved_regions: { show: () => showRegions(group) },
    devices: folder(Object.fromEntries(names)),
  });
}

/** iommu_group_store_type(): for who may do anything to the machine. VFIO-SYS-01 */
function setType(group: IommuGroup, text: string, { capabilities }: Task): Stored {
  if (!capabilities.has('SYS_ADMIN') || !capabilities.has('SYS_RAWIO')) return 'EACCES';
  return group.setType(text.replace(/\n$/, ''));
}

/** iommu_group_resv_type_string: how a region is called there. */
const regionWords: Readonly<Record<ReservedRegion['type'], string>> = {
  direct: 'direct',
  'direct-relaxable': 'direct-relaxable',
  reserved: 'reserved',
  msi: 'msi',
  'sw-msi': 'msi',
};

/** iommu_group_show_resv_regions(): the same of two devices is one. VFIO-SYS-03 */
function showRegions({ devices }: IommuGroup): string {
  const address = (value: bigint): string => `0x${value.toString(16).padStart(16, '0')}`;
  const lines = devices
    .flatMap((device) => device.reservedRegions())
    .map(({ first, last, type }) => `${address(first)} ${address(last)} ${regionWords[type]}\n`);
  return [...new Set(lines)].sort().join('');
}
