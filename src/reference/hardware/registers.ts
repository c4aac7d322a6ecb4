import type { DeviceRegion } from './bus.ts';

/** Registers that hold what is written to them, but for those that are fixed. */
export class Registers implements DeviceRegion {
  readonly size: bigint;
  private readonly bytes: Uint8Array;
  private readonly fixed: readonly number[];

  /** `fixed` are the first bytes, which cannot be written. */
  constructor(size: number, fixed: readonly number[]) {
    this.size = BigInt(size);
    this.bytes = new Uint8Array(size);
    this.bytes.set(fixed);
    this.fixed = fixed;
  }

  read(offset: bigint, length: number): Uint8Array {
    return this.bytes.slice(Number(offset), Number(offset) + length);
  }

  write(offset: bigint, bytes: Uint8Array): void {
    this.bytes.set(bytes, Number(offset));
    this.bytes.set(this.fixed);
  }
}
