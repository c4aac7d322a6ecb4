import { CONFIGURATION_END, EXTENDED_FIRST } from '#formats/pcie-capabilities.ts';

import type { DeviceRegion } from '../bus.ts';
import { RegisterFile } from './register-file.ts';

type Register = Parameters<RegisterFile['define']>;

/** PCIe, 7.6: an extended capability that is nothing but registers. */
export interface ExtendedRegisters {
  readonly id: number;
  /** In the configuration space, a multiple of four. */
  readonly at: number;
  /** Behind the head, counted from it. */
  readonly registers: readonly Register[];
}

const VERSION = 1;
const HEAD = 4;

/** PCIe, 7.6.3: extended capabilities, each of which tells where the next one is. `offset` is that in the configuration space. */
export class ExtendedList implements DeviceRegion {
  readonly size = BigInt(CONFIGURATION_END - EXTENDED_FIRST);
  private readonly registers = new RegisterFile(CONFIGURATION_END - EXTENDED_FIRST);

  constructor(list: readonly ExtendedRegisters[]) {
    for (const [index, { id, at, registers }] of list.entries()) {
      const next = list[index + 1]?.at ?? 0;
      const first = at - EXTENDED_FIRST;
      this.registers.define(first, HEAD, { value: (id | (VERSION << 16) | (next << 20)) >>> 0 });
      for (const [offset, width, bits] of registers)
        this.registers.define(first + offset, width, bits);
    }
  }

  read(offset: bigint, length: number): Uint8Array {
    return this.registers.read(Number(offset) - EXTENDED_FIRST, length);
  }

  write(offset: bigint, bytes: Uint8Array): void {
    this.registers.write(Number(offset) - EXTENDED_FIRST, bytes);
  }

  reset(): void {
    this.registers.reset();
  }
}
