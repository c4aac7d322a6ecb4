import type { DeviceRegion } from '../../hardware/bus.ts';
import type { IommuDevice } from '../iommu/domain.ts';

/** What VFIO has to know of a device, be it one of the machine or one that a driver makes up. */
export interface VfioHardware {
  /** Of its VFIO character device: the lowest that was free. */
  readonly index: number;
  readonly pci: { readonly configuration: DeviceRegion; readonly bar0: DeviceRegion };
  readonly iommu: IommuDevice;
}
