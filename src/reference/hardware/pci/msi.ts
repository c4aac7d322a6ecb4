import { CapabilityId, MSI } from '#formats/pci-configuration.ts';

import type { InterruptMessage } from '../interrupt-controller.ts';
import { RegisterCapability } from './capability.ts';

/** PCI 3.0, 6.8.1: a function with so many vectors, a power of two up to 32, none of which can be masked. */
export class MsiCapability extends RegisterCapability {
  readonly id = CapabilityId.Msi;

  constructor(vectors: number) {
    super(MSI.size);
    this.registers
      .define(MSI.control, 2, {
        value: MSI.Wide | (Math.log2(vectors) << 1),
        writable: MSI.Enable | MSI.Enabled,
      })
      .define(MSI.address, 4, { writable: 0xffff_fffc })
      .define(MSI.upperAddress, 4, { writable: 0xffff_ffff })
      .define(MSI.data, 2, { writable: 0xffff });
  }

  get isEnabled(): boolean {
    return (this.control & MSI.Enable) !== 0;
  }

  /** How many it may use. */
  get vectors(): number {
    const [capable, enabled] = [(this.control >> 1) & 7, (this.control >> 4) & 7];
    return 2 ** Math.min(capable, enabled);
  }

  /** The lowest bits of the data tell which vector it is. */
  message(vector: number): InterruptMessage {
    const low = BigInt(this.registers.get(MSI.address, 4));
    const high = BigInt(this.registers.get(MSI.upperAddress, 4));
    const data = this.registers.get(MSI.data, 2) & ~(this.vectors - 1);
    return { address: (high << 32n) | low, data: data | vector };
  }

  private get control(): number {
    return this.registers.get(MSI.control, 2);
  }
}
