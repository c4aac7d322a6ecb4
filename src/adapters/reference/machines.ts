import type { MachineDescription } from '#port/implementation.ts';
import {
  amdBoard,
  amdNestingBoard,
  bareBoard,
  nestedVtdBoard,
  virtioBoard,
  vtdBoard,
} from '#reference/machine/board.ts';
import type { Board } from '#reference/machine/board.ts';
import { smmuBoard } from '#reference/machine/smmu-board.ts';
import type { ParameterValues } from '#reference/kernel/base/module-parameters.ts';

export interface ReferenceMachineDescription extends MachineDescription {
  readonly board: Board;
  /**
   * What `bench.plug()` gives: devices that IOMMU_TEST_CMD makes, or PCI devices behind the IOMMU of the board; or the
   * former, and those that no IOMMU stands before where a scenario asks for them.
   */
  readonly devices: 'mock' | 'pci' | 'pci on the root bus' | 'mock and bare';
  /** On the kernel's command line. */
  readonly atBoot?: ParameterValues;
}

/** What a process finds on either machine. */
const ofEach = [
  'ioas-map-file',
  'change-process',
  'noiommu',
  'device',
  'two-devices',
  'hwpt-alloc',
  'vfio-compat',
  'vfio-container',
  'processes',
  'limits',
  'hugetlb',
  'proc',
  'fault-queue',
  'viommu',
  'veventq',
  'hw-queue',
] as const;

/** Of PCI devices behind an IOMMU. */
const ofPci = [
  'vfio-device',
  'vfio-group',
  'shared-group',
  'host-driver',
  'dma',
  'reserved-iova',
  'vfio-dma-buf',
] as const;
/** Of a driver for an IOMMU that there is in hardware. */
const ofDriver = ['hw-info', 'hwpt-flags'] as const;
/** Of those behind a VT-d. */
const ofVtd = [...ofPci, ...ofDriver, 'intel-iommu'] as const;
/** Of those behind an IOMMU that does not remap interrupts. */
const ofUnsafe = [...ofPci, 'unsafe-interrupts'] as const;
const ofAmd = [...ofUnsafe, ...ofDriver, 'amd-iommu'] as const;
const atBoot = { allowUnsafeInterrupts: true };
/** Of devices behind an SMMUv3, and of some behind one that lacks something. */
const ofSmmu = [
  ...(['vfio-device', 'vfio-group', 'shared-group', 'dma', 'vfio-dma-buf'] as const),
  ...ofDriver,
  ...(['smmuv3', 'smmuv3-nesting', 'device-with-two-streams'] as const),
  ...(['device-behind-another-iommu', 'iommu-without-nesting', 'iommu-past-caches'] as const),
  ...(['iommu-with-large-pages', 'iommu-without-coherency'] as const),
] as const;
/** Of a VT-d in scalable mode, with an older one beside it. */
const ofScalableVtd = [
  ...(['intel-nesting', 'device-with-pasids', 'device-with-page-requests'] as const),
  ...(['virtual-function', 'device-behind-another-iommu', 'snoop-control'] as const),
] as const;
/** Of a machine without an IOMMU. */
const ofBare = [
  ...(['device-without-iommu', 'noiommu-device', 'emulated-device', 'vfio-group'] as const),
] as const;
/** Of a kernel that has IOMMU_TEST_CMD. */
const ofTests = [
  ...ofDriver,
  ...(['test-cmd', 'dma-buf', 'nesting', 'dirty-tracking'] as const),
  ...(['page-requests', 'page-table-types', 'pasid', 'fault-injection'] as const),
] as const;

/**
 * Devices that move bytes, or mock devices: as on Linux, where mock devices and an IOMMU exclude each other. `vt-d-test`
 * is for what needs both IOMMU_TEST_CMD and devices that move bytes.
 */
export const machines: readonly ReferenceMachineDescription[] = [
  {
    name: 'vt-d',
    board: vtdBoard,
    devices: 'pci',
    features: [...ofEach, ...ofVtd, 'basic-iommu', 'no-test-cmd'],
  },
  { name: 'mock', board: vtdBoard, devices: 'mock', features: [...ofEach, ...ofTests, 'sub-page'] },
  {
    name: 'vt-d-test',
    board: vtdBoard,
    devices: 'pci',
    features: [...ofEach, ...ofTests, ...ofVtd, 'basic-iommu'],
  },
  {
    name: 'vt-d-nested',
    board: nestedVtdBoard,
    devices: 'pci',
    features: [...ofEach, ...ofVtd, ...ofScalableVtd],
  },
  {
    name: 'noiommu',
    board: bareBoard,
    devices: 'mock and bare',
    features: [...ofEach, ...ofTests, 'sub-page', ...ofBare],
  },
  {
    name: 'smmuv3',
    board: smmuBoard,
    devices: 'pci on the root bus',
    features: [...ofEach, ...ofSmmu],
  },
  {
    name: 'virtio-iommu',
    board: virtioBoard,
    devices: 'pci',
    features: [...ofEach, ...ofUnsafe, 'virtio-iommu'],
    atBoot,
  },
  {
    name: 'amd-iommu',
    board: amdBoard,
    devices: 'pci',
    features: [...ofEach, ...ofAmd],
    atBoot,
  },
  {
    name: 'amd-nesting',
    board: amdNestingBoard,
    devices: 'pci',
    features: [...ofEach, ...ofAmd, 'amd-nesting'],
    atBoot,
  },
];
