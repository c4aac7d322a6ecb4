import type { ErrnoName } from '#uapi/errno.ts';
import { vfioDevicePath, vfioGroupPath } from '#uapi/paths.ts';
import type { FileOperations } from '../file.ts';
import type { IommuGroup } from '../iommu/domain.ts';
import type { MachineDevice, MachineHardware } from '../machine-hardware.ts';
import type { Parts } from '../parts.ts';
import type { VfioDevice } from './device.ts';
import type { VfioGroup } from './group.ts';

/** vfio_main.c: the devices that vfio-pci drives, which are all that there are, and their nodes. VFIO-GRP-01 */
export class VfioCore {
  protected readonly parts: Parts;
  protected readonly hardware: MachineHardware;
  protected readonly devices = new WeakMap<MachineDevice, VfioDevice>();
  protected readonly groups = new WeakMap<IommuGroup, VfioGroup>();

  constructor(parts: Parts, hardware: MachineHardware) {
    this.parts = parts;
    this.hardware = hardware;
  }

  /** ENOENT for a path that is no node of VFIO. */
  open(path: string): FileOperations | ErrnoName {
    const { parts, hardware } = this;
    for (const device of hardware.devices) {
      if (path === vfioDevicePath(device.index)) {
        return new parts.DeviceCdev(this.deviceOf(device), new parts.VfioPci(parts, device));
      }
      if (path === vfioGroupPath(device.iommu.group.id)) return this.openGroup(device.iommu.group);
    }
    return 'ENOENT';
  }

  protected openGroup(iommuGroup: IommuGroup): FileOperations | ErrnoName {
    const { parts } = this;
    const group = this.groupOf(iommuGroup);
    const find = (name: string): VfioDevice | undefined => this.find(iommuGroup, name);
    return group.open() ?? new parts.GroupFile({ parts, group, find });
  }

  /** vfio_device_get_from_name() */
  protected find(group: IommuGroup, name: string): VfioDevice | undefined {
    const device = this.hardware.devices.find((other) => {
      return other.iommu.group === group && other.name === name;
    });
    return device && this.deviceOf(device);
  }

  protected deviceOf(hardware: MachineDevice): VfioDevice {
    const known = this.devices.get(hardware);
    if (known) return known;
    const device = new this.parts.VfioDevice(hardware, this.groupOf(hardware.iommu.group));
    this.devices.set(hardware, device);
    return device;
  }

  protected groupOf(iommuGroup: IommuGroup): VfioGroup {
    const known = this.groups.get(iommuGroup);
    if (known) return known;
    const group = new this.parts.VfioGroup(iommuGroup);
    this.groups.set(iommuGroup, group);
    return group;
  }
}
