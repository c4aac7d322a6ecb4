import { functionKeys } from './device-wish.ts';
import type { FunctionKeyName } from './device-wish.ts';

const ofMachines = {
  'ioas-map-file': { says: 'IOMMU_IOAS_MAP_FILE exists and takes a memfd.' },
  'change-process': { says: 'IOMMU_IOAS_CHANGE_PROCESS exists.', requires: ['ioas-map-file'] },
  'dma-buf': {
    says: 'The machine can make a dma-buf that IOMMU_IOAS_MAP_FILE takes.',
    requires: ['ioas-map-file'],
  },
  'vfio-dma-buf': {
    says: 'A VFIO device exports its registers as a dma-buf, which other devices may reach.',
    requires: ['ioas-map-file', 'vfio-device'],
  },
  noiommu: {
    says: 'IOMMU_IOAS_NOIOMMU_GET_PA is compiled in, and noiommu devices have character devices.',
  },
  device: { says: 'A device can be attached to an IOAS, and `sees` answers for it.' },
  'two-devices': {
    says: 'Two devices in groups of their own can be attached.',
    requires: ['device'],
  },
  'shared-group': { says: 'Two VFIO devices share one IOMMU group.', requires: ['vfio-device'] },
  'vfio-device': {
    says: 'Devices are VFIO character devices: open, bind, attach, detach.',
    requires: ['device'],
  },
  'edu-registers': {
    says: "A VFIO device has the registers of QEMU's teaching device edu in BAR 0.",
    requires: ['vfio-device'],
  },
  'vfio-sysfs': {
    says: 'Processes read and write the files that sysfs has of VFIO devices, their groups and vfio-pci.',
    requires: ['vfio-device', 'vfio-group'],
  },
  'runtime-pm': {
    says: 'The kernel suspends a VFIO device that nobody uses: CONFIG_PM.',
    requires: ['vfio-sysfs'],
  },
  'registers-reset': {
    says: 'A reset clears the registers of VFIO devices, which those of the edu of QEMU are not.',
    requires: ['edu-registers'],
  },
  'msix-causes': {
    says: 'A VFIO device with MSI-X has the registers of edu as well, by which its vectors are raised.',
    requires: ['edu-registers', 'device-with-msix'],
  },
  'vfio-group': {
    says: 'VFIO devices can be had by their group: /dev/vfio/N and GET_DEVICE_FD.',
  },
  'device-without-iommu': { says: 'A VFIO device has no IOMMU, and noiommu is switched off.' },
  'noiommu-device': {
    says: 'A VFIO device that moves bytes has no IOMMU, and noiommu is switched on.',
  },
  'emulated-device': { says: 'A VFIO device is emulated: it does no DMA.' },
  'device-behind-another-iommu': {
    says: 'A VFIO device is behind an older IOMMU than the others: narrow, and without snoop control.',
    requires: ['vfio-device'],
  },
  'snoop-control': {
    says: 'The IOMMU of a VFIO device can make all its accesses snoop the caches.',
    requires: ['vfio-device'],
  },
  'basic-iommu': {
    says: 'The IOMMU of a VFIO device has no nesting, no dirty bits, no PASIDs and no snoop control.',
    requires: ['vfio-device'],
  },
  'hw-info': {
    says: 'The driver of the IOMMU has information about it for IOMMU_GET_HW_INFO.',
    requires: ['hwpt-alloc'],
  },
  'hwpt-flags': {
    says: 'The driver of the IOMMU takes flags for a page table, and page tables can have fault queues.',
    requires: ['hwpt-alloc'],
  },
  'unsafe-interrupts': {
    says: 'Devices can forge the interrupts of each other; a parameter of iommufd allows it.',
    requires: ['vfio-device'],
  },
  'intel-iommu': { says: 'VFIO devices are behind a VT-d.', requires: ['vfio-device'] },
  'scalable-vt-d': {
    says: 'They are behind a VT-d in scalable mode: it has tables for each PASID.',
    requires: ['intel-iommu', 'hwpt-alloc'],
  },
  'intel-nesting': {
    says: 'They are behind a VT-d in scalable mode with nested translation.',
    requires: ['intel-iommu', 'hwpt-alloc'],
  },
  smmuv3: { says: 'VFIO devices are behind an Arm SMMUv3.', requires: ['vfio-device'] },
  'smmuv3-nesting': {
    says: "Its stage 1 can be a guest's: the devices force coherency.",
    requires: ['smmuv3', 'viommu'],
  },
  'smmuv3-express': {
    says: 'It has ATS, substreams and the hardware update of tables.',
    requires: ['smmuv3'],
  },
  'iommu-without-nesting': {
    says: 'A VFIO device is behind an IOMMU that has no nested translation.',
    requires: ['vfio-device'],
  },
  'iommu-without-dirty-bits': {
    says: 'A VFIO device is behind an AMD IOMMU that nests and does not mark what is written.',
    requires: ['vfio-device'],
  },
  'iommu-past-caches': {
    says: 'A VFIO device is behind an IOMMU whose nested translation lets a guest go past the caches.',
    requires: ['vfio-device'],
  },
  'iommu-with-large-pages': {
    says: 'A VFIO device is behind an IOMMU whose smallest page is larger than a page of memory.',
    requires: ['vfio-device'],
  },
  'iommu-without-coherency': {
    says: 'A VFIO device is behind an IOMMU that does not snoop the caches of the processors.',
    requires: ['vfio-device'],
  },
  'amd-iommu': { says: 'VFIO devices are behind an AMD IOMMU.', requires: ['vfio-device'] },
  'amd-nesting': {
    says: 'Page tables of guests can be put on those of the AMD IOMMU.',
    requires: ['amd-iommu', 'hwpt-alloc', 'viommu'],
  },
  'amd-guest-tables': {
    says: 'The driver of the AMD IOMMU takes page tables of guests, which no release of Linux does.',
    requires: ['vfio-device', 'hwpt-alloc', 'viommu'],
  },
  'virtio-iommu': { says: 'VFIO devices are behind a virtio-iommu.', requires: ['vfio-device'] },
  'virtio-requests': {
    says: 'No driver of the kernel has the virtio-iommu that devices in noiommu mode are behind: the bench sends it requests.',
    requires: ['noiommu', 'noiommu-device'],
  },
  'virtio-limits': {
    says: 'The virtio-iommu has a narrow range of IOVAs, few domains, few mappings, reserved memory, pages of 1 KiB, and devices share no domain.',
    requires: ['vfio-device'],
  },
  'fault-injection': {
    says: '/proc/self/fail-nth and fail_iommufd make checks inside the kernel fail.',
    requires: ['test-cmd'],
  },
  dma: { says: 'Devices move bytes: dmaRead and dmaWrite work.', requires: ['device'] },
  'caches-keep': {
    says: 'What an IOMMU or a device has cached stays until it is flushed, as of a model that forgets nothing by itself.',
    requires: ['dma'],
  },
  'reserved-iova': {
    says: 'IOVAs from 4078 MiB on are reserved for the interrupts of an attached device, as on x86.',
    requires: ['device'],
  },
  'narrow-iommu': {
    says: 'The IOMMU of the devices translates fewer than 64 bits of an address.',
    requires: ['device'],
  },
  'sub-page': {
    says: 'A device page table maps pieces smaller than a page.',
    requires: ['device'],
  },
  'no-test-cmd': { says: 'The kernel is not built for tests: IOMMU_TEST_CMD is unknown.' },
  'test-cmd': {
    says: 'IOMMU_TEST_CMD works: mock devices, accesses, reserved ranges, reference counts.',
  },
  pasid: {
    says: 'A mock device can have PASIDs, and IOMMU_TEST_CMD attaches them.',
    requires: ['test-cmd', 'hwpt-alloc'],
  },
  'vfio-container': { says: '/dev/vfio/vfio is served by iommufd.' },
  'type1-container': { says: "/dev/vfio/vfio is VFIO's own container, with type1 behind it." },
  'vfio-compat': { says: 'An iommufd answers the ioctls of a VFIO container.' },
  processes: { says: 'spawn() works.' },
  limits: { says: 'setLimit() works, and capabilities can be dropped.' },
  hugetlb: { says: 'Huge pages can be mapped: MAP_HUGETLB and MFD_HUGETLB.' },
  proc: { says: '/proc/self/status tells VmPin and VmLck.' },
  'hwpt-alloc': { says: 'IOMMU_HWPT_ALLOC makes page tables by hand.', requires: ['device'] },
  nesting: {
    says: 'IOMMU_HWPT_ALLOC puts page tables of guests on a nesting parent; they can be invalidated.',
    requires: ['hwpt-alloc'],
  },
  'dirty-tracking': {
    says: 'A page table can track what is written through it, and a device can be made to write.',
    requires: ['hwpt-alloc'],
  },
  'page-table-types': {
    says: 'The test driver makes page tables of several formats: MOCK_IOMMUPT_HUGE.',
    requires: ['hwpt-alloc', 'test-cmd'],
  },
  'fault-queue': { says: 'IOMMU_FAULT_QUEUE_ALLOC exists.' },
  'page-responses': {
    says: 'The bench sees which answers a VFIO device gets to its page requests.',
    requires: ['device-with-page-requests'],
  },
  'dma-with-page-requests': {
    says: 'A VFIO device asks for the pages that an access of it lacks, and waits; the bench can answer it by itself.',
    requires: ['dma', 'page-responses'],
  },
  'refusal-log': {
    says: 'The bench finds in the log of the kernel which accesses a VT-d refused, and why; each that was recorded is there.',
    requires: ['intel-iommu', 'dma'],
  },
  'page-requests': {
    says: 'A device can be made to ask for a page, and a fault queue takes its requests.',
    requires: ['fault-queue', 'hwpt-alloc'],
  },
  viommu: { says: 'IOMMU_VIOMMU_ALLOC and IOMMU_VDEVICE_ALLOC exist.' },
  veventq: { says: 'IOMMU_VEVENTQ_ALLOC exists.', requires: ['viommu'] },
  'hw-queue': { says: 'IOMMU_HW_QUEUE_ALLOC exists.', requires: ['veventq'] },
} as const satisfies Record<string, { says: string; requires?: readonly string[] }>;

type OfFunctions = {
  readonly [K in FunctionKeyName as (typeof functionKeys)[K]['feature']]: Pick<
    (typeof functionKeys)[K],
    'says' | 'requires'
  >;
};

const ofFunctions = Object.fromEntries(
  Object.values(functionKeys).map(({ feature, says, requires }) => [feature, { says, requires }]),
) as OfFunctions;

/**
 * The closed list of what a machine may offer beyond a bare /dev/iommu. A scenario asks with `@needs:<feature>`; an
 * adapter declares, or describes what it follows from. `requires` are the contradictions: one without the other is refused.
 */
export const features = { ...ofMachines, ...ofFunctions };

export type Feature = keyof typeof features;

export const everyFeature = Object.keys(features) as Feature[];

/** What has to be declared with it. */
export function requiredBy(feature: Feature): readonly Feature[] {
  const entry = features[feature];
  return 'requires' in entry ? entry.requires : [];
}

/** Has a machine with `feature` the other one as well? */
export function implies(feature: Feature, other: Feature): boolean {
  return feature === other || requiredBy(feature).some((required) => implies(required, other));
}
