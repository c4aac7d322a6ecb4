import type { ErrnoName } from '#uapi/errno.ts';
import { noiommuDevicePath, noiommuGroupPath, vfioDevicePath, vfioGroupPath } from '#uapi/paths.ts';
import type { BusDevice } from '../base/driver-core.ts';
import type { FileOperations } from '../fs/file.ts';
import type { IommuGroup } from '../iommu/domain.ts';
import type { Task } from '../fs/process.ts';
import type { VfioDevice } from './device.ts';
import type { DeviceSetMember } from './device-set.ts';
import type { VfioGroup } from './group.ts';
import type { VfioHardware } from './hardware.ts';
import type { VfioKernel } from './kernel.ts';
import { MediatedDevice } from './mdev.ts';
import type { MediatedDevices } from './mdev.ts';

/** vfio_main.c: the devices that vfio-pci drives, and their nodes. VFIO-GRP-01 */
export class VfioCore {
  /** Those that a driver makes up. */
  readonly mediated: MediatedDevices;
  /** enable_unsafe_noiommu_mode, a parameter of the module. */
  unsafeNoiommuMode = false;
  protected readonly kernel: VfioKernel;
  protected readonly devices = new WeakMap<VfioHardware, VfioDevice>();
  protected readonly groups = new WeakMap<IommuGroup, VfioGroup>();
  protected readonly noiommu = new WeakSet<VfioHardware>();
  /** Those that are taken away, while somebody has them open. */
  protected readonly leaving = new WeakSet<VfioHardware>();

  constructor(kernel: VfioKernel) {
    this.kernel = kernel;
    this.mediated = new kernel.parts.vfio.MediatedDevices(kernel);
    kernel.hardware.drivers.register({
      probe: (device) => this.register(device),
      remove: (device) => this.unregister(device),
    });
  }

  /**
   * __vfio_register_dev(), for a device that has no IOMMU: EINVAL, unless noiommu mode is on at that moment. Such a device
   * has no node, so that nobody can bind it. DEV-15
   */
  probe(device: VfioHardware): ErrnoName | undefined {
    this.noiommu.delete(device);
    if (!this.unsafeNoiommuMode) return 'EINVAL';
    this.noiommu.add(device);
    return undefined;
  }

  /** vfio_init_device_cdev(): the lowest number that is free. Whether it takes one without an IOMMU, probe() says. VFIO-SYS-06 */
  protected register(device: BusDevice): undefined {
    const { devices, indexes } = this.kernel.hardware;
    const hardware = devices.find((each) => each === device);
    if (!hardware) return;
    hardware.pinIsMaskedByLine = this.kernel.parameters.noIntxMask;
    if (hardware.index < 0) hardware.index = indexes.take();
  }

  /**
   * vfio_pci_core_unregister_device(): its virtual functions go first. Its node goes at once; whoever has it open is asked for
   * it, and keeps it until it is closed. VFIO-SYS-06 10 VFIO-INT-25
   */
  protected unregister(device: BusDevice): Promise<void> | undefined {
    const hardware = this.kernel.hardware.devices.find((each) => each === device);
    if (!hardware) return undefined;
    const without = this.kernel.sriov.disable(hardware);
    return without ? without.then(() => this.leave(hardware)) : this.leave(hardware);
  }

  protected leave(hardware: VfioHardware): Promise<void> | undefined {
    const over = this.devices.get(hardware)?.unregister();
    if (!over) return this.forget(hardware);
    this.leaving.add(hardware);
    return over.then(() => this.forget(hardware));
  }

  protected forget(hardware: VfioHardware): undefined {
    this.leaving.delete(hardware);
    this.devices.delete(hardware);
    if (hardware.index >= 0) this.kernel.hardware.indexes.release(hardware.index);
    hardware.index = -1;
  }

  /** The device of that number, as /sys/class/vfio-dev shows it. VFIO-SYS-06 */
  byNode(name: string): VfioHardware | undefined {
    return [...this.all()].find((hardware) => nodesOf(hardware).device.endsWith(`/${name}`));
  }

  /** ENOENT for a path that is no node of VFIO; EPERM. NOIO-01 */
  open(path: string, task: Task): FileOperations | ErrnoName {
    for (const hardware of this.all()) {
      const nodes = nodesOf(hardware);
      if (path !== nodes.device && path !== nodes.group) continue;
      if (!this.mayOpen(hardware, task)) return 'EPERM';
      return path === nodes.device ? this.openDevice(hardware) : this.openGroup(hardware);
    }
    return 'ENOENT';
  }

  /** Those that have nodes. */
  protected *all(): Generator<VfioHardware> {
    for (const device of this.kernel.hardware.devices) {
      if (this.drives(device) && !this.leaving.has(device)) yield device;
    }
    yield* this.mediated.devices;
  }

  /** Has it the driver of VFIO, and did VFIO take it? */
  protected drives(device: VfioHardware & BusDevice): boolean {
    if (this.kernel.hardware.drivers.driverOf(device) !== 'vfio-pci') return false;
    return !device.iommu.iommu.isAbsent || this.noiommu.has(device);
  }

  /** Nothing stands between a device in noiommu mode and the memory of everyone. NOIO-01 VFIO-GRP-04 */
  protected mayOpen(hardware: VfioHardware, task: Task): boolean {
    return !isNoiommu(hardware) || task.capabilities.has('SYS_RAWIO');
  }

  protected openDevice(hardware: VfioHardware): FileOperations {
    return new this.kernel.parts.vfio.DeviceCdev(this.deviceOf(hardware));
  }

  protected openGroup(hardware: VfioHardware): FileOperations | ErrnoName {
    const { parts } = this.kernel;
    const group = this.groupOf(hardware);
    const find = (name: string): VfioDevice | ErrnoName => this.find(hardware.iommu.group, name);
    return group.open() ?? new parts.vfio.GroupFile({ parts, group, find });
  }

  /** vfio_device_get_from_name(): ENODEV, or what the first one says that is meant and does not like the options. */
  protected find(group: IommuGroup, name: string): VfioDevice | ErrnoName {
    for (const hardware of this.all()) {
      if (hardware.iommu.group !== group) continue;
      const device = this.deviceOf(hardware);
      const matches = device.match(name);
      if (matches) return matches === true ? device : matches;
    }
    return 'ENODEV';
  }

  protected deviceOf(hardware: VfioHardware): VfioDevice {
    const known = this.devices.get(hardware);
    if (known) return known;
    const { VfioDevice: Physical, EmulatedDevice: Emulated } = this.kernel.parts.vfio;
    const Device = hardware instanceof MediatedDevice ? Emulated : Physical;
    const { parts, openDevice } = this.kernel;
    const group = this.groupOf(hardware);
    const set = { members: () => this.membersOf(hardware) };
    const device = new Device({ parts, openDevice, hardware, group, set });
    this.devices.set(hardware, device);
    return device;
  }

  /** vfio_assign_device_set(): all that is on its bus, whoever drives it. */
  protected membersOf({ bus }: VfioHardware): readonly DeviceSetMember[] {
    const { devices } = this.kernel.hardware;
    return devices
      .filter((device) => bus !== undefined && device.bus === bus)
      .map((device) => (this.drives(device) ? this.deviceOf(device).member : strangerAt(device)));
  }

  protected groupOf(hardware: VfioHardware): VfioGroup {
    const { group: iommuGroup } = hardware.iommu;
    const known = this.groups.get(iommuGroup);
    if (known) return known;
    const group = new this.kernel.parts.vfio.VfioGroup(iommuGroup, kindOf(hardware));
    this.groups.set(iommuGroup, group);
    return group;
  }
}

/** A device that VFIO does not drive. */
function strangerAt(hardware: VfioHardware): DeviceSetMember {
  const isNothing = { isDriven: false, isOpen: false, iommufd: undefined, id: undefined };
  return { hardware, ...isNothing, isOfGroup: () => false, events: undefined };
}

/** A mediated device has no IOMMU either, and does no DMA. */
function isNoiommu(hardware: VfioHardware): boolean {
  return hardware.iommu.iommu.isAbsent === true && !(hardware instanceof MediatedDevice);
}

/** enum vfio_group_type */
function kindOf(hardware: VfioHardware): VfioGroup['kind'] {
  if (hardware instanceof MediatedDevice) return 'emulated';
  return isNoiommu(hardware) ? 'noiommu' : 'iommu';
}

/** Paths of the character device, and of the group. */
export function nodesOf(hardware: VfioHardware): {
  readonly device: string;
  readonly group: string;
} {
  const { index, iommu } = hardware;
  const [device, group] = isNoiommu(hardware)
    ? [noiommuDevicePath, noiommuGroupPath]
    : [vfioDevicePath, vfioGroupPath];
  return { device: device(index), group: group(iommu.group.id) };
}
