import { CapabilityId, MSIX } from '#formats/pci-configuration.ts';

import type { DeviceRegion } from '../bus.ts';
import type { InterruptMessage } from '../interrupt-controller.ts';
import { RegisterCapability } from './capability.ts';
import { RegisterFile } from './register-file.ts';

/** In BAR 0, in pages of their own, where no register is. */
const TABLE_AT = 0x2000;
const PAGE = 0x1000;

/** PCI 3.0, 6.8.2: the MSI-X capability of a function with so many vectors, its table and its pending bits. */
export class MsixCapability extends RegisterCapability {
  readonly id = CapabilityId.MsiX;
  protected readonly vectors: number;
  protected readonly send: (message: InterruptMessage) => void;
  protected readonly table: RegisterFile;
  protected readonly pending = new Set<number>();
  /** In BAR 0 as well: bytes. */
  private readonly pendingAt: number;

  constructor(vectors: number, send: (message: InterruptMessage) => void) {
    super(MSIX.size);
    this.vectors = vectors;
    this.send = send;
    this.pendingAt = TABLE_AT + Math.ceil((vectors * MSIX.entry) / PAGE) * PAGE;
    const writable = MSIX.FunctionMask | MSIX.Enable;
    this.registers
      .define(MSIX.control, 2, { value: vectors - 1, writable })
      .define(MSIX.table, 4, { value: TABLE_AT })
      .define(MSIX.pending, 4, { value: this.pendingAt });
    this.table = new RegisterFile(vectors * MSIX.entry);
    for (let at = 0; at < vectors * MSIX.entry; at += MSIX.entry) this.defineEntry(at);
  }

  get isEnabled(): boolean {
    return (this.control & MSIX.Enable) !== 0;
  }

  get count(): number {
    return this.vectors;
  }

  /** 6.8.2.10: a vector that is masked is told when it is not any more. */
  signal(vector: number): void {
    this.pending.add(vector);
    this.flush();
  }

  /** A BAR with what else is in it. */
  over(rest: DeviceRegion): DeviceRegion {
    return {
      size: rest.size,
      read: (offset, length) => this.readAt(Number(offset), length) ?? rest.read(offset, length),
      write: (offset, bytes) => {
        if (!this.writeAt(Number(offset), bytes)) rest.write(offset, bytes);
      },
    };
  }

  override reset(): void {
    super.reset();
    this.table.reset();
    this.pending.clear();
  }

  protected override written(): void {
    this.flush();
  }

  protected flush(): void {
    if (!this.isEnabled || this.control & MSIX.FunctionMask) return;
    for (const vector of [...this.pending].filter((each) => !this.isMasked(each))) {
      this.pending.delete(vector);
      this.send(this.message(vector));
    }
  }

  private isMasked(vector: number): boolean {
    const control = this.table.get(vector * MSIX.entry + MSIX.vectorControl, 4);
    return (control & MSIX.VectorMask) !== 0;
  }

  private message(vector: number): InterruptMessage {
    const at = vector * MSIX.entry;
    const [low, high] = [this.table.get(at, 4), this.table.get(at + 4, 4)];
    const address = (BigInt(high) << 32n) | BigInt(low);
    return { address, data: this.table.get(at + 8, 4) };
  }

  private readAt(offset: number, length: number): Uint8Array | undefined {
    const at = offset - TABLE_AT;
    if (at >= 0 && at + length <= this.vectors * MSIX.entry) return this.table.read(at, length);
    const byte = offset - this.pendingAt;
    if (byte < 0 || byte + length > this.vectors / 8 + 8) return undefined;
    return Uint8Array.from({ length }, (_, index) => this.pendingByte(byte + index));
  }

  private pendingByte(byte: number): number {
    const bits = [...this.pending].filter((vector) => vector >> 3 === byte);
    return bits.reduce((sum, vector) => sum | (1 << (vector & 7)), 0);
  }

  private writeAt(offset: number, bytes: Uint8Array): boolean {
    const at = offset - TABLE_AT;
    if (at < 0 || at + bytes.length > this.vectors * MSIX.entry) return false;
    this.table.write(at, bytes);
    this.flush();
    return true;
  }

  private defineEntry(at: number): void {
    const all = { writable: 0xffff_ffff };
    this.table
      .define(at, 4, { writable: 0xffff_fffc })
      .define(at + 4, 4, all)
      .define(at + 8, 4, all)
      .define(at + MSIX.vectorControl, 4, { value: MSIX.VectorMask, writable: MSIX.VectorMask });
  }

  private get control(): number {
    return this.registers.get(MSIX.control, 2);
  }
}
