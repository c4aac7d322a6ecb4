import type { VfioHardware } from '../hardware.ts';
import type { VfioPciParts } from './parts.ts';
import type { PciFunction } from './pci-function.ts';

/** struct pci_dev of each device, whoever drives it: made when somebody asks for it first. */
export class PciFunctions {
  private readonly parts: VfioPciParts;
  private readonly runtimePm: boolean;
  private readonly known = new WeakMap<VfioHardware, PciFunction>();

  constructor(parts: VfioPciParts, runtimePm = false) {
    this.parts = parts;
    this.runtimePm = runtimePm;
  }

  of(device: VfioHardware): PciFunction {
    const known = this.known.get(device);
    if (known) return known;
    const pci = new this.parts.vfioPci.PciFunction(device, { runtimePm: this.runtimePm });
    this.known.set(device, pci);
    pci.suspend();
    return pci;
  }
}
