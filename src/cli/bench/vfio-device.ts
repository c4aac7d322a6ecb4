import { O_RDWR } from '#uapi/mman.ts';
import {
  VFIO_DEVICE_BIND_IOMMUFD,
  VFIO_DEVICE_GET_REGION_INFO,
  VFIO_DEVICE_SET_IRQS,
  VFIO_IRQ_SET_ACTION_TRIGGER,
  VFIO_IRQ_SET_DATA_EVENTFD,
} from '#uapi/vfio/device.ts';
import {
  VFIO_PCI_BAR0_REGION_INDEX,
  VFIO_PCI_CONFIG_REGION_INDEX,
  VFIO_PCI_MSI_IRQ_INDEX,
} from '#uapi/vfio/pci.ts';

import { cpuTime } from './scaling.ts';
import { demand, User } from './user.ts';

/** COMMAND of the configuration space, and the bits that switch memory and bus mastering on. */
const command = { offset: 4n, on: 0x6 };
/** Of an edu device: what is written there raises an interrupt. */
const raise = 0x60n;

/** A device that its user has opened and bound. */
class VfioDevice {
  readonly #user: User;
  readonly #fd: number;
  readonly #memory: bigint;

  private constructor(user: User, fd: number, memory: bigint) {
    this.#user = user;
    this.#fd = fd;
    this.#memory = memory;
  }

  static async open(): Promise<VfioDevice> {
    const user = await User.start('vt-d');
    const { cdev = '' } = await user.bench.plug({});
    const fd = demand('open', await user.process.open(cdev, O_RDWR));
    await user.call(fd, VFIO_DEVICE_BIND_IOMMUFD, { iommufd: user.iommufd });
    return new VfioDevice(user, fd, await user.memory(4096n));
  }

  async offsetOf(index: number): Promise<bigint> {
    return (await this.#user.call(this.#fd, VFIO_DEVICE_GET_REGION_INFO, { index })).offset;
  }

  async write(offset: bigint, value: number): Promise<void> {
    const { process } = this.#user;
    await process.store(this.#memory, new Uint8Array(Uint32Array.of(value).buffer));
    demand('pwrite', await process.pwrite(this.#fd, this.#memory, 4, offset));
  }

  async read(offset: bigint): Promise<void> {
    demand('pread', await this.#user.process.pread(this.#fd, this.#memory, 4, offset));
  }

  /** An eventfd for the first MSI vector, and the device as a bus master. */
  async connect(): Promise<number> {
    const { process } = this.#user;
    const eventfd = demand('eventfd', await process.eventfd(0, 0));
    const flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
    const head = [24, flags, VFIO_PCI_MSI_IRQ_INDEX, 0, 1, eventfd];
    await process.store(this.#memory, new Uint8Array(Uint32Array.from(head).buffer));
    const { request } = VFIO_DEVICE_SET_IRQS;
    demand('VFIO_DEVICE_SET_IRQS', await process.ioctl(this.#fd, request, this.#memory));
    const config = await this.offsetOf(VFIO_PCI_CONFIG_REGION_INDEX);
    await this.write(config + command.offset, command.on);
    return eventfd;
  }

  async take(eventfd: number): Promise<void> {
    demand('read', await this.#user.process.read(eventfd, this.#memory, 8));
  }
}

/** A device raises so many interrupts, each a message that a read of its eventfd takes. */
export async function raiseInterrupts(interrupts: number): Promise<number> {
  const device = await VfioDevice.open();
  const eventfd = await device.connect();
  const registers = await device.offsetOf(VFIO_PCI_BAR0_REGION_INDEX);
  return cpuTime(async () => {
    for (let index = 0; index < interrupts; index += 1) {
      await device.write(registers + raise, 1);
      await device.take(eventfd);
    }
  });
}

/** So many words are read of the configuration space of a device, all of them in turn. */
export async function readConfiguration(reads: number): Promise<number> {
  const device = await VfioDevice.open();
  const config = await device.offsetOf(VFIO_PCI_CONFIG_REGION_INDEX);
  return cpuTime(async () => {
    for (let index = 0; index < reads; index += 1) {
      await device.read(config + BigInt((index * 4) % 256));
    }
  });
}
