type Width = 1 | 2 | 4;

/** What becomes of a register when software writes to it. */
export interface RegisterBits {
  /** After a reset. */
  readonly value?: number;
  /** Bits that software sets and clears. */
  readonly writable?: number;
  /** Bits that a written 1 clears. */
  readonly cleared?: number;
}

/** A piece of a configuration space, of which each bit is fixed, or can be written, or is cleared by writing 1. */
export class RegisterFile {
  private readonly bytes: Uint8Array;
  private readonly initial: Uint8Array;
  private readonly writable: Uint8Array;
  private readonly cleared: Uint8Array;

  constructor(size: number) {
    const make = (): Uint8Array => new Uint8Array(size);
    [this.bytes, this.initial] = [make(), make()];
    [this.writable, this.cleared] = [make(), make()];
  }

  /** Little endian, of 1, 2 or 4 bytes. */
  define(
    offset: number,
    width: Width,
    { value = 0, writable = 0, cleared = 0 }: RegisterBits,
  ): this {
    put(this.bytes, offset, width, value);
    put(this.initial, offset, width, value);
    put(this.writable, offset, width, writable);
    put(this.cleared, offset, width, cleared);
    return this;
  }

  get(offset: number, width: Width): number {
    let value = 0;
    for (let index = width - 1; index >= 0; index -= 1)
      value = ((value << 8) | (this.bytes[offset + index] ?? 0)) >>> 0;
    return value;
  }

  /** The hardware's own doing: also what software cannot write. */
  set(offset: number, width: Width, value: number): void {
    put(this.bytes, offset, width, value);
  }

  read(offset: number, length: number): Uint8Array {
    return this.bytes.slice(offset, offset + length);
  }

  write(offset: number, bytes: Uint8Array): void {
    for (const [index, byte] of bytes.entries()) {
      const at = offset + index;
      const mask = this.writable[at] ?? 0;
      const kept = (this.bytes[at] ?? 0) & ~mask & ~((this.cleared[at] ?? 0) & byte);
      this.bytes[at] = kept | (byte & mask);
    }
  }

  reset(): void {
    this.bytes.set(this.initial);
  }
}

function put(bytes: Uint8Array, offset: number, width: Width, value: number): void {
  for (let index = 0; index < width; index += 1)
    bytes[offset + index] = (value >>> (8 * index)) & 0xff;
}
