import type { Architecture } from './architecture.ts';
import { atLeast } from './kernel-image.ts';

/** What a virtual machine has beside processor and memory, and what its kernel has to be told for that. */
export interface HardwareKind {
  /** Arguments for QEMU. */
  readonly devices: readonly string[];
  /** Words for the kernel command line. */
  readonly parameters: readonly string[];
  /** The agent's port, of the chardev `agent`, where the board's own cannot be used. */
  readonly agent?: readonly string[];
  /** QEMU's boards that can have it; x86_64 only where nothing is said. */
  readonly architectures?: readonly Architecture[];
  /** The first major version of QEMU that has it; any where nothing is said. */
  readonly sinceQemu?: number;
  /** The last one in which it works. */
  readonly untilQemu?: number;
  /** The first release of Linux that was seen to have a driver for it. */
  readonly sinceLinux?: `${number}.${number}`;
}

/** Two functions of one slot share an IOMMU group: without ACS they could talk to each other behind the IOMMU. */
export const eduGroups = [
  ['0000:00:04.0', '0000:00:04.1'],
  ['0000:00:05.0', '0000:00:05.1'],
] as const;

/**
 * Where a guest translates a device, each of its group has to be the guest's: a vDEVICE. So there every device is alone,
 * but on a machine for scenarios of just that.
 */
const eduAlone = eduGroups.map(([first]) => [first]);

/** In the first group as well, a device that a driver of the host takes: it has no other use. */
export const hostDriven = '0000:00:04.2';
export const hostDriver = 'virtio-pci';

/** Behind a bridge of conventional PCI, which may send the requests of its devices under an id of its own. */
export const eduBehindBridge = '0000:01:01.0';

/**
 * Functions that have what an edu lacks: power states, a ROM and an I/O BAR; a function level reset, below a root port as well;
 * a BAR that is smaller than a page; MSI-X.
 */
export const otherFunctions = {
  e1000e: '0000:01:00.0',
  virtioRng: '0000:02:00.0',
  rtl8139: '0000:00:0a.0',
  nvme: '0000:00:0b.0',
  nvmeWithFunctions: '0000:03:00.0',
} as const;

const otherDevices = [
  ...['-device', 'pcie-root-port,id=port1,chassis=1,addr=08.0'],
  ...['-device', 'e1000e,bus=port1'],
  ...['-device', 'pcie-root-port,id=port2,chassis=2,addr=09.0'],
  ...['-device', 'virtio-rng-pci-non-transitional,bus=port2,iommu_platform=on'],
  ...['-device', 'rtl8139,addr=0a.0'],
  ...['-device', 'nvme,serial=1,msix_qsize=8,addr=0b.0'],
  ...['-device', 'pcie-root-port,id=port3,chassis=3,addr=0c.0', '-device', 'nvme-subsys,id=subsys'],
  ...[
    '-device',
    'nvme,serial=2,subsys=subsys,bus=port3,sriov_max_vfs=2,max_ioqpairs=8,msix_qsize=9,' +
      'sriov_vq_flexible=4,sriov_vi_flexible=2',
  ],
];

/** That of a machine where no driver of the kernel has it. */
export const undrivenVirtioIommu = '0000:00:06.0';

/** Two on a bus of conventional PCI, whose bridge resets both; and one below a port of its own. */
export const eduOnSharedBus = ['0000:01:01.0', '0000:01:02.0'] as const;
export const eduAloneOnBus = '0000:02:00.0';

const eduModel = 'edu,multifunction=on,dma_mask=0xffffffffffffffff';

function eduDevice(address: string): string[] {
  const slot = address.replace(/^0000:00:/, '');
  return ['-device', `${eduModel},addr=${slot}`];
}

const eduDevices = eduGroups.flat().flatMap(eduDevice);

const virtioDevice = ['-device', 'virtio-rng-pci,addr=04.2,multifunction=on'];

/** A slow port: the kernel waits for its link after a reset, and QEMU's does not come up at others. */
const eduOnBuses = [
  ...['-device', 'pcie-pci-bridge,id=bridge,addr=06.0'],
  ...['-device', `${eduModel},bus=bridge,addr=01.0`, '-device', `${eduModel},bus=bridge,addr=02.0`],
  ...['-device', 'pcie-root-port,id=slow,addr=07.0,chassis=2,x-speed=2_5,x-width=1'],
  ...['-device', 'edu,bus=slow,dma_mask=0xffffffffffffffff'],
];

function eduBehind(iommu: string): string[] {
  return ['-device', iommu, ...eduDevices];
}

/** The SMMUv3 is a part of the board. */
function eduBehindSmmu(groups: readonly (readonly string[])[]): string[] {
  return [
    ...groups.flat().flatMap(eduDevice),
    ...['-device', 'pcie-pci-bridge,id=bridge,addr=06.0'],
    ...['-device', `${eduModel},bus=bridge,addr=01.0`],
  ];
}

/** Without interrupt remapping binding a device is refused as unsafe, unless this allows it. */
const unsafe = ['iommufd.allow_unsafe_interrupts=1', 'vfio_iommu_type1.allow_unsafe_interrupts=1'];

const noiommuMode = ['vfio.enable_unsafe_noiommu_mode=1'];

/** On a bus of its own, whose interrupts pass the IOMMU by: scenarios let that block every device of the first one. */
const agentPastIommu = [
  ...['-device', 'pxb-pcie,id=past,bus_nr=128,bypass_iommu=on,addr=03.0'],
  ...['-device', 'pcie-root-port,id=aside,bus=past,chassis=1'],
  ...['-device', 'virtio-serial-pci,bus=aside'],
  ...['-device', 'virtserialport,chardev=agent,name=agent'],
];

/** A VT-d with tables for each PASID, which the driver uses where it is asked to. */
const scalableVtd = 'intel-iommu,intremap=on,x-scalable-mode=on';
const scalable = ['intel_iommu=on,sm_on'];

/**
 * The machines that a kernel is tried on, in order of preference. Mock devices and an emulated IOMMU exclude each other,
 * and no machine has two kinds of IOMMU.
 */
export const hardwareKinds = {
  selftest: { devices: [], parameters: [], architectures: ['x86_64', 'arm64'] },
  edu: {
    devices: [...eduBehind('intel-iommu,intremap=on'), ...virtioDevice, ...eduOnBuses],
    parameters: [],
  },
  'edu-snoop': {
    devices: eduBehind('intel-iommu,intremap=on,snoop-control=on'),
    parameters: [],
  },
  'edu-functions': {
    devices: [...eduBehind('intel-iommu,intremap=on'), ...otherDevices],
    // No driver of the kernel begins with it, where there is one.
    parameters: ['initcall_blacklist=nvme_init', 'vfio_pci.enable_sriov=1'],
  },
  'virtio-iommu': { devices: eduBehind('virtio-iommu-pci'), parameters: unsafe },
  /** What a device writes arrives elsewhere in QEMU 10.0.2, such as in the code of the kernel; 7.2 is right. */
  'amd-iommu': {
    devices: eduBehind('amd-iommu,intremap=off'),
    parameters: unsafe,
    untilQemu: 9,
  },
  'edu-scalable': { devices: eduBehind(scalableVtd), parameters: scalable },
  'edu-first-stage': {
    devices: eduBehind(`${scalableVtd},x-flts=on`),
    parameters: scalable,
    sinceQemu: 10,
    // 6.12 has no page table for a device there: EINVAL.
    sinceLinux: '7.3',
  },
  smmuv3: { devices: eduBehindSmmu(eduAlone), parameters: [], architectures: ['arm64'] },
  'smmuv3-stage1': {
    devices: eduBehindSmmu(eduGroups),
    parameters: [],
    architectures: ['arm64'],
  },
  'smmuv3-groups': {
    devices: eduBehindSmmu(eduGroups),
    parameters: [],
    architectures: ['arm64'],
  },
  noiommu: { devices: eduDevices, parameters: noiommuMode },
  /** The kernel's driver of the virtio-iommu does not start: it is the suite's. */
  'virtio-requests': {
    devices: eduBehind('virtio-iommu-pci,addr=06.0'),
    parameters: [
      ...noiommuMode,
      'initcall_blacklist=virtio_iommu_drv_init',
      // Devices do not wait for that driver.
      'deferred_probe_timeout=0',
    ],
    agent: agentPastIommu,
    // Before, devices in noiommu mode have no character device, and nobody tells where memory is.
    sinceLinux: '7.3',
  },
} as const satisfies Record<string, HardwareKind>;

export type Hardware = keyof typeof hardwareKinds;

export const everyHardware = Object.keys(hardwareKinds) as Hardware[];

/** The edu devices that are no oddities, those of a group beside each other. */
export function eduGroupsOf(hardware: Hardware): readonly (readonly string[])[] {
  return hardware === 'smmuv3' ? eduAlone : eduGroups;
}

/** The machines of that board, in one of these major versions of QEMU where they are told. */
export function hardwareOf(
  architecture: Architecture,
  qemu?: readonly number[],
): readonly Hardware[] {
  return everyHardware.filter((name) => {
    const { architectures = ['x86_64'] }: HardwareKind = hardwareKinds[name];
    const works = qemu === undefined || qemu.some((version) => worksIn(name, version));
    return architectures.includes(architecture) && works;
  });
}

/** With a kernel of that release? */
export function isDrivenBy(hardware: Hardware, release: string): boolean {
  const { sinceLinux = '0.0' }: HardwareKind = hardwareKinds[hardware];
  return atLeast(release, sinceLinux);
}

/** In that major version of QEMU? */
export function worksIn(hardware: Hardware, qemu: number): boolean {
  const { sinceQemu = 0, untilQemu = qemu }: HardwareKind = hardwareKinds[hardware];
  return sinceQemu <= qemu && qemu <= untilQemu;
}

export function isHardware(name: string): name is Hardware {
  return name in hardwareKinds;
}
