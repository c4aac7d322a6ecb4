import type { InterruptController } from '../../hardware/interrupt-controller.ts';
import type { PciDevice } from '../../hardware/pci/pci-device.ts';
import type { IommuDevice } from '../iommu/domain.ts';

/** What VFIO has to know of a device, be it one of the machine or one that a driver makes up. */
export interface VfioHardware {
  /** In sysfs. */
  readonly name: string;
  /** Of its VFIO character device: the lowest that was free. */
  readonly index: number;
  readonly pci: Pick<PciDevice, 'configuration' | 'bar0' | 'isMemoryEnabled'>;
  /** Where BAR 0 is on the bus. */
  readonly bar0: bigint;
  readonly iommu: IommuDevice;
  /** Of the machine; a device that is made up has none. */
  readonly controller?: InterruptController;
  /** The line that its pin is soldered to. */
  readonly irq?: number;
}
