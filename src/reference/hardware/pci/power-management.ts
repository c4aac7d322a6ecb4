import { CapabilityId, POWER_MANAGEMENT } from '#formats/pci-configuration.ts';

import { RegisterCapability } from './capability.ts';

const { size, capabilities, control, Version, PmeSupport, State, NoSoftReset } = POWER_MANAGEMENT;
const { PmeEnable, PmeStatus } = POWER_MANAGEMENT;
const D0 = 0;
const D3HOT = 3;

/** PCI Power Management 1.2, 3.2: a function with the states D0 and D3hot, which keeps its registers on the way back. */
export class PowerManagementCapability extends RegisterCapability {
  readonly id = CapabilityId.PowerManagement;

  constructor() {
    super(size);
    this.registers.define(capabilities, 2, { value: Version | PmeSupport }).define(control, 2, {
      value: NoSoftReset,
      writable: State | PmeEnable,
      cleared: PmeStatus,
    });
  }

  /** Does it answer at its BARs, as far as that goes by its power? */
  get isPowered(): boolean {
    return (this.registers.get(control, 2) & State) === D0;
  }

  /** 3.2.4: a state that it does not have changes nothing. */
  override write(offset: number, bytes: Uint8Array): void {
    const before = this.registers.get(control, 2);
    super.write(offset, bytes);
    const after = this.registers.get(control, 2);
    const isKnown = (after & State) === D0 || (after & State) === D3HOT;
    if (!isKnown) this.registers.set(control, 2, (after & ~State) | (before & State));
  }
}
