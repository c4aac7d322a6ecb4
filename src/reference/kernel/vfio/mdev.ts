import { VFIO_DEVICE_STATE_RUNNING } from '#uapi/vfio/feature.ts';
import { Registers } from '../../hardware/registers.ts';
import type { IommuDevice } from '../iommu/domain.ts';
import { IdPool } from '../lib/id-pool.ts';
import type { VfioKernel } from './kernel.ts';
import type { PlacedBar, VfioHardware } from './hardware.ts';

/** Bytes of the configuration space, and of the registers of a port. */
const CONFIGURATION_SIZE = 256;
const PORT_SIZE = 8;
/** 4348:3253, a serial port; little endian. */
const VENDOR_AND_DEVICE = [0x48, 0x43, 0x53, 0x32];

/** What there is of one, whatever state of migration it is in: it survives whoever has it open. VFIO-MIG-18 22 */
export class SerialPort {
  readonly registers = new Registers(PORT_SIZE, []);
  /** VFIO_DEVICE_STATE_*. */
  migrationState = VFIO_DEVICE_STATE_RUNNING;
}

/** samples/vfio-mdev/mtty.c: a serial port that is nothing but the variables of its driver. */
export class MediatedDevice implements VfioHardware {
  readonly name: string;
  readonly sysPath: string;
  /** Of its name. */
  readonly number: number;
  index: number;
  readonly iommu: IommuDevice;
  readonly port = new SerialPort();
  readonly pci = {
    configuration: new Registers(CONFIGURATION_SIZE, VENDOR_AND_DEVICE),
    reset: (): void => undefined,
  };
  /** On no bus at all. */
  readonly bars: readonly PlacedBar[] = [
    { index: 0, kind: 'ports', address: 0n, window: this.port.registers },
  ];

  constructor(number: number, index: number, iommu: IommuDevice) {
    this.number = number;
    this.name = iommu.name;
    this.sysPath = `/devices/virtual/mtty/mtty/${iommu.name}`;
    this.index = index;
    this.iommu = iommu;
  }
}

/** drivers/vfio/mdev: the devices that were made by writing to `create`, until somebody writes to `remove`. */
export class MediatedDevices {
  readonly devices: MediatedDevice[] = [];
  protected readonly kernel: VfioKernel;
  protected readonly numbers = new IdPool(0);

  constructor(kernel: VfioKernel) {
    this.kernel = kernel;
  }

  /** mdev_device_create(), vfio_register_emulated_iommu_dev(): in a group that stands for no IOMMU. */
  create(): MediatedDevice {
    const { iommu, hardware } = this.kernel;
    const number = this.numbers.take();
    const fake = iommu.addFakeDevice(`mtty${number}`);
    const device = new MediatedDevice(number, hardware.indexes.take(), fake);
    this.devices.push(device);
    return device;
  }

  /** mdev_device_remove(), of one that nobody has open. */
  remove(name: string): void {
    const { iommu, hardware } = this.kernel;
    const at = this.devices.findIndex((device) => device.name === name);
    for (const device of this.devices.splice(at, at < 0 ? 0 : 1)) {
      iommu.removeDevice(device.iommu);
      hardware.indexes.release(device.index);
      this.numbers.release(device.number);
    }
  }
}
