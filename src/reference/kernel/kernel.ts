import type { MemoryBus } from '../hardware/bus.ts';
import type { MachineHardware } from './machine-hardware.ts';
import type { Pages } from './mm/pages.ts';
import type { Parts } from './parts.ts';
import type { VfioCore } from './vfio/vfio-main.ts';

/** What every part of the kernel may lean on. */
export interface Kernel {
  readonly parts: Parts;
  readonly pages: Pages;
  readonly bus: MemoryBus;
  /** The devices that there are, and the IOMMU core that knows their groups. */
  readonly hardware: MachineHardware;
  readonly vfio: VfioCore;
}
