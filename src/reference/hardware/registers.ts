import type { DeviceRegion } from './bus.ts';

/** Registers that hold what is written to them, but for those that are fixed. */
export class Registers implements DeviceRegion {
  readonly size: bigint;
  private readonly bytes: Uint8Array;
  private readonly fixed: ReadonlyMap<number, readonly number[]>;

  /** What cannot be written: `first` are the first bytes, `more` those at other offsets. */
  constructor(
    size: number,
    first: readonly number[],
    more: ReadonlyMap<number, readonly number[]> = new Map(),
  ) {
    this.size = BigInt(size);
    this.bytes = new Uint8Array(size);
    this.fixed = new Map([[0, first], ...more]);
    this.fix();
  }

  read(offset: bigint, length: number): Uint8Array {
    return this.bytes.slice(Number(offset), Number(offset) + length);
  }

  write(offset: bigint, bytes: Uint8Array): void {
    this.bytes.set(bytes, Number(offset));
    this.fix();
  }

  private fix(): void {
    for (const [offset, bytes] of this.fixed) this.bytes.set(bytes, offset);
  }
}
