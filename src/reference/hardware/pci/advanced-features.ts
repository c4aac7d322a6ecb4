import { ADVANCED_FEATURES, CapabilityId } from '#formats/pci-configuration.ts';

import { RegisterCapability } from './capability.ts';

const { size, length, capabilities, control } = ADVANCED_FEATURES;
const { TransactionPending, FunctionLevelReset, InitiateReset } = ADVANCED_FEATURES;

/** PCI ECN Advanced Capabilities: a reset of a function of conventional PCI, and whether it has requests under way. */
export class AdvancedFeaturesCapability extends RegisterCapability {
  readonly id = CapabilityId.AdvancedFeatures;
  private readonly onReset: () => void;

  constructor(onReset: () => void) {
    super(size);
    this.onReset = onReset;
    this.registers
      .define(length, 1, { value: size })
      .define(capabilities, 1, { value: TransactionPending | FunctionLevelReset });
  }

  /** The bit reads as 0. */
  override write(offset: number, bytes: Uint8Array): void {
    super.write(offset, bytes);
    if ((bytes[control - offset] ?? 0) & InitiateReset) this.onReset();
  }
}
