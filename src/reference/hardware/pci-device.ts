import type { DeviceRegion, Iova, MemoryBus, Rid, Translator } from './bus.ts';
import { EduRegisters } from './edu.ts';
import type { DmaEngine } from './edu.ts';
import { Registers } from './registers.ts';

/** Bytes. */
const CONFIGURATION_SIZE = 256;
/** The command register of the configuration space, and in it bit 2: Bus Master Enable. */
const COMMAND_REGISTER = 4n;
const BUS_MASTER = 4;
/** Bit 1 of the command register, Memory Space Enable: the device answers at the addresses of its BARs. */
const MEMORY_SPACE = 2;
/** What a read gets that nobody answers. */
const NOBODY = 0xff;
/** 1234:11e8, as QEMU's teaching device has them; little endian. */
const VENDOR_AND_DEVICE = [0x34, 0x12, 0xe8, 0x11];

export interface PciDeviceOptions {
  /** Bus, device and function of its own. */
  readonly rid: Rid;
  /** What its requests carry: that of the bridge above, where there is one that takes them over. */
  readonly requesterId: Rid;
  readonly translator: Translator;
  readonly memory: MemoryBus;
}

/** A PCI endpoint that moves bytes when it is told to: by its registers, or by whoever holds its wires. */
export class PciDevice implements DmaEngine {
  readonly rid: Rid;
  readonly requesterId: Rid;
  /** PCI 3.0, 6.1: it begins with vendor and device id. */
  readonly configuration: DeviceRegion = new Registers(CONFIGURATION_SIZE, VENDOR_AND_DEVICE);
  readonly bar0: DeviceRegion = new EduRegisters(this);
  private readonly translator: Translator;
  private readonly memory: MemoryBus;

  constructor(options: PciDeviceOptions) {
    this.rid = options.rid;
    this.requesterId = options.requesterId;
    this.translator = options.translator;
    this.memory = options.memory;
  }

  /** BAR 0 as others find it at its address on the bus. */
  get bar0Window(): DeviceRegion {
    return {
      size: this.bar0.size,
      read: (offset, length) =>
        this.isMemoryEnabled ? this.bar0.read(offset, length) : new Uint8Array(length).fill(NOBODY),
      write: (offset, bytes) => {
        if (this.isMemoryEnabled) this.bar0.write(offset, bytes);
      },
    };
  }

  get isBusMaster(): boolean {
    return (this.command & BUS_MASTER) !== 0;
  }

  get isMemoryEnabled(): boolean {
    return (this.command & MEMORY_SPACE) !== 0;
  }

  private get command(): number {
    return this.configuration.read(COMMAND_REGISTER, 1)[0] ?? 0;
  }

  /** A read request; no bytes at all where the IOMMU refuses one of them. */
  dmaRead(iova: Iova, length: number, pasid?: number): Uint8Array | 'blocked' {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const piece = this.reach(iova + BigInt(done), length - done, { write: false, pasid });
      if (!piece) return 'blocked';
      bytes.set(this.memory.read(piece.address, piece.length), done);
      done += piece.length;
    }
    return bytes;
  }

  /** Posted writes, in order of address: what comes before the first refused byte has been written. */
  dmaWrite(iova: Iova, bytes: Uint8Array, pasid?: number): 'blocked' | undefined {
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.length - done;
      const piece = this.reach(iova + BigInt(done), rest, { write: true, pasid });
      if (!piece) return 'blocked';
      this.memory.write(piece.address, bytes.subarray(done, done + piece.length));
      done += piece.length;
    }
    return undefined;
  }

  /** Where in memory a request of up to `length` bytes goes, and how many of them are translated together. */
  reach(
    iova: Iova,
    length: number,
    access: { readonly write: boolean; readonly pasid: number | undefined },
  ): { address: bigint; length: number } | undefined {
    const { write, pasid } = access;
    const request = { rid: this.requesterId, iova, write, ...(pasid !== undefined && { pasid }) };
    const found = this.translator.translate(request);
    if (!found) return undefined;
    const border = found.bytesToBorder;
    return { address: found.address, length: border < length ? Number(border) : length };
  }
}
