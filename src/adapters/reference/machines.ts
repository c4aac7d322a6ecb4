import type { FunctionWish } from '#port/device-wish.ts';
import type {
  DeviceOffer,
  HardwareDescription,
  MachineDescription,
} from '#port/machine-description.ts';
import {
  amdBoard,
  amdGuestBoard,
  amdNestingBoard,
  bareBoard,
  limitedVirtioBoard,
  undrivenVirtioBoard,
  nestedVtdBoard,
  virtioBoard,
  vtdBoard,
} from '#reference/machine/board.ts';
import type { Board } from '#reference/machine/board.ts';
import { expressSmmuBoard, smmuBoard } from '#reference/machine/smmu-board.ts';
import type { ParameterValues } from '#reference/kernel/base/module-parameters.ts';
import { bareOffers, mockHardware } from '../linux/devices/offers.ts';

export interface ReferenceMachineDescription extends MachineDescription {
  readonly board: Board;
  /**
   * What `bench.plug()` gives: devices that IOMMU_TEST_CMD makes, or PCI devices behind the IOMMU of the board; or the
   * former, and those that no IOMMU stands before where a scenario asks for them; or these behind one that is the suite's.
   */
  readonly bench: 'mock' | 'pci' | 'pci on the root bus' | 'mock and bare' | 'virtio requests';
  /** On the kernel's command line. */
  readonly atBoot?: ParameterValues;
}

/** What a process finds on any machine. */
const ofProcesses = [
  'ioas-map-file',
  'change-process',
  'noiommu',
  'vfio-compat',
  'processes',
  'limits',
  'hugetlb',
  'proc',
  'fault-queue',
  'viommu',
  'veventq',
  'hw-queue',
] as const;

/** The same on one with devices behind an IOMMU of the kernel's. */
const ofEach = [...ofProcesses, 'device', 'two-devices', 'hwpt-alloc'] as const;

/** Of PCI devices behind an IOMMU. */
const ofPci = [
  ...(['vfio-device', 'vfio-group', 'dma', 'caches-keep'] as const),
  ...(['reserved-iova', 'vfio-dma-buf', 'edu-registers', 'vfio-sysfs'] as const),
] as const;
/** Of a driver for an IOMMU that there is in hardware. */
const ofDriver = ['hw-info', 'hwpt-flags'] as const;
/** Of those behind a VT-d. */
const ofVtd = [...ofPci, ...ofDriver, 'refusal-log'] as const;
/** Of those behind an IOMMU that does not remap interrupts. */
const ofUnsafe = [...ofPci, 'unsafe-interrupts'] as const;
const ofAmd = [...ofUnsafe, ...ofDriver] as const;
const atBoot = { allowUnsafeInterrupts: true, type1AllowUnsafeInterrupts: true };
/** Of devices behind an SMMUv3. */
const ofSmmu = [
  ...(['vfio-device', 'vfio-group', 'dma', 'caches-keep'] as const),
  ...(['vfio-dma-buf', 'edu-registers', 'vfio-sysfs'] as const),
  ...ofDriver,
] as const;
/** Of a kernel that has IOMMU_TEST_CMD. */
const ofTests = [
  ...ofDriver,
  ...(['test-cmd', 'dma-buf', 'nesting', 'dirty-tracking'] as const),
  ...(['page-requests', 'page-table-types', 'pasid', 'fault-injection'] as const),
] as const;

/** Devices of which those behind the first IOMMU have more than the others, and a driver of the host or none. */
function pci(
  board: Board,
  more: FunctionWish = {},
  all: FunctionWish = { hostDriver: true },
  ofOthers: FunctionWish = {},
): HardwareDescription {
  const iommus = board.flatMap(({ facts }) => facts ?? []);
  const [first = '', ...others] = iommus.map(({ name }) => name);
  const offer = (names: readonly string[], keys: FunctionWish): DeviceOffer => ({
    kind: 'vfio',
    bound: all.hostDriver ? ['vfio-pci', 'host'] : ['vfio-pci'],
    iommus: names,
    function: { ...all, ...keys },
    shareGroups: true,
  });
  const devices = [offer([first], more), offer(others, ofOthers)];
  return { iommus, devices: devices.filter((each) => each.iommus.length > 0) };
}

/** As many as there can be. */
const withMessages = { msiVectors: 32, msixVectors: 2048 } as const;
const onBuses = { ownBus: true, sharedBus: true } as const;

/** Of a function of PCI Express. */
const ofExpress = {
  pasidBits: 20,
  pageRequests: true,
  virtualFunction: true,
  ...withMessages,
} as const;

/** Of a function that has what an edu lacks. */
const ofFunctions = {
  ...{ powerManagement: true, functionLevelReset: true },
  ...{ rom: true, ioBar: true, smallBar: true, copyEngine: true },
  ...{ errorReporting: true, assortedCapabilities: true, physicalFunction: true },
} as const;

const withTlb = { deviceTlb: true } as const;

const mocks = mockHardware({ hasPasids: true });
const mocksAndBare: HardwareDescription = {
  iommus: mocks.iommus,
  devices: [...mocks.devices, ...Object.values(bareOffers)],
};

/** What there is of a VT-d, whether its devices sleep or not. */
const vtd = {
  board: vtdBoard,
  bench: 'pci',
  ...pci(vtdBoard, { ...withMessages, ...ofFunctions, ...onBuses }),
  atBoot: { enableSriov: true },
  features: ['type1-container', ...ofEach, ...ofVtd, 'registers-reset', 'no-test-cmd'],
} as const satisfies Omit<ReferenceMachineDescription, 'name'>;

/**
 * Devices that move bytes, or mock devices: as on Linux, where mock devices and an IOMMU exclude each other. `vt-d-test`
 * is for what needs both IOMMU_TEST_CMD and devices that move bytes.
 */
export const machines: readonly ReferenceMachineDescription[] = [
  { name: 'vt-d', ...vtd, features: [...vtd.features, 'msix-causes'] },
  { name: 'vt-d-sleep', ...vtd, features: [...vtd.features, 'runtime-pm'] },
  {
    name: 'mock',
    board: vtdBoard,
    bench: 'mock',
    ...mocks,
    features: ['vfio-container', ...ofEach, ...ofTests, 'sub-page'],
  },
  {
    name: 'vt-d-test',
    board: vtdBoard,
    bench: 'pci',
    ...pci(vtdBoard),
    features: ['vfio-container', ...ofEach, ...ofTests, ...ofVtd],
  },
  {
    name: 'vt-d-nested',
    board: nestedVtdBoard,
    bench: 'pci',
    ...pci(nestedVtdBoard, { ...ofExpress, ...withTlb }, undefined, withTlb),
    features: ['type1-container', ...ofEach, ...ofVtd, 'page-responses', 'dma-with-page-requests'],
  },
  {
    name: 'noiommu',
    board: bareBoard,
    bench: 'mock and bare',
    ...mocksAndBare,
    features: ['type1-container', ...ofEach, ...ofTests, 'sub-page', 'vfio-group'],
  },
  {
    name: 'smmuv3',
    board: smmuBoard,
    bench: 'pci on the root bus',
    ...pci(smmuBoard, { streamIds: 2 }, {}),
    features: ['type1-container', ...ofEach, ...ofSmmu],
  },
  {
    name: 'smmuv3-express',
    board: expressSmmuBoard,
    bench: 'pci on the root bus',
    ...pci(expressSmmuBoard, { pasidBits: 20, stalls: true }, {}),
    features: ['vfio-container', ...ofEach, ...ofSmmu],
  },
  {
    name: 'virtio-iommu',
    board: virtioBoard,
    bench: 'pci',
    ...pci(virtioBoard),
    features: ['vfio-container', ...ofEach, ...ofUnsafe],
    atBoot,
  },
  {
    name: 'virtio-limits',
    board: limitedVirtioBoard,
    bench: 'pci',
    ...pci(limitedVirtioBoard),
    features: [
      'vfio-container',
      ...ofEach.filter((each) => each !== 'two-devices'),
      'vfio-device',
      'vfio-group',
      'dma',
      'vfio-dma-buf',
      'edu-registers',
      'unsafe-interrupts',
      'virtio-limits',
    ],
    atBoot,
  },
  {
    name: 'virtio-requests',
    board: undrivenVirtioBoard,
    bench: 'virtio requests',
    iommus: [],
    devices: [bareOffers.inNoiommuMode],
    features: ['vfio-container', ...ofProcesses, 'vfio-group', 'virtio-requests'],
  },
  {
    name: 'amd-iommu',
    board: amdBoard,
    bench: 'pci',
    ...pci(amdBoard, { msiVectors: 32 }),
    features: ['type1-container', ...ofEach, ...ofAmd],
    atBoot,
  },
  {
    name: 'amd-nesting',
    board: amdNestingBoard,
    bench: 'pci',
    ...pci(amdNestingBoard, { deviceTlb: true }),
    features: ['vfio-container', ...ofEach, ...ofAmd],
    atBoot,
  },
  {
    name: 'amd-guest',
    board: amdGuestBoard,
    bench: 'pci',
    ...pci(amdGuestBoard, { deviceTlb: true }),
    features: ['vfio-container', ...ofEach, ...ofAmd, 'amd-guest-tables'],
    atBoot,
  },
];
