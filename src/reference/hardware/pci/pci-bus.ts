import type { PciDevice } from './pci-device.ts';

/** PCI 3.0, 2.2.1: the functions of a bus, and the line by which whoever is above can reset all of them at once. */
export class PciBus {
  /** The root bus cannot be reset, nor one whose bridge is known to do that wrong. */
  readonly canReset: boolean;
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

  /** PCIe, 6.6.1: a secondary bus reset. */
  reset(): void {
    for (const device of this.functions) device.reset();
  }
}
