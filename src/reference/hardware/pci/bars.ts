import { COMMAND } from '#formats/pci-configuration.ts';

import type { DeviceRegion } from '../bus.ts';
import type { BarSize, ConfigurationHeader } from './header.ts';

/** What a function has at a base address register. */
export interface Bar extends Omit<BarSize, 'bytes'> {
  readonly registers: DeviceRegion;
}

/** What a read gets that nobody answers. */
const NOBODY = 0xff;

/** PCI 3.0, 6.2.5: the registers behind the BARs of a function, as they are found at their addresses on the bus. */
export class BarWindows {
  protected readonly header: ConfigurationHeader;
  protected readonly bars: readonly Bar[];

  constructor(header: ConfigurationHeader, bars: readonly Bar[]) {
    this.header = header;
    this.bars = bars;
  }

  /** What answers at `address` while software has put the BAR there, and lets the function answer. */
  at(bar: Bar, address: bigint): DeviceRegion {
    const { registers } = bar;
    return {
      size: registers.size,
      read: (offset, length) =>
        this.answers(bar, address) && offset + BigInt(length) <= registers.size
          ? registers.read(offset, length)
          : new Uint8Array(length).fill(NOBODY),
      write: (offset, bytes) => {
        const isInside = offset + BigInt(bytes.length) <= registers.size;
        if (isInside && this.answers(bar, address)) registers.write(offset, bytes);
      },
    };
  }

  /** PCI 3.0, 6.2.5.2: what answers while the register of the ROM is that. */
  romAt(rom: DeviceRegion, register: number): DeviceRegion {
    const answers = (): boolean =>
      (this.header.command & COMMAND.Memory) !== 0 && this.header.rom === register;
    return {
      size: rom.size,
      read: (offset, length) =>
        answers() ? rom.read(offset, length) : new Uint8Array(length).fill(NOBODY),
      write: () => undefined,
    };
  }

  /** Those of a virtual function do where its physical function has put them. */
  protected answers(bar: Bar, address: bigint): boolean {
    if (this.header.isVirtual) return true;
    const { command } = this.header;
    const enable = bar.kind === 'ports' ? COMMAND.Io : COMMAND.Memory;
    const size = { ...bar, bytes: bar.registers.size };
    return (command & enable) !== 0 && this.header.address(size) === address;
  }
}
