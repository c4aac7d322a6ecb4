import { Registers } from '../../hardware/registers.ts';
import type { IommuDevice } from '../iommu/domain.ts';
import type { VfioKernel } from './kernel.ts';
import type { PlacedBar, VfioHardware } from './hardware.ts';

/** Bytes of the configuration space, and of the registers of a port. */
const CONFIGURATION_SIZE = 256;
const PORT_SIZE = 8;
/** 4348:3253, a serial port; little endian. */
const VENDOR_AND_DEVICE = [0x48, 0x43, 0x53, 0x32];

/** samples/vfio-mdev/mtty.c: a serial port that is nothing but the variables of its driver. */
export class MediatedDevice implements VfioHardware {
  readonly name: string;
  readonly index: number;
  readonly iommu: IommuDevice;
  readonly pci = {
    configuration: new Registers(CONFIGURATION_SIZE, VENDOR_AND_DEVICE),
    reset: (): void => undefined,
  };
  /** On no bus at all. */
  readonly bars: readonly PlacedBar[] = [
    { index: 0, kind: 'ports', address: 0n, window: new Registers(PORT_SIZE, []) },
  ];

  constructor(index: number, iommu: IommuDevice) {
    this.name = iommu.name;
    this.index = index;
    this.iommu = iommu;
  }
}

/** drivers/vfio/mdev: the devices that were made by writing to `create`. They stay. */
export class MediatedDevices {
  readonly devices: MediatedDevice[] = [];
  protected readonly kernel: VfioKernel;

  constructor(kernel: VfioKernel) {
    this.kernel = kernel;
  }

  /** mdev_device_create(), vfio_register_emulated_iommu_dev(): in a group that stands for no IOMMU. */
  create(): MediatedDevice {
    const { iommu, hardware } = this.kernel;
    const fake = iommu.addFakeDevice(`mtty${this.devices.length}`);
    const device = new MediatedDevice(hardware.indexes.take(), fake);
    this.devices.push(device);
    return device;
  }
}
