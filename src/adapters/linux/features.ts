import type { Feature } from '#port/features.ts';
import { everyFeature } from '#port/features.ts';
import type { Hardware } from '#lab/hardware.ts';
import { atLeast } from '#lab/kernel-image.ts';
import { LabError } from '#lab/tools.ts';

/** What needs a release, and nothing else. */
const since: Readonly<Partial<Record<Feature, `${number}.${number}`>>> = {
  'fault-queue': '6.11',
  viommu: '6.13',
  veventq: '6.15',
  'hw-queue': '6.17',
  'ioas-map-file': '6.13',
  'change-process': '6.14',
};

/** What the test driver does from that release on. */
const ofTestsSince: typeof since = {
  nesting: '6.6',
  'dirty-tracking': '6.7',
  'page-requests': '6.11',
  pasid: '6.15',
  'page-table-types': '6.19',
  'vfio-dma-buf': '6.19',
};

/** What a process on any Linux can do. */
const ofEveryLinux: readonly Feature[] = ['vfio-compat', 'processes', 'limits', 'proc'];

/** Of edu devices behind an emulated IOMMU. */
const ofEdu = [
  ...(['device', 'two-devices', 'vfio-device', 'vfio-group', 'shared-group'] as const),
  ...(['dma', 'hwpt-alloc', 'vfio-dma-buf'] as const),
] as const;

const ofX86 = [...ofEdu, 'reserved-iova'] as const;
/** Of drivers of IOMMUs that there are in hardware. */
const ofDriver = ['hw-info', 'hwpt-flags'] as const;
const ofSmmu = [...ofEdu, ...ofDriver, 'smmuv3', 'device-with-two-streams'] as const;

const ofSelftest = [
  ...(['device', 'two-devices', 'sub-page', 'test-cmd', 'hwpt-alloc'] as const),
  ...ofDriver,
  'page-table-types',
  ...(['nesting', 'dirty-tracking', 'page-requests', 'pasid', 'fault-injection'] as const),
] as const;

const ofHardware: Readonly<Record<Hardware, readonly Feature[]>> = {
  selftest: ofSelftest,
  edu: [...ofX86, ...ofDriver, 'intel-iommu', 'host-driver', 'basic-iommu'],
  'edu-snoop': [...ofX86, ...ofDriver, 'intel-iommu', 'snoop-control'],
  'virtio-iommu': [...ofX86, 'virtio-iommu', 'unsafe-interrupts'],
  'amd-iommu': [...ofX86, ...ofDriver, 'amd-iommu', 'unsafe-interrupts'],
  smmuv3: ofSmmu,
  'smmuv3-stage1': [...ofSmmu, 'iommu-without-nesting'],
  noiommu: [...ofSelftest, 'device-without-iommu', 'vfio-group'],
};

/** What a kernel offers only for the devices of one machine. */
const ofOneHardware: Readonly<Partial<Record<Feature, Hardware>>> = {
  'noiommu-device': 'noiommu',
  'emulated-device': 'noiommu',
};

/** Those of what a kernel says for itself that there are devices for. */
export function offeredOn(hardware: Hardware, features: readonly Feature[]): readonly Feature[] {
  return features.filter((feature) => (ofOneHardware[feature] ?? hardware) === hardware);
}

/** What a kernel of that release offers. `more` is what this machine has beyond it. */
export function featuresOf(release: string, more: readonly Feature[] = []): readonly Feature[] {
  const grown = (Object.keys(since) as Feature[]).filter((feature) =>
    atLeast(release, since[feature] ?? '0.0'),
  );
  return [...new Set([...ofEveryLinux, ...grown, ...more])];
}

export function hardwareFeatures(hardware: Hardware, release: string): readonly Feature[] {
  return ofHardware[hardware].filter((feature) => atLeast(release, ofTestsSince[feature] ?? '0.0'));
}

/** `features=noiommu,dma-buf`: what the user knows of the kernel's configuration. Throws for an unknown name. */
export function declaredByUser(settings: Readonly<Record<string, string>>): readonly Feature[] {
  const names = (settings['features'] ?? '').split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !everyFeature.includes(name as Feature));
  if (unknown === undefined) return names as Feature[];
  throw new LabError(
    `features=${unknown}: there is no such feature; known are ${everyFeature.join(', ')}`,
  );
}
