import { CapabilityId } from '#formats/pci-configuration.ts';

import { RegisterCapability } from './capability.ts';

/** PCI 3.0, 6.8.2; offsets from the head of the capability. */
const SIZE = 12;
const [CONTROL, TABLE, PENDING] = [2, 4, 8];
/** In BAR 0, behind the registers. */
const TABLE_AT = 0xf_0000;
const PENDING_AT = 0xf_8000;

/** PCI 3.0, 6.8.2: the MSI-X capability of a function with so many vectors. */
export class MsixCapability extends RegisterCapability {
  readonly id = CapabilityId.MsiX;

  constructor(vectors: number) {
    super(SIZE);
    this.registers.define(CONTROL, 2, { value: vectors - 1 });
    this.registers.define(TABLE, 4, { value: TABLE_AT });
    this.registers.define(PENDING, 4, { value: PENDING_AT });
  }
}
