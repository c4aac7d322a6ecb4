import type { VirtqueueLayout } from '#formats/virtio/virtqueue.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import { errnoName } from '#uapi/errno.ts';
import { O_RDWR } from '#uapi/mman.ts';
import { type Scratch } from '../scratch.ts';
import type { VirtioTransport } from './virtio-iommu.ts';

/** virtio 1.2, 4.1 Virtio Over PCI Bus: where a structure is in a BAR. */
interface Structure {
  readonly bar: number;
  readonly offset: number;
}

/** Configuration space: command, first capability; the vendor's capabilities are those of virtio. */
const COMMAND = 4;
const CAPABILITIES = 0x34;
const VENDOR = 9;
/** Bus master; no interrupts by wire. */
const BUS_MASTER_ALONE = Uint8Array.of(4, 4);

/** cfg_type */
const [COMMON, NOTIFY, DEVICE, WINDOW] = [1, 2, 4, 5];

/** struct virtio_pci_common_cfg: offset and bytes. */
const deviceFeatureSelect = [0, 4] as const;
const deviceFeature = [4, 4] as const;
const driverFeatureSelect = [8, 4] as const;
const driverFeature = [12, 4] as const;
const deviceStatus = [20, 1] as const;
const queueSelect = [22, 2] as const;
const queueSize = [24, 2] as const;
const queueEnable = [28, 2] as const;
const queueNotifyOffset = [30, 2] as const;
const queueParts = [32, 40, 48];

type Field = readonly [offset: number, bytes: 1 | 2 | 4];

/** device_status */
const [ACKNOWLEDGE, DRIVER, DRIVER_OK, FEATURES_OK, NEEDS_RESET] = [1, 2, 4, 8, 0x40];
/** Of the features those of the type of the device; and, in the next word, VERSION_1. */
const OF_DEVICE = 0xff_ffff;
const VERSION_1 = 1;
/** Of struct virtio_iommu_config. */
const CONFIGURATION_BYTES = 40;

/**
 * A virtio device on PCI, by its configuration space alone: one capability is a window on the structures in its BARs. No
 * driver of the kernel has it.
 */
export class VirtioPci implements VirtioTransport {
  private readonly scratch: Scratch;
  private readonly fd: number;
  private readonly structures = new Map<number, Structure & { readonly at: number }>();
  private notifyMultiplier = 0;

  private constructor(scratch: Scratch, fd: number) {
    this.scratch = scratch;
    this.fd = fd;
  }

  /** `path`: its configuration space in sysfs. */
  static async open(scratch: Scratch, path: string): Promise<VirtioPci> {
    const fd = await scratch.process.open(path, O_RDWR);
    if (fd < 0) throw new ImplementationBroken(`cannot open ${path}: ${errnoName(fd)}`);
    const device = new VirtioPci(scratch, fd);
    await device.findStructures();
    await device.put(COMMAND, BUS_MASTER_ALONE);
    return device;
  }

  async reset(): Promise<void> {
    await this.setStatus(0);
    while ((await this.common(deviceStatus)) !== 0);
    await this.setStatus(ACKNOWLEDGE | DRIVER);
    await this.negotiate(0, OF_DEVICE);
    await this.negotiate(1, VERSION_1);
    await this.setStatus(ACKNOWLEDGE | DRIVER | FEATURES_OK);
    if (((await this.common(deviceStatus)) & FEATURES_OK) !== 0) return;
    throw new ImplementationBroken('the virtio-iommu does not take its own features');
  }

  async enable(queue: number, layout: VirtqueueLayout): Promise<void> {
    await this.setCommon(queueSelect, queue);
    await this.setCommon(queueSize, layout.size);
    const parts = [layout.descriptors, layout.available, layout.used];
    for (const [index, address] of parts.entries()) {
      const offset = queueParts[index] ?? 0;
      await this.setCommon([offset, 4], Number(address & 0xffff_ffffn));
      await this.setCommon([offset + 4, 4], Number(address >> 32n));
    }
    await this.setCommon(queueEnable, 1);
  }

  async start(): Promise<void> {
    await this.setStatus(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
  }

  async notify(queue: number): Promise<void> {
    await this.setCommon(queueSelect, queue);
    const offset = (await this.common(queueNotifyOffset)) * this.notifyMultiplier;
    await this.set(NOTIFY, [offset, 2], queue);
  }

  async isStopped(): Promise<boolean> {
    return ((await this.common(deviceStatus)) & NEEDS_RESET) !== 0;
  }

  async configuration(): Promise<Uint8Array> {
    const words = new Uint32Array(CONFIGURATION_BYTES / 4);
    for (const index of words.keys()) words[index] = await this.get(DEVICE, [4 * index, 4]);
    return new Uint8Array(words.buffer);
  }

  async configure(offset: number, bytes: Uint8Array): Promise<void> {
    for (const [index, byte] of bytes.entries()) await this.set(DEVICE, [offset + index, 1], byte);
  }

  private async negotiate(word: number, wanted: number): Promise<void> {
    await this.setCommon(deviceFeatureSelect, word);
    const offered = await this.common(deviceFeature);
    await this.setCommon(driverFeatureSelect, word);
    await this.setCommon(driverFeature, offered & wanted);
  }

  private setStatus(status: number): Promise<void> {
    return this.setCommon(deviceStatus, status);
  }

  private common(field: Field): Promise<number> {
    return this.get(COMMON, field);
  }

  private setCommon(field: Field, value: number): Promise<void> {
    return this.set(COMMON, field, value);
  }

  private async get(type: number, field: Field): Promise<number> {
    const window = await this.pointAt(type, field);
    const bytes = await this.load(window, 4);
    const value = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    return field[1] === 4 ? value : value & (2 ** (8 * field[1]) - 1);
  }

  private async set(type: number, field: Field, value: number): Promise<void> {
    const window = await this.pointAt(type, field);
    await this.put(window, new Uint8Array(Uint32Array.of(value).buffer));
  }

  /** 4.1.4.9: BAR, offset and length of an access; returns where its data is. */
  private async pointAt(type: number, [offset, length]: Field): Promise<number> {
    const [structure, window] = [this.structures.get(type), this.structures.get(WINDOW)];
    if (structure === undefined || window === undefined)
      throw new ImplementationBroken(`the virtio-iommu has no structure ${type}`);
    await this.put(window.at + 4, Uint8Array.of(structure.bar));
    const place = Uint32Array.of(structure.offset + offset);
    await this.put(window.at + 8, new Uint8Array(place.buffer));
    await this.put(window.at + 12, new Uint8Array(Uint32Array.of(length).buffer));
    return window.at + 16;
  }

  private async findStructures(): Promise<void> {
    let [at = 0] = await this.load(CAPABILITIES, 1);
    while (at !== 0) {
      const bytes = await this.load(at, 20);
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const [id = 0, next = 0, , type = 0, bar = 0] = bytes;
      if (id === VENDOR && !this.structures.has(type))
        this.structures.set(type, { at, bar, offset: view.getUint32(8, true) });
      if (id === VENDOR && type === NOTIFY) this.notifyMultiplier = view.getUint32(16, true);
      at = next;
    }
  }

  private async load(offset: number, length: number): Promise<Uint8Array> {
    const { process, address } = this.scratch;
    const [read, bytes] = await Promise.all([
      process.pread(this.fd, address, length, BigInt(offset)),
      this.scratch.load(length),
    ]);
    if (read === length) return bytes.slice();
    throw new ImplementationBroken(`cannot read configuration space: ${errnoName(read)}`);
  }

  private async put(offset: number, bytes: Uint8Array): Promise<void> {
    const { process, address } = this.scratch;
    const [, written] = await Promise.all([
      this.scratch.store(bytes),
      process.pwrite(this.fd, address, bytes.length, BigInt(offset)),
    ]);
    if (written === bytes.length) return;
    throw new ImplementationBroken(`cannot write configuration space: ${errnoName(written)}`);
  }
}
