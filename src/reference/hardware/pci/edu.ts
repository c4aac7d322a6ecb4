import type { Iova } from '#formats/addresses.ts';

import type { DeviceRegion } from '../bus.ts';

/** Moves bytes between a device and memory. */
export interface DmaEngine {
  dmaRead(iova: Iova, length: number): Uint8Array | 'blocked';
  dmaWrite(iova: Iova, bytes: Uint8Array): 'blocked' | undefined;
  /** PCI, 7.5.1.1.3 Command Register, bit 2: without it the device sends no requests. */
  readonly isBusMaster: boolean;
  /** Wants to be served, by these bits: by a message where software has asked for messages, else by its pin. */
  interrupt(causes: number): void;
  /** There is no cause left. */
  served(): void;
}

const SIZE = 0x10_0000;
const IDENTIFICATION = 0x0100_00ed;
const LIVENESS = 0x04;
/** Which causes there are, and where some are made and taken away. */
const INTERRUPT_STATUS = 0x24;
const INTERRUPT_RAISE = 0x60;
const INTERRUPT_ACKNOWLEDGE = 0x64;
/** Of 64 bits each: source, destination, count, command. */
const SOURCE = 0x80;
const DESTINATION = 0x88;
const COUNT = 0x90;
const COMMAND = 0x98;
const RUN = 1n;
const FROM_DEVICE = 2n;
const INTERRUPT_WHEN_DONE = 4n;
/** The cause of a transfer that is over. */
const TRANSFER_IS_OVER = 0x100;
/** The device's own memory, by addresses of its own. */
const BUFFER = 0x4_0000n;
const BUFFER_SIZE = 4096;

/**
 * The registers of QEMU's teaching device (QEMU, docs/specs/edu.rst): identification, liveness check, causes of an interrupt,
 * and a DMA engine with 4096 bytes of memory. A transfer is over when the store to the command register is. A read that the
 * IOMMU refuses leaves zeros.
 */
export class EduRegisters implements DeviceRegion {
  readonly size = BigInt(SIZE);
  private readonly engine: DmaEngine;
  private readonly buffer = new Uint8Array(BUFFER_SIZE);
  private readonly registers = new DataView(new ArrayBuffer(COMMAND + 8));

  constructor(engine: DmaEngine) {
    this.engine = engine;
    this.setWord(0, IDENTIFICATION);
  }

  reset(): void {
    new Uint8Array(this.registers.buffer).fill(0);
    this.registers.setUint32(0, IDENTIFICATION, true);
    this.buffer.fill(0);
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
    const [liveness, causes] = [LIVENESS, INTERRUPT_STATUS].map((at) => this.word(at));
    if (fits.length > 0) new Uint8Array(this.registers.buffer).set(fits, first);
    this.setWord(0, IDENTIFICATION);
    this.setWord(INTERRUPT_STATUS, causes);
    const isWritten = (at: number): boolean => first <= at && at < first + fits.length;
    if (isWritten(LIVENESS)) this.invertLiveness();
    else this.setWord(LIVENESS, liveness);
    if (isWritten(INTERRUPT_RAISE)) this.raise(this.takeWord(INTERRUPT_RAISE));
    if (isWritten(INTERRUPT_ACKNOWLEDGE)) this.acknowledge(this.takeWord(INTERRUPT_ACKNOWLEDGE));
    if (isWritten(COMMAND)) this.command();
  }

  private raise(causes: number): void {
    this.setWord(INTERRUPT_STATUS, this.word(INTERRUPT_STATUS) | causes);
    if (this.word(INTERRUPT_STATUS) !== 0) this.engine.interrupt(causes);
  }

  private acknowledge(causes: number): void {
    this.setWord(INTERRUPT_STATUS, this.word(INTERRUPT_STATUS) & ~causes);
    if (this.word(INTERRUPT_STATUS) === 0) this.engine.served();
  }

  private invertLiveness(): void {
    this.setWord(LIVENESS, ~this.word(LIVENESS));
  }

  private command(): void {
    const command = this.register(COMMAND);
    this.registers.setBigUint64(COMMAND, command & ~RUN, true);
    if (!(command & RUN) || !this.engine.isBusMaster) return;
    const length = Number(this.register(COUNT));
    const [source, destination] = [this.register(SOURCE), this.register(DESTINATION)];
    if (command & FROM_DEVICE) this.put(source, destination, length);
    else this.fetch(source, destination, length);
    if (command & INTERRUPT_WHEN_DONE) this.raise(TRANSFER_IS_OVER);
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

  private word(offset: number): number {
    return this.registers.getUint32(offset, true);
  }

  private setWord(offset: number, value = 0): void {
    this.registers.setUint32(offset, value, true);
  }

  /** Of a register that reads as zeros. */
  private takeWord(offset: number): number {
    const value = this.word(offset);
    this.setWord(offset, 0);
    return value;
  }

  private register(offset: number): bigint {
    return this.registers.getBigUint64(offset, true);
  }
}
