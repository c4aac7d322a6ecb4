import type { MemoryBus } from '../hardware/bus.ts';
import type { IommuCore } from '../kernel/iommu/iommu.ts';
import type { MachineHardware } from './machine-hardware.ts';
import type { ModuleParameters } from '../kernel/base/module-parameters.ts';
import type { Pages } from '../kernel/mm/pages.ts';
import type { Parts } from './parts.ts';
import type { FaultInjection } from '../kernel/mm/fault-injection.ts';
import type { VfioCore } from '../kernel/vfio/vfio-main.ts';

/** What the kernel was built with. */
export interface KernelConfig {
  /** CONFIG_IOMMUFD_TEST: IOMMU_TEST_CMD, and what only tests do. MOCK-03 */
  readonly iommufdTest: boolean;
}

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
  readonly config: KernelConfig;
}
