import type { SelftestKernel } from '../kernel/iommufd/selftest/kernel.ts';
import type { ContainerKernel, VfioKernel } from '../kernel/vfio/kernel.ts';
import type { PciFunctions } from '../kernel/vfio/pci/pci-functions.ts';
import type { VfioCore } from '../kernel/vfio/vfio-main.ts';
import type { MachineHardware } from './machine-hardware.ts';
import type { Parts } from './parts.ts';
import type { Sriov } from './virtual-functions.ts';

/** What the kernel was built with. */
export interface KernelConfig {
  /** CONFIG_IOMMUFD_TEST: IOMMU_TEST_CMD, and what only tests do. MOCK-03 */
  readonly iommufdTest: boolean;
  /** CONFIG_VFIO_CONTAINER: /dev/vfio/vfio is VFIO's own, with type1 behind it. If left out, CONFIG_IOMMUFD_VFIO_CONTAINER. */
  readonly vfioContainer?: boolean;
  /** CONFIG_PM. VFIO-PM-06 */
  readonly runtimePm?: boolean;
}

/** All of the kernel: what the system calls and the table of nodes lean on. */
export interface Kernel extends SelftestKernel, VfioKernel, ContainerKernel {
  readonly parts: Parts;
  readonly hardware: MachineHardware;
  readonly vfio: VfioCore;
  readonly pci: PciFunctions;
  readonly sriov: Sriov;
  readonly config: KernelConfig;
}
