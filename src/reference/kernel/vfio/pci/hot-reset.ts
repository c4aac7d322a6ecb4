import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_GET_PCI_HOT_RESET_INFO,
  VFIO_DEVICE_PCI_HOT_RESET,
  VFIO_PCI_DEVID_NOT_OWNED,
  VFIO_PCI_DEVID_OWNED,
  VFIO_PCI_HOT_RESET_FLAG_DEV_ID,
  VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED,
  vfio_pci_dependent_device,
} from '#uapi/vfio/pci.ts';
import type { OpenFile } from '../../fs/file.ts';
import type { Task } from '../../fs/process.ts';
import { isErrno } from '../../lib/errno.ts';
import { loadArgument } from '../../mm/argument.ts';
import type { DeviceSet, DeviceSetMember } from '../device-set.ts';
import type { VfioHardware } from '../hardware.ts';
import type { VfioPciParts } from './parts.ts';
import type { PciFunction } from './pci-function.ts';

const FD_SIZE = 4;

/** vfio_pci_core.c: a reset of all that is on the bus of a device. */
export class VfioPciHotReset {
  protected readonly parts: VfioPciParts;
  protected readonly device: VfioHardware;
  protected readonly set: DeviceSet;

  constructor(parts: VfioPciParts, device: VfioHardware, set: DeviceSet) {
    this.parts = parts;
    this.device = device;
    this.set = set;
  }

  /** vfio_pci_ioctl_get_pci_hot_reset_info() VFIO-HOT-01 02 03 */
  getInfo(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO);
    if (isErrno(argument)) return argument;
    if (!this.canReset) return 'ENODEV';
    const { minSize } = VFIO_DEVICE_GET_PCI_HOT_RESET_INFO;
    const members = this.set.members();
    const room = Math.floor((argument.fields.argsz - minSize) / vfio_pci_dependent_device.size);
    if (members.length > room)
      return argument.respond({ flags: 0, count: members.length }, minSize) ?? 'ENOSPC';
    const { entries, flags } = this.describe(members);
    const error = argument.putAt(minSize, Buffer.concat(entries));
    return error ?? argument.respond({ flags, count: members.length }, minSize);
  }

  /** vfio_pci_ioctl_pci_hot_reset(): by groups, or by the iommufd that has all of them. VFIO-HOT-04 */
  reset(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_PCI_HOT_RESET);
    if (isErrno(argument)) return argument;
    const { flags, count } = argument.fields;
    if (flags !== 0 || (count !== 0) === this.isByNode) return 'EINVAL';
    if (!this.canReset) return 'ENODEV';
    if (count === 0) return this.resetAll((member) => this.ownership(member) !== undefined);
    const files = this.groupFiles(task, arg + BigInt(VFIO_DEVICE_PCI_HOT_RESET.minSize), count);
    if (isErrno(files)) return files;
    return this.resetAll((member) => files.some((file) => member.isOfGroup(file)));
  }

  /** vfio_pci_dev_set_try_reset(): the last one that is closed leaves them as after power-on. VFIO-RST2-07 */
  tryReset(): void {
    const members = this.set.members();
    if (!this.canReset || members.some(({ isOpen, isDriven }) => isOpen || !isDriven)) return;
    if (areLocked(members)) return;
    this.resetBus(members);
  }

  /** pci_probe_reset_bus() */
  protected get canReset(): boolean {
    return this.device.bus?.canReset === true;
  }

  protected get own(): DeviceSetMember | undefined {
    return this.set.members().find(({ hardware }) => hardware === this.device);
  }

  /** vfio_device_cdev_opened() */
  protected get isByNode(): boolean {
    return this.own?.iommufd !== undefined;
  }

  /** vfio_pci_fill_devs() */
  protected describe(members: readonly DeviceSetMember[]): {
    entries: Uint8Array[];
    flags: number;
  } {
    const isByNode = this.isByNode;
    const owners = members.map((member) => this.ownership(member));
    const entries = members.map(({ hardware }, index) => {
      const { id } = hardware.iommu.group;
      const owner = isByNode ? (owners[index] ?? VFIO_PCI_DEVID_NOT_OWNED) : id;
      return vfio_pci_dependent_device.pack({ group_id: owner, ...placeOf(hardware) });
    });
    if (!isByNode) return { entries, flags: 0 };
    const areOwned = owners.every((owner) => owner !== undefined);
    const owned = areOwned ? VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED : 0;
    return { entries, flags: VFIO_PCI_HOT_RESET_FLAG_DEV_ID | owned };
  }

  /** vfio_iommufd_get_dev_id(): its id, or that only its group is ours; undefined where it is another's or nobody's. */
  protected ownership(member: DeviceSetMember): number | undefined {
    const context = this.own?.iommufd;
    if (!context || !member.isDriven) return undefined;
    if (member.iommufd === context) return member.id;
    const isOfGroup = this.groupsOf(context).has(member.hardware.iommu.group);
    return member.iommufd === undefined && isOfGroup ? VFIO_PCI_DEVID_OWNED : undefined;
  }

  /** iommufd_ctx_has_group() */
  protected groupsOf(context: DeviceSetMember['iommufd']): ReadonlySet<unknown> {
    const bound = this.set.members().filter(({ iommufd }) => iommufd === context);
    return new Set(bound.map(({ hardware }) => hardware.iommu.group));
  }

  /** vfio_pci_ioctl_pci_hot_reset_groups(): no more of them than devices. VFIO-HOT-04 */
  protected groupFiles(task: Task, address: bigint, count: number): OpenFile[] | ErrnoName {
    if (count > this.set.members().length) return 'EINVAL';
    const bytes = task.memory.copyFromUser(address, count * FD_SIZE);
    if (isErrno(bytes)) return bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const files: OpenFile[] = [];
    for (let index = 0; index < count; index += 1) {
      const file = task.files.get(view.getInt32(FD_SIZE * index, true));
      if (isErrno(file)) return file;
      if (!(file.operations instanceof this.parts.vfio.GroupFile)) return 'EINVAL';
      files.push(file);
    }
    return files;
  }

  /** vfio_pci_dev_set_hot_reset() VFIO-HOT-05 VFIO-RST2-06 10 */
  protected resetAll(isAllowed: (member: DeviceSetMember) => boolean): ErrnoName | undefined {
    const members = this.set.members();
    if (!members.every((member) => member.isDriven && isAllowed(member))) return 'EINVAL';
    if (areLocked(members)) return 'EAGAIN';
    this.resetBus(members);
    return undefined;
  }

  /** pci_reset_bus(): what each has in its configuration space is saved and restored. */
  protected resetBus(members: readonly DeviceSetMember[]): void {
    const { PciFunction } = this.parts.vfioPci;
    const saved = members.map(({ hardware, events }) => {
      events?.beforeReset();
      const pci: PciFunction = new PciFunction(hardware);
      return { pci, state: pci.saveState(), events };
    });
    this.device.bus?.reset();
    for (const { pci, state, events } of saved) {
      pci.restoreState(state);
      events?.afterReset();
    }
  }
}

/** pci_bus_trylock(): somebody takes the driver of one of them away. */
function areLocked(members: readonly DeviceSetMember[]): boolean {
  return members.some(({ hardware }) => hardware.isLocked === true);
}

/** `0000:01:02.0`, as numbers. */
function placeOf({ name }: VfioHardware): { segment: number; bus: number; devfn: number } {
  const [segment = 0, bus = 0, slot = 0, number = 0] = name
    .split(/[:.]/)
    .map((part) => Number.parseInt(part, 16));
  return { segment, bus, devfn: (slot << 3) | number };
}
