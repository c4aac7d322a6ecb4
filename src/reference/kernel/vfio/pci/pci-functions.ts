import type { VfioHardware } from '../hardware.ts';
import type { VfioPciParts } from './parts.ts';
import type { PciFunction } from './pci-function.ts';

/** struct pci_dev of each device, whoever drives it: made when somebody asks for it first. */
export class PciFunctions {
  private readonly parts: VfioPciParts;
  private readonly known = new WeakMap<VfioHardware, PciFunction>();

  constructor(parts: VfioPciParts) {
    this.parts = parts;
  }

  of(device: VfioHardware): PciFunction {
    const known = this.known.get(device) ?? new this.parts.vfioPci.PciFunction(device);
    this.known.set(device, known);
    return known;
  }
}
