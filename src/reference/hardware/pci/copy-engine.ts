import type { DeviceRegion } from '../bus.ts';
import type { DmaEngine } from './edu.ts';
import { RegisterFile } from './register-file.ts';

const SIZE = 0x4000;
/** Of the device: how many channels, 2^n bytes a descriptor at most, interrupts, version. */
const CHANNELS = 0x00;
const TRANSFER_CAPACITY = 0x01;
const INTERRUPT_CONTROL = 0x03;
const VERSION = 0x08;
/** Of its channel. */
const CONTROL = 0x80;
const COMMAND = 0x84;
const COUNT = 0x86;
const STATUS = 0x88;
const CHAIN = 0x90;
const ERROR = 0xa8;
const END = 0x100;

const VERSION_3_3 = 0x33;
const FOUR_KIB = 12;
/** Interrupts at all, or each by a vector of its own. */
const ANY_INTERRUPT = 0x01 | 0x08;
/** The next interrupt is sent. */
const REARM = 0x01;
const [SUSPEND, RESET] = [0x04, 0x20];
/** Low bits of the status; above them is the descriptor that was done last. */
const [DONE, SUSPENDED, HALTED] = [1, 2, 3];
const STATUS_BITS = 0x3f;
const errors = {
  readsSource: 0x100,
  writesDestination: 0x200,
  operation: 0x400,
  length: 0x800,
  descriptor: 0x04,
} as const;

const DESCRIPTOR = 64;
const INTERRUPT_WHEN_DONE = 1;
const COPY = 0;

/**
 * One channel of Intel's Crystal Beach DMA, version 3.3 (drivers/dma/ioat/registers.h and hw.h name its registers and the
 * fields of descriptors; data sheet of the Xeon processors, "Intel QuickData Technology"). Software writes where the chain
 * of descriptors begins, then how many of them are to be done; they are done when that store is. An address that the IOMMU
 * refuses halts the channel. HW-CPY-01 02 03
 */
export class CopyEngine implements DeviceRegion {
  readonly size = BigInt(SIZE);
  protected readonly engine: DmaEngine;
  protected readonly registers = new RegisterFile(END);
  /** Where the next descriptor is. */
  protected next = 0n;
  /** Of this chain. */
  protected done = 0;
  protected isArmed = false;

  constructor(engine: DmaEngine) {
    this.engine = engine;
    this.registers
      .define(CHANNELS, 1, { value: 1 })
      .define(TRANSFER_CAPACITY, 1, { value: FOUR_KIB })
      .define(INTERRUPT_CONTROL, 1, { writable: ANY_INTERRUPT })
      .define(VERSION, 1, { value: VERSION_3_3 })
      .define(CONTROL, 2, { writable: 0xffff })
      .define(COMMAND, 1, {})
      .define(COUNT, 2, { writable: 0xffff })
      .define(STATUS, 4, { value: HALTED })
      .define(STATUS + 4, 4, {})
      .define(CHAIN, 4, { writable: 0xffff_ffff })
      .define(CHAIN + 4, 4, { writable: 0xffff_ffff })
      .define(ERROR, 4, { cleared: 0xffff_ffff });
  }

  reset(): void {
    this.registers.reset();
    this.done = 0;
    this.isArmed = false;
  }

  /** Zeros where no register is. */
  read(offset: bigint, length: number): Uint8Array {
    const at = Number(offset);
    return at + length <= END ? this.registers.read(at, length) : new Uint8Array(length);
  }

  write(offset: bigint, bytes: Uint8Array): void {
    const at = Number(offset);
    if (at + bytes.length > END) return;
    const meets = (register: number): boolean => at <= register && register < at + bytes.length;
    this.registers.write(at, bytes);
    if (meets(CHAIN)) this.begin();
    if (meets(CONTROL)) this.isArmed ||= (this.registers.get(CONTROL, 2) & REARM) !== 0;
    if (meets(COMMAND)) this.obey(bytes[COMMAND - at] ?? 0);
    if (meets(COUNT)) this.run();
  }

  protected begin(): void {
    const [low, high] = [this.registers.get(CHAIN, 4), this.registers.get(CHAIN + 4, 4)];
    this.next = (BigInt(high) << 32n) | BigInt(low);
    this.done = 0;
  }

  protected obey(command: number): void {
    if (command & RESET) this.halt();
    else if (command & SUSPEND && this.status !== HALTED) this.setStatus(SUSPENDED);
  }

  protected run(): void {
    const count = this.registers.get(COUNT, 2);
    while (this.done !== count) {
      const error = this.perform(this.next);
      if (error !== undefined) {
        this.registers.set(ERROR, 4, this.registers.get(ERROR, 4) | error);
        return this.halt();
      }
      this.done += 1;
    }
  }

  /** One descriptor: an error, or nothing. */
  protected perform(at: bigint): number | undefined {
    const bytes = this.engine.isBusMaster ? this.engine.dmaRead(at, DESCRIPTOR) : 'blocked';
    if (bytes === 'blocked') return errors.descriptor;
    const fields = new DataView(bytes.buffer, bytes.byteOffset);
    const [length, control] = [fields.getUint32(0, true), fields.getUint32(4, true)];
    if (control >>> 24 !== COPY) return errors.operation;
    if (length > 1 << FOUR_KIB) return errors.length;
    const source = this.engine.dmaRead(fields.getBigUint64(8, true), length);
    if (source === 'blocked') return errors.readsSource;
    const blocked = this.engine.dmaWrite(fields.getBigUint64(16, true), source);
    if (blocked) return errors.writesDestination;
    this.next = fields.getBigUint64(24, true);
    this.setStatus(DONE, at);
    if (control & INTERRUPT_WHEN_DONE) this.interrupt();
    return undefined;
  }

  protected interrupt(): void {
    const isAllowed = (this.registers.get(INTERRUPT_CONTROL, 1) & ANY_INTERRUPT) !== 0;
    if (!this.isArmed || !isAllowed) return;
    this.isArmed = false;
    this.engine.interrupt(1);
  }

  protected halt(): void {
    this.setStatus(HALTED);
  }

  protected get status(): number {
    return this.registers.get(STATUS, 4) & 7;
  }

  /** `completed`: the descriptor that was done last; the one before where nothing is said. */
  protected setStatus(status: number, completed?: bigint): void {
    const before = this.registers.get(STATUS, 4) & ~STATUS_BITS;
    const low = completed === undefined ? before >>> 0 : Number(BigInt.asUintN(32, completed));
    this.registers.set(STATUS, 4, ((low & ~STATUS_BITS) | status) >>> 0);
    if (completed !== undefined) this.registers.set(STATUS + 4, 4, Number(completed >> 32n));
  }
}
