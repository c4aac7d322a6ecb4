import { BRIDGE } from '#formats/pci-configuration.ts';

import type { PciDevice } from './pci-device.ts';

/** PCI 3.0, 2.2.1: the functions of a bus, and the line by which whoever is above can reset all of them at once. */
export class PciBus {
  /** The root bus cannot be reset, nor one whose bridge is known to do that wrong. */
  readonly canReset: boolean;
  protected bridgeControl = 0;
  protected readonly functions = new Set<Pick<PciDevice, 'reset'>>();

  constructor(canReset: boolean) {
    this.canReset = canReset;
  }

  add(device: Pick<PciDevice, 'reset'>): void {
    this.functions.add(device);
  }

  remove(device: Pick<PciDevice, 'reset'>): void {
    this.functions.delete(device);
  }

  get count(): number {
    return this.functions.size;
  }

  /** PCI-to-PCI Bridge 1.2, 3.2.5.18: of the register that software has of it, the bit that resets the bus when it is set. */
  get control(): number {
    return this.bridgeControl;
  }

  set control(value: number) {
    const isBegun = (value & ~this.bridgeControl & BRIDGE.BusReset) !== 0;
    this.bridgeControl = value & BRIDGE.BusReset;
    if (isBegun) this.reset();
  }

  /** PCIe, 6.6.1: a secondary bus reset. */
  reset(): void {
    for (const device of this.functions) device.reset();
  }
}
