import type { ErrnoName } from '#uapi/errno.ts';
import { vfioDevicePath, vfioGroupPath } from '#uapi/paths.ts';
import type { FileOperations } from '../file.ts';
import type { MachineDevice, MachineHardware } from '../machine-hardware.ts';
import type { Parts } from '../parts.ts';
import type { VfioDevice } from './device.ts';
import type { VfioGroup } from './group.ts';

/** vfio_main.c: the devices that vfio-pci drives, which are all that there are, and their nodes. VFIO-GRP-01 */
export class VfioCore {
  protected readonly parts: Parts;
  protected readonly hardware: MachineHardware;
  protected readonly devices = new WeakMap<MachineDevice, VfioDevice>();
  protected readonly groups = new WeakMap<object, VfioGroup>();

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
      if (path === vfioGroupPath(device.iommu.group.id)) return this.groupOf(device).open();
    }
    return 'ENOENT';
  }

  protected deviceOf(hardware: MachineDevice): VfioDevice {
    const known = this.devices.get(hardware);
    if (known) return known;
    const device = new this.parts.VfioDevice(hardware, this.groupOf(hardware));
    this.devices.set(hardware, device);
    return device;
  }

  protected groupOf({ iommu }: MachineDevice): VfioGroup {
    const known = this.groups.get(iommu.group);
    if (known) return known;
    const group = new this.parts.VfioGroup();
    this.groups.set(iommu.group, group);
    return group;
  }
}
