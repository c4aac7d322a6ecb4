import { BRIDGE, CONVENTIONAL_SIZE, HEADER } from '#formats/pci-configuration.ts';
import { folder } from '../kernel/fs/sysfs.ts';
import type { Attribute, Folder, Stored } from '../kernel/fs/sysfs.ts';
import type { VfioHardware } from '../kernel/vfio/hardware.ts';
import type { PciFunction } from '../kernel/vfio/pci/pci-function.ts';
import type { Kernel } from './kernel.ts';
import type { MachineDevice } from './machine-hardware.ts';
import { groupFolder, vfioDriverFolder } from './sysfs.ts';
import { sriovFiles, virtualFunctionLinks } from './virtual-functions.ts';

/** alloc_chrdev_region(): any that is free will do. */
const VFIO_DEV_MAJOR = 511;

/** drivers/pci/pci-sysfs.c: what there is of a device of the bus. */
export function pciDeviceFolder(kernel: Kernel, device: MachineDevice): Folder {
  const pci = kernel.pci.of(device);
  const isBound = isDrivenByVfio(kernel, device);
  const own = folder({
    ...identityOf(device, pci),
    uevent: { show: () => `PCI_SLOT_NAME=${device.name}\n` },
    ...sriovFiles(kernel, device),
    config: { bytes: () => pci.read(0, pci.size) },
    driver: isBound ? vfioDriverFolder(kernel) : undefined,
    driver_override: overrideOf(kernel, device),
    iommu_group: groupFolder(kernel, device.iommu.group.id),
    'vfio-dev': vfioDevFolder(kernel, device),
    power: folder({
      runtime_status: { show: () => (pci.isSuspended ? 'suspended\n' : 'active\n') },
    }),
    power_state: { show: () => `${powerStateOf(pci)}\n` },
    remove: { store: (text) => remove(kernel, device, text) },
    ...resetOf(kernel, device, pci),
    '..': bridgeFolder(device),
  });
  const links = virtualFunctionLinks(kernel, device, (each) => pciDeviceFolder(kernel, each));
  return { lookup: (name) => own.lookup(name) ?? links.lookup(name) };
}

/** pci_write_config(): whoever may write the registers of a bridge resets what is behind it, and no driver is asked. VFIO-CFG-44 */
function bridgeFolder({ bus }: MachineDevice): Folder | undefined {
  if (!bus.canReset) return undefined;
  return folder({
    config: {
      bytes: () => {
        const bytes = new Uint8Array(CONVENTIONAL_SIZE);
        bytes[BRIDGE.control] = bus.control;
        return bytes;
      },
      write: (offset, bytes) => {
        const control = bytes[BRIDGE.control - offset];
        if (control !== undefined) bus.control = control;
      },
    },
  });
}

/** driver_sysfs_remove(): the links go before the driver waits. */
export function isDrivenByVfio({ hardware: { drivers } }: Kernel, device: MachineDevice): boolean {
  return drivers.driverOf(device) === 'vfio-pci' && !drivers.isLeaving(device);
}

/** mdev has no files of its own that anybody here looks at. */
export function vfioDevFolder(kernel: Kernel, device: VfioHardware): Folder {
  const node = `vfio${device.index}`;
  if (kernel.vfio.byNode(node) !== device) return folder({});
  return folder({ [node]: nodeFolder(device) });
}

/** vfio_device_add(): the number of the character device. VFIO-SYS-06 */
export function nodeFolder({ index: minor }: VfioHardware): Folder {
  return folder({
    dev: { show: () => `${VFIO_DEV_MAJOR}:${minor}\n` },
    uevent: {
      show: () => `MAJOR=${VFIO_DEV_MAJOR}\nMINOR=${minor}\nDEVNAME=vfio/devices/vfio${minor}\n`,
    },
  });
}

function hex(value: number, digits: number): Attribute {
  return { show: () => `0x${value.toString(16).padStart(digits, '0')}\n` };
}

function identityOf(
  { pciId }: MachineDevice,
  pci: PciFunction,
): Readonly<Record<string, Attribute>> {
  const [vendor, product] = pciId.split(' ');
  return {
    vendor: { show: () => `0x${vendor}\n` },
    device: { show: () => `0x${product}\n` },
    class: hex(pci.get(HEADER.revision, 4) >>> 8, 6),
  };
}

/** driver_override_store(), driver_override_show(). VFIO-SYS-04 */
function overrideOf({ hardware: { drivers } }: Kernel, device: MachineDevice): Attribute {
  return {
    show: () => `${drivers.overrideOf(device) ?? '(null)'}\n`,
    store: (text) => drivers.setOverride(device, text),
  };
}

/** pci_power_name(): what the kernel believes, without a look at the device. VFIO-SYS-09 */
function powerStateOf({ powerState }: PciFunction): string {
  return powerState === 3 ? 'D3hot' : `D${powerState}`;
}

/** pci_dev_reset_attr_is_visible(): there where a method was found when the device was. VFIO-SYS-07 */
function resetOf(
  kernel: Kernel,
  device: MachineDevice,
  pci: PciFunction,
): Readonly<Record<string, Attribute>> {
  if (pci.knownMethods.length === 0) return {};
  return {
    reset: { store: (text) => reset(kernel, device, text) },
    reset_method: {
      show: () => (pci.canReset ? `${pci.resetMethods.join(' ')}\n` : ''),
      store: (text) => pci.chooseMethods(text),
    },
  };
}

/** reset_store(): waits for the lock of the device; its user is not told. VFIO-SYS-07 08 VFIO-DBUF-10 */
function reset(kernel: Kernel, device: MachineDevice, text: string): Stored {
  if (Number(text) !== 1) return 'EINVAL';
  const pci = kernel.pci.of(device);
  const locked = kernel.hardware.drivers.whenUnlocked(device);
  return locked ? locked.then(() => pci.resetFunction()) : pci.resetFunction();
}

/** remove_store(): its driver lets it go, whenever that is. VFIO-SYS-12 */
function remove({ hardware }: Kernel, device: MachineDevice, text: string): Stored {
  if (Number.isNaN(Number(text))) return 'EINVAL';
  const waits = Number(text) === 0 ? undefined : hardware.drivers.detach(device);
  const forget = (): undefined => void hardware.forget(device);
  if (Number(text) === 0) return undefined;
  return waits ? waits.then(forget) : forget();
}
