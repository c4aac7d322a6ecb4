import { COMMAND } from '#formats/pci-configuration.ts';

import type { ConfigurationHeader } from './header.ts';

/** What the pin is soldered to. */
export type SetLevel = (level: boolean) => void;

/** PCI 3.0, 2.2.6: INTA# of a function, a level. The command register keeps it off the line, the status register tells of it. */
export class IntxPin {
  protected readonly header: ConfigurationHeader;
  protected readonly setLevel: SetLevel;
  protected isAsserted = false;

  constructor(header: ConfigurationHeader, setLevel: SetLevel) {
    this.header = header;
    this.setLevel = setLevel;
  }

  /** The function wants to be served, or does not any more. */
  assert(level: boolean): void {
    this.isAsserted = level;
    this.header.interruptStatus = level;
    this.update();
  }

  /** The command register may have changed. */
  update(): void {
    this.header.interruptStatus = this.isAsserted;
    const isDisabled = (this.header.command & COMMAND.InterruptDisable) !== 0;
    this.setLevel(this.isAsserted && !isDisabled);
  }
}
