import type { MemoryBus } from '../hardware/bus.ts';
import type { IommuCore } from './iommu/iommu.ts';
import type { MachineHardware } from './machine-hardware.ts';
import type { ModuleParameters } from './module-parameters.ts';
import type { Pages } from './mm/pages.ts';
import type { Parts } from './parts.ts';
import type { FaultInjection } from './fault-injection.ts';
import type { VfioCore } from './vfio/vfio-main.ts';

/** What every part of the kernel may lean on. */
export interface Kernel {
  readonly parts: Parts;
  readonly pages: Pages;
  readonly bus: MemoryBus;
  readonly iommu: IommuCore;
  /** The devices that there are. */
  readonly hardware: MachineHardware;
  readonly vfio: VfioCore;
  readonly parameters: ModuleParameters;
  readonly faults: FaultInjection;
}
