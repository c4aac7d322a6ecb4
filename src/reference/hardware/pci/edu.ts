import type { Iova } from '#formats/addresses.ts';

import type { DeviceRegion } from '../bus.ts';

/** Moves bytes between a device and memory. */
export interface DmaEngine {
  dmaRead(iova: Iova, length: number): Uint8Array | 'blocked';
  dmaWrite(iova: Iova, bytes: Uint8Array): 'blocked' | undefined;
  /** PCI, 7.5.1.1.3 Command Register, bit 2: without it the device sends no requests. */
  readonly isBusMaster: boolean;
}

const SIZE = 0x10_0000;
const IDENTIFICATION = 0x0100_00ed;
const LIVENESS = 0x04;
/** Of 64 bits each: source, destination, count, command. */
const SOURCE = 0x80;
const DESTINATION = 0x88;
const COUNT = 0x90;
const COMMAND = 0x98;
const RUN = 1n;
const FROM_DEVICE = 2n;
/** The device's own memory, by addresses of its own. */
const BUFFER = 0x4_0000n;
const BUFFER_SIZE = 4096;

/**
 * The registers of QEMU's teaching device (QEMU, docs/specs/edu.rst): identification, liveness check, and a DMA engine
 * with 4096 bytes of memory. A transfer is over when the store to the command register is. A read that the IOMMU refuses
 * leaves zeros.
 */
export class EduRegisters implements DeviceRegion {
  readonly size = BigInt(SIZE);
  private readonly engine: DmaEngine;
  private readonly buffer = new Uint8Array(BUFFER_SIZE);
  private readonly registers = new DataView(new ArrayBuffer(COMMAND + 8));

  constructor(engine: DmaEngine) {
    this.engine = engine;
    this.registers.setUint32(0, IDENTIFICATION, true);
  }

  /** Zeros behind the last register. */
  read(offset: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    bytes.set(new Uint8Array(this.registers.buffer).subarray(Number(offset)).subarray(0, length));
    return bytes;
  }

  write(offset: bigint, bytes: Uint8Array): void {
    const first = Number(offset);
    const fits = bytes.subarray(0, Math.max(0, this.registers.byteLength - first));
    const liveness = this.registers.getUint32(LIVENESS, true);
    if (fits.length > 0) new Uint8Array(this.registers.buffer).set(fits, first);
    this.registers.setUint32(0, IDENTIFICATION, true);
    if (first <= LIVENESS && LIVENESS < first + fits.length) this.invertLiveness();
    else this.registers.setUint32(LIVENESS, liveness, true);
    if (first <= COMMAND && COMMAND < first + fits.length) this.command();
  }

  private invertLiveness(): void {
    this.registers.setUint32(LIVENESS, ~this.registers.getUint32(LIVENESS, true), true);
  }

  private command(): void {
    const command = this.register(COMMAND);
    this.registers.setBigUint64(COMMAND, command & ~RUN, true);
    if (!(command & RUN) || !this.engine.isBusMaster) return;
    const length = Number(this.register(COUNT));
    const [source, destination] = [this.register(SOURCE), this.register(DESTINATION)];
    if (command & FROM_DEVICE) this.put(source, destination, length);
    else this.fetch(source, destination, length);
  }

  private fetch(iova: Iova, own: bigint, length: number): void {
    const target = this.part(own, length);
    const bytes = target && this.engine.dmaRead(iova, length);
    if (bytes === 'blocked') target?.fill(0);
    else if (bytes) target?.set(bytes);
  }

  private put(own: bigint, iova: Iova, length: number): void {
    const source = this.part(own, length);
    if (source) this.engine.dmaWrite(iova, source);
  }

  /** Undefined where the range leaves the device's memory: the transfer does not begin. */
  private part(own: bigint, length: number): Uint8Array | undefined {
    const first = own - BUFFER;
    if (first < 0n || first + BigInt(length) > BigInt(BUFFER_SIZE)) return undefined;
    return this.buffer.subarray(Number(first), Number(first) + length);
  }

  private register(offset: number): bigint {
    return this.registers.getBigUint64(offset, true);
  }
}
