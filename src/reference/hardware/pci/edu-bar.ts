import { accessesOf } from '#formats/accesses.ts';

import type { DeviceRegion } from '../bus.ts';

/** From here on registers are of 64 bits. */
const WIDE_REGISTERS = 0x80n;

/**
 * QEMU, docs/specs/edu.rst: what reaches the registers of the teaching device. It takes accesses of 4 bytes, and from the
 * registers of its DMA engine on of 8 bytes as well; others read ones, and write nothing.
 */
export class EduBar implements DeviceRegion {
  readonly size: bigint;
  private readonly registers: DeviceRegion;

  constructor(registers: DeviceRegion) {
    this.registers = registers;
    this.size = registers.size;
  }

  read(offset: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length).fill(0xff);
    for (const { done, width } of accessesOf(offset, length)) {
      const at = offset + BigInt(done);
      if (takes(at, width)) bytes.set(this.registers.read(at, width), done);
    }
    return bytes;
  }

  write(offset: bigint, bytes: Uint8Array): void {
    for (const { done, width } of accessesOf(offset, bytes.length)) {
      const at = offset + BigInt(done);
      if (takes(at, width)) this.registers.write(at, bytes.subarray(done, done + width));
    }
  }
}

function takes(offset: bigint, width: number): boolean {
  return width === 4 || (width === 8 && offset >= WIDE_REGISTERS);
}
