import type { SelftestKernel } from '../kernel/iommufd/selftest/kernel.ts';
import type { VfioKernel } from '../kernel/vfio/kernel.ts';
import type { VfioCore } from '../kernel/vfio/vfio-main.ts';
import type { MachineHardware } from './machine-hardware.ts';
import type { Parts } from './parts.ts';

/** What the kernel was built with. */
export interface KernelConfig {
  /** CONFIG_IOMMUFD_TEST: IOMMU_TEST_CMD, and what only tests do. MOCK-03 */
  readonly iommufdTest: boolean;
}

/** All of the kernel: what the system calls and the table of nodes lean on. */
export interface Kernel extends SelftestKernel, VfioKernel {
  readonly parts: Parts;
  readonly hardware: MachineHardware;
  readonly vfio: VfioCore;
}
