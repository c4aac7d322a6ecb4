/** What a virtual machine has beside processor and memory, and what its kernel has to be told for that. */
export interface HardwareKind {
  /** Arguments for QEMU. */
  readonly devices: readonly string[];
  /** Words for the kernel command line. */
  readonly parameters: readonly string[];
}

/** Two functions of one slot share an IOMMU group: without ACS they could talk to each other behind the IOMMU. */
export const eduGroups = [
  ['0000:00:04.0', '0000:00:04.1'],
  ['0000:00:05.0', '0000:00:05.1'],
] as const;

function eduDevice(address: string): string[] {
  const slot = address.replace(/^0000:00:/, '');
  return ['-device', `edu,addr=${slot},multifunction=on,dma_mask=0xffffffffffffffff`];
}

function eduBehind(iommu: string): string[] {
  return ['-device', iommu, ...eduGroups.flat().flatMap(eduDevice)];
}

/** Without interrupt remapping binding a device is refused as unsafe, unless this allows it. */
const unsafe = ['iommufd.allow_unsafe_interrupts=1'];

/**
 * The machines that a kernel is tried on, in order of preference. Mock devices and an emulated IOMMU exclude each other,
 * and no machine has two kinds of IOMMU.
 */
export const hardwareKinds = {
  selftest: { devices: [], parameters: [] },
  edu: { devices: eduBehind('intel-iommu,intremap=on'), parameters: [] },
  'virtio-iommu': { devices: eduBehind('virtio-iommu-pci'), parameters: unsafe },
  'amd-iommu': { devices: eduBehind('amd-iommu,intremap=off'), parameters: unsafe },
} as const satisfies Record<string, HardwareKind>;

export type Hardware = keyof typeof hardwareKinds;

export const everyHardware = Object.keys(hardwareKinds) as Hardware[];

export function isHardware(name: string): name is Hardware {
  return name in hardwareKinds;
}
