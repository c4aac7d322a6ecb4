import { INTERRUPT_DISABLE, INTERRUPT_STATUS } from '#formats/interrupts.ts';

import type { DeviceRegion } from '../bus.ts';

/** PCI 3.0, 6.2: the command register and the status register. */
const COMMAND = 4n;
const STATUS = 6;

/** What the pin is soldered to. */
export type SetLevel = (level: boolean) => void;

/** PCI 3.0, 2.2.6: INTA# of a function, a level. The command register keeps it off the line, the status register tells of it. */
export class IntxPin {
  protected readonly setLevel: SetLevel;
  protected isAsserted = false;
  protected configuration: DeviceRegion | undefined;

  constructor(setLevel: SetLevel) {
    this.setLevel = setLevel;
  }

  /** The function wants to be served, or does not any more. */
  assert(level: boolean): void {
    this.isAsserted = level;
    this.update();
  }

  /** The registers of the function, with those of the pin. */
  over(configuration: DeviceRegion): DeviceRegion {
    this.configuration = configuration;
    return {
      size: configuration.size,
      read: (offset, length) => this.withStatus(configuration.read(offset, length), offset),
      write: (offset, bytes) => {
        configuration.write(offset, bytes);
        this.update();
      },
    };
  }

  /** Also while it is kept off the line. */
  protected withStatus(bytes: Uint8Array, offset: bigint): Uint8Array {
    const at = STATUS - Number(offset);
    const byte = bytes[at];
    if (byte !== undefined && this.isAsserted) bytes[at] = byte | INTERRUPT_STATUS;
    return bytes;
  }

  protected update(): void {
    const [low = 0, high = 0] = this.configuration?.read(COMMAND, 2) ?? [];
    const isDisabled = ((low | (high << 8)) & INTERRUPT_DISABLE) !== 0;
    this.setLevel(this.isAsserted && !isDisabled);
  }
}
