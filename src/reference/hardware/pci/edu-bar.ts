import { accessesOf } from '#formats/accesses.ts';

import type { DeviceRegion } from '../bus.ts';

/** Registers that can be read, by what their accesses are. */
const WORDS = [0x00n, 0x04n, 0x08n, 0x20n, 0x24n];
const WIDE = [0x80n, 0x88n, 0x90n, 0x98n];
/** From here on accesses of 8 bytes are taken. */
const FIRST_WIDE = 0x80n;

/**
 * QEMU, hw/misc/edu.c: what reaches the registers of the teaching device. It takes accesses of 4 bytes, and of 8 bytes from the
 * registers of its DMA engine on; where no register is, they read ones. Narrow accesses read zeros; what is not taken writes
 * nothing.
 */
export class EduBar implements DeviceRegion {
  readonly size: bigint;
  private readonly registers: DeviceRegion;

  constructor(registers: DeviceRegion) {
    this.registers = registers;
    this.size = registers.size;
  }

  read(offset: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (const { done, width } of accessesOf(offset, length))
      bytes.set(this.readAt(offset + BigInt(done), width), done);
    return bytes;
  }

  write(offset: bigint, bytes: Uint8Array): void {
    for (const { done, width } of accessesOf(offset, bytes.length)) {
      const at = offset + BigInt(done);
      const isTaken = width === 4 || (width === 8 && at >= FIRST_WIDE);
      if (isTaken) this.registers.write(at, bytes.subarray(done, done + width));
    }
  }

  private readAt(at: bigint, width: number): Uint8Array {
    if (width < 4) return new Uint8Array(width);
    const isThere = WIDE.includes(at) || (width === 4 && WORDS.includes(at));
    return isThere ? this.registers.read(at, width) : new Uint8Array(width).fill(0xff);
  }
}
