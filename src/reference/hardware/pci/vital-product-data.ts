import { CapabilityId, VITAL_PRODUCT_DATA } from '#formats/pci-configuration.ts';

import { RegisterCapability } from './capability.ts';
import { RegisterFile } from './register-file.ts';

const { size, address, data, Flag } = VITAL_PRODUCT_DATA;
/** Bytes of the memory behind it. */
const STORED = 256;
const WORD = 4;

/** PCI 3.0, appendix I: a memory of a function, a word at a time. Software writes an address, and waits for the flag to turn. */
export class VitalProductDataCapability extends RegisterCapability {
  readonly id = CapabilityId.VitalProductData;
  private readonly stored = new RegisterFile(STORED);

  constructor() {
    super(size);
    const writable = 0xffff_ffff;
    this.registers.define(address, 2, { writable: 0xffff }).define(data, 4, { writable });
  }

  protected override written(offset: number, length: number): void {
    if (offset > address + 1 || offset + length <= address + 1) return;
    const asked = this.registers.get(address, 2);
    const at = (asked & ~Flag & ~(WORD - 1)) % STORED;
    if (asked & Flag) this.stored.set(at, WORD, this.registers.get(data, WORD));
    else this.registers.set(data, WORD, this.stored.get(at, WORD));
    this.registers.set(address, 2, asked ^ Flag);
  }
}
