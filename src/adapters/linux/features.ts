import { isDerived } from '#port/derived-features.ts';
import type { Feature } from '#port/features.ts';
import { everyFeature } from '#port/features.ts';
import type { DeclaredFeature } from '#port/machine-description.ts';
import type { Settings } from '#port/setting.ts';
import type { Hardware } from '#lab/hardware.ts';
import { atLeast } from '#lab/kernel-image.ts';
import { LabError } from '#lab/tools.ts';

/** What needs a release, and nothing else. */
const since: Readonly<Partial<Record<DeclaredFeature, `${number}.${number}`>>> = {
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
const ofEveryLinux: readonly DeclaredFeature[] = ['vfio-compat', 'processes', 'limits', 'proc'];

/** Of edu devices behind an emulated IOMMU. */
const ofEdu = [
  ...(['device', 'two-devices', 'vfio-device', 'vfio-group'] as const),
  ...(['dma', 'hwpt-alloc', 'vfio-dma-buf', 'edu-registers', 'vfio-sysfs'] as const),
] as const;

const ofX86 = [...ofEdu, 'reserved-iova'] as const;
/** Of drivers of IOMMUs that there are in hardware. */
const ofDriver = ['hw-info', 'hwpt-flags'] as const;
const ofSmmu = [...ofEdu, ...ofDriver] as const;

const ofSelftest = [
  ...(['device', 'two-devices', 'sub-page', 'test-cmd', 'hwpt-alloc'] as const),
  ...ofDriver,
  'page-table-types',
  ...(['nesting', 'dirty-tracking', 'page-requests', 'pasid', 'fault-injection'] as const),
] as const;

const ofHardware: Readonly<Record<Hardware, readonly DeclaredFeature[]>> = {
  selftest: ofSelftest,
  edu: [...ofX86, ...ofDriver],
  'edu-snoop': [...ofX86, ...ofDriver],
  'edu-functions': [...ofX86, ...ofDriver],
  'virtio-iommu': [...ofX86, 'unsafe-interrupts'],
  'amd-iommu': [...ofX86, ...ofDriver, 'unsafe-interrupts'],
  'edu-scalable': [...ofX86, ...ofDriver],
  'edu-first-stage': [...ofX86, ...ofDriver],
  smmuv3: ofSmmu,
  'smmuv3-stage1': ofSmmu,
  'smmuv3-groups': ofSmmu,
  noiommu: [...ofSelftest, 'vfio-group'],
  'virtio-requests': ['noiommu', 'vfio-group', 'virtio-requests'],
};

/** What a kernel of that release offers. `more` is what this machine has beyond it. */
export function declaredOf(
  release: string,
  more: readonly DeclaredFeature[] = [],
): readonly DeclaredFeature[] {
  const grown = (Object.keys(since) as DeclaredFeature[]).filter((feature) =>
    atLeast(release, since[feature] ?? '0.0'),
  );
  return [...new Set([...ofEveryLinux, ...grown, ...more])];
}

export function hardwareFeatures(hardware: Hardware, release: string): readonly DeclaredFeature[] {
  return ofHardware[hardware].filter((feature) => atLeast(release, ofTestsSince[feature] ?? '0.0'));
}

/** The test driver gives PASIDs to mock devices. */
export function hasMockPasids(release: string): boolean {
  return hardwareFeatures('selftest', release).includes('pasid');
}

/** drivers/iommu/amd: its own page tables took any address, those of drivers/iommu/generic_pt (6.19) what they have levels for. */
export function amdAddressBitsOf(release: string): number {
  return atLeast(release, '6.19') ? 48 : 64;
}

/** What both adapters of Linux can be told. */
export const linuxSettings: Settings = {
  features: {
    takes: 'text',
    says: "features that the kernel's configuration adds, with commas between them",
  },
};

/**
 * `features=noiommu,dma-buf`: what the user knows of the kernel's configuration. Throws for an unknown name, and for one
 * that a machine has by its devices.
 */
export function declaredByUser(
  settings: Readonly<Record<string, string>>,
): readonly DeclaredFeature[] {
  const names = (settings['features'] ?? '').split(',').filter((name) => name !== '');
  return names.map((name) => {
    if (!everyFeature.includes(name as Feature))
      throw new LabError(
        `features=${name}: there is no such feature; known are ${everyFeature.join(', ')}`,
      );
    if (isDerived(name as Feature))
      throw new LabError(`features=${name}: that follows from the devices of a machine`);
    return name as DeclaredFeature;
  });
}
