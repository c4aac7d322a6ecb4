import { BAR, COMMAND, HEADER, ROM_ENABLE, STATUS } from '#formats/pci-configuration.ts';

import { RegisterFile } from './register-file.ts';

/** What answers at a base address register. */
export type BarKind = 'memory' | 'memory of 64 bits' | 'ports';

/** Bytes are a power of two: 16 or more of memory, 4 or more of ports. */
export interface BarSize {
  /** 0 to 5; one of 64 bits takes the next one as well. */
  readonly index: number;
  readonly kind: BarKind;
  readonly bytes: bigint;
}

export interface HeaderOptions {
  readonly vendor: number;
  readonly device: number;
  readonly revision: number;
  /** 24 bits. */
  readonly classCode: number;
  readonly subsystemVendor: number;
  readonly subsystem: number;
  /** 1 is INTA; 0 for a function that has none. */
  readonly interruptPin: number;
  readonly bars: readonly BarSize[];
  /** PCIe, 9.3.4: what it is, where it answers, and whether it does, is told by its physical function. */
  readonly isVirtual: boolean;
  /** Bytes, a power of two, 2048 or more; 0 without a ROM. */
  readonly romSize: number;
  /** Software has written, or the function was reset. */
  onChange(): void;
}

/** PCI 3.0, 6.1 and 6.2: the first 64 bytes of the configuration space. */
export class ConfigurationHeader {
  protected readonly options: HeaderOptions;
  protected readonly registers = new RegisterFile(HEADER.size);

  constructor(options: HeaderOptions) {
    this.options = options;
    this.define();
  }

  get command(): number {
    return this.registers.get(HEADER.command, 2);
  }

  /** An INTx message of the function is due, or was sent and is not withdrawn. */
  set interruptStatus(isPending: boolean) {
    const rest = this.registers.get(HEADER.status, 2) & ~STATUS.Interrupt;
    this.registers.set(HEADER.status, 2, rest | (isPending ? STATUS.Interrupt : 0));
  }

  /** Where the list of capabilities begins; there is none at 0. */
  set capabilities(first: number) {
    const status = first === 0 ? 0 : STATUS.CapabilityList;
    this.registers.define(HEADER.status, 2, { value: status, cleared: STATUS.Errors });
    this.registers.define(HEADER.capabilities, 1, { value: first });
  }

  /** Where on the bus the function would answer for that BAR, without the bits that say what it is. */
  address({ index, kind }: BarSize): bigint {
    const low = this.registers.get(HEADER.bars + 4 * index, 4);
    if (kind === 'ports') return BigInt((low & ~3) >>> 0);
    const high = kind === 'memory' ? 0 : this.registers.get(HEADER.bars + 4 * (index + 1), 4);
    return BigInt((low & ~0xf) >>> 0) | (BigInt(high) << 32n);
  }

  get rom(): number {
    return this.registers.get(HEADER.rom, 4);
  }

  read(offset: number, length: number): Uint8Array {
    return this.registers.read(offset, length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.registers.write(offset, bytes);
    this.options.onChange();
  }

  reset(): void {
    this.registers.reset();
    this.options.onChange();
  }

  get isVirtual(): boolean {
    return this.options.isVirtual;
  }

  private define(): void {
    const { options, registers } = this;
    if (options.isVirtual) this.defineVirtual();
    else this.definePhysical();
    registers.define(HEADER.revision, 4, { value: options.revision | (options.classCode << 8) });
    registers.define(HEADER.cacheLineSize, 1, { writable: 0xff });
    registers.define(HEADER.subsystemVendor, 2, { value: options.subsystemVendor });
    registers.define(HEADER.subsystem, 2, { value: options.subsystem });
    registers.define(HEADER.interruptLine, 1, { writable: 0xff });
  }

  /** PCIe, 9.3.4.1: identity and decoding are not there, nor are BARs. */
  private defineVirtual(): void {
    const { registers } = this;
    registers
      .define(HEADER.vendor, 2, { value: 0xffff })
      .define(HEADER.device, 2, { value: 0xffff });
    registers.define(HEADER.command, 2, { writable: COMMAND.BusMaster });
  }

  private definePhysical(): void {
    const { options, registers } = this;
    const { Io, Memory, BusMaster, SystemError, InterruptDisable } = COMMAND;
    registers.define(HEADER.vendor, 2, { value: options.vendor });
    registers.define(HEADER.device, 2, { value: options.device });
    registers.define(HEADER.command, 2, {
      writable: Io | Memory | BusMaster | SystemError | InterruptDisable,
    });
    registers.define(HEADER.interruptPin, 1, { value: options.interruptPin });
    for (const bar of options.bars) this.defineBar(bar);
    if (options.romSize > 0) {
      const writable = (-options.romSize | ROM_ENABLE) >>> 0;
      registers.define(HEADER.rom, 4, { writable });
    }
  }

  /** 6.2.5.1: what software can write of it tells how large it is. */
  private defineBar({ index, kind, bytes }: BarSize): void {
    const at = HEADER.bars + 4 * index;
    const mask = BigInt.asUintN(64, -bytes);
    const writable = Number(mask & 0xffff_ffffn);
    const value = kind === 'ports' ? BAR.Io : kind === 'memory' ? 0 : BAR.Memory64;
    this.registers.define(at, 4, { value, writable });
    if (kind !== 'memory of 64 bits') return;
    this.registers.define(at + 4, 4, { writable: Number(mask >> 32n) });
  }
}
