import type { IommufdDevice } from './device.ts';
import { IommufdObject } from './object.ts';
import type { Viommu } from './viommu.ts';

export interface VdeviceOptions {
  readonly viommu: Viommu;
  readonly device: IommufdDevice;
  /** The number that the guest knows the device by. */
  readonly virtualId: bigint;
}

/** viommu.c: struct iommufd_vdevice: a device as the guest of a virtual IOMMU knows it. OBJ-15 18 VDEV-03 05 07 */
export class Vdevice extends IommufdObject {
  readonly viommu: Viommu;
  readonly device: IommufdDevice;
  readonly virtualId: bigint;

  constructor(id: number, { viommu, device, virtualId }: VdeviceOptions) {
    super(id);
    this.viommu = viommu;
    this.device = device;
    this.virtualId = virtualId;
    viommu.users++;
    viommu.devices.set(virtualId, this);
    device.vdevice = this;
  }

  override destroy(): void {
    this.device.vdevice = undefined;
    this.viommu.devices.delete(this.virtualId);
    this.viommu.users--;
  }
}
