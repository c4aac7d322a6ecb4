/** What a scenario may ask of a device: what its function has of its own, where it stands, and who drives it. */
export interface DeviceWish {
  readonly function?: FunctionWish;
  /** The name of an IOMMU of the machine's description, or `none`; the first one where nothing is said. */
  readonly iommu?: string;
  /** Beside another device, where the IOMMU cannot tell the two apart; in a group of its own where nothing is said. */
  readonly group?: { readonly with: DeviceId };
  /** What the machine's devices are bound to where nothing is said. */
  readonly bound?: Binding;
}

export type DeviceId = string;

/** The IOMMU of a device that none stands before. */
export const noIommu = 'none';

interface FunctionKey {
  /** A count or a number of bits, from 1 on; or there at all. */
  readonly kind: 'count' | 'flag';
  /** In the table of a scenario: `| PASIDs | 20 bits |`, `| page requests | yes |`. */
  readonly words: string;
  readonly unit?: string;
  /** Behind the name of a device, for a count with what is usual: `a device "nic" with PASIDs`. */
  readonly short: string;
  readonly usual?: number;
  /** What machines have that can plug such a function; a count counts from `from` on. */
  readonly feature: string;
  readonly from?: number;
  readonly says: string;
  readonly requires: readonly string[];
}

/**
 * What a PCI function may have of its own. All else that knows of a key follows from its entry: the type of the wish,
 * the schema of the wire, the words of scenarios, and the feature of machines that have such functions.
 */
export const functionKeys = {
  pasidBits: {
    kind: 'count',
    words: 'PASIDs',
    unit: 'bits',
    short: 'with PASIDs',
    usual: 20,
    feature: 'device-with-pasids',
    requires: ['vfio-device'],
    says: 'A VFIO device has PASIDs.',
  },
  pageRequests: {
    kind: 'flag',
    words: 'page requests',
    short: 'with page requests',
    feature: 'device-with-page-requests',
    requires: ['vfio-device', 'fault-queue'],
    says: 'A VFIO device asks for pages, and the bench says which.',
  },
  virtualFunction: {
    kind: 'flag',
    words: 'virtual function',
    short: 'that is a virtual function',
    feature: 'virtual-function',
    requires: ['vfio-device', 'fault-queue'],
    says: 'A VFIO device is a virtual function that could ask for pages.',
  },
  deviceTlb: {
    kind: 'flag',
    words: 'device TLB',
    short: 'with a device TLB',
    feature: 'device-with-tlb',
    requires: ['vfio-device'],
    says: 'A VFIO device keeps translations of its own, and has neither PASIDs nor page requests.',
  },
  streamIds: {
    kind: 'count',
    words: 'stream IDs',
    short: 'with two stream IDs',
    usual: 2,
    feature: 'device-with-two-streams',
    from: 2,
    requires: ['smmuv3'],
    says: 'A VFIO device sends its requests under either of two stream IDs.',
  },
  stalls: {
    kind: 'flag',
    words: 'stalls',
    short: 'that may stall',
    feature: 'device-with-stalls',
    requires: ['smmuv3', 'fault-queue', 'dma'],
    says: 'Accesses of a VFIO device that lack a page are held, and go on once software has answered.',
  },
  msiVectors: {
    kind: 'count',
    words: 'MSI vectors',
    short: 'with MSI',
    usual: 16,
    feature: 'device-with-several-msi',
    from: 2,
    requires: ['vfio-device'],
    says: 'A VFIO device has MSI with more than one vector.',
  },
  msixVectors: {
    kind: 'count',
    words: 'MSI-X vectors',
    short: 'with MSI-X',
    usual: 8,
    feature: 'device-with-msix',
    requires: ['vfio-device'],
    says: 'A VFIO device has MSI-X, with its table at 8 KiB of BAR 0 and pending bits in a page of their own behind it.',
  },
  powerManagement: {
    kind: 'flag',
    words: 'power management',
    short: 'with power management',
    feature: 'device-with-power-management',
    requires: ['vfio-device'],
    says: 'A VFIO device has the power states D0 and D3hot, and memory in BAR 0.',
  },
  functionLevelReset: {
    kind: 'flag',
    words: 'function level reset',
    short: 'that can be reset alone',
    feature: 'device-with-function-level-reset',
    requires: ['vfio-device'],
    says: 'A VFIO device of PCI Express has a function level reset, and in BAR 4, of 64 bits, the common structure of virtio.',
  },
  errorReporting: {
    kind: 'flag',
    words: 'error reporting',
    short: 'that reports errors',
    feature: 'device-with-error-reporting',
    requires: ['vfio-device'],
    says: 'A VFIO device of PCI Express reports errors by an extended capability, the first of its list, and has a serial number.',
  },
  assortedCapabilities: {
    kind: 'flag',
    words: 'assorted capabilities',
    short: 'with assorted capabilities',
    feature: 'device-with-assorted-capabilities',
    requires: ['vfio-device'],
    says: 'A VFIO device of PCI Express has capabilities that a user has nothing of, among them the first of each list, at 0x40 and at 0x100; a reset by its advanced features, vital product data, and extended capabilities of vendors.',
  },
  physicalFunction: {
    kind: 'flag',
    words: 'physical function',
    short: 'that is a physical function',
    feature: 'physical-function',
    requires: ['vfio-sysfs'],
    says: 'A VFIO device of PCI Express has power states, memory in BAR 0, and two virtual functions, which vfio-pci makes where sysfs asks for them.',
  },
  copyEngine: {
    kind: 'flag',
    words: 'copy engine',
    short: 'that copies',
    feature: 'copy-engine',
    requires: ['vfio-device'],
    says: 'A VFIO device is a copy engine of Intel, with one channel, whose registers are in BAR 0.',
  },
  rom: {
    kind: 'flag',
    words: 'ROM',
    short: 'with a ROM',
    feature: 'device-with-rom',
    requires: ['vfio-device'],
    says: 'A VFIO device has an expansion ROM with an image.',
  },
  ioBar: {
    kind: 'flag',
    words: 'I/O BAR',
    short: 'with an I/O BAR',
    feature: 'device-with-io-bar',
    requires: ['vfio-device'],
    says: 'A VFIO device has 32 ports in BAR 2, and memory in BAR 0.',
  },
  smallBar: {
    kind: 'flag',
    words: 'small BAR',
    short: 'with a small BAR',
    feature: 'device-with-small-bar',
    requires: ['vfio-device'],
    says: 'A VFIO device has 256 bytes of memory in BAR 1, at the begin of a page.',
  },
  ownBus: {
    kind: 'flag',
    words: 'bus of its own',
    short: 'alone on a bus',
    feature: 'device-alone-on-bus',
    requires: ['vfio-device'],
    says: 'A VFIO device is alone on a bus that can be reset.',
  },
  sharedBus: {
    kind: 'flag',
    words: 'shared bus',
    short: 'on a bus with others',
    feature: 'device-on-shared-bus',
    requires: ['shared-group'],
    says: 'Two VFIO devices of a group are on a bus that can be reset, and nothing else is.',
  },
  hostDriver: {
    kind: 'flag',
    words: 'driver of the host',
    short: 'that the host can drive',
    feature: 'host-driver',
    requires: ['shared-group'],
    says: 'Beside a VFIO device, its group has one that a driver of the host can have, one that uses the DMA API.',
  },
} as const satisfies Readonly<Record<string, FunctionKey>>;

export type FunctionKeyName = keyof typeof functionKeys;

/** What a PCI function has of its own. */
export type FunctionWish = {
  readonly [K in FunctionKeyName]?: (typeof functionKeys)[K]['kind'] extends 'count'
    ? number
    : boolean;
};

export const everyFunctionKey = Object.entries(functionKeys) as readonly (readonly [
  FunctionKeyName,
  FunctionKey,
])[];

/** Who has a device when it is plugged; `mdev` has none in hardware: a driver makes it up. */
export const bindings = ['vfio-pci', 'noiommu', 'mdev', 'host'] as const;

export type Binding = (typeof bindings)[number];

/** Those that a device can be given to later: VFIO, or a driver of the host, one that uses the DMA API. */
export const drivers = ['vfio-pci', 'host'] as const satisfies readonly Binding[];

export type Driver = (typeof drivers)[number];
