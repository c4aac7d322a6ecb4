/**
 * What a requirement is. The tables in requirements/ hold them; a number is assigned once, appended only and never
 * reused, so that an id can stand in tags, comments, mutants and lists of known failures.
 */

/**
 * How binding a requirement is. `contract`: the uAPI header or its documentation says so. `observed`: only Linux's
 * behaviour says so, or of a VMM only QEMU's, and a program could depend on it. `open`: several results are allowed, and the
 * sentence lists them.
 */
export type Level = 'contract' | 'observed' | 'open';

/** A kernel release, `6.13`. */
export type Release = `${number}.${number}`;

/** Groups of requirements that an implementation conforms to as a whole. */
export const profiles = {
  base: 'An I/O address space: objects, maps, copies, options, and devices attached to them.',
  vfio: 'VFIO character devices: open, bind, attach, detach.',
  'vfio-compat': 'The VFIO container ioctls on an iommufd.',
  'dma-buf': 'Maps of dma-bufs.',
  noiommu: 'Devices without an IOMMU.',
  nesting: 'Nested page tables and virtual IOMMUs.',
  faults: 'Fault queues.',
  dirty: 'Page tables that track dirty pages.',
  pasid: 'Page tables for PASIDs.',
  'test-cmd': 'IOMMU_TEST_CMD of a kernel built for tests.',
  'hardware-vtd': 'Intel VT-d.',
  'hardware-smmuv3': 'Arm SMMUv3.',
  'hardware-tegra241': 'The virtual command queues of the Tegra241.',
  'hardware-amd': 'AMD IOMMU.',
  'hardware-virtio': 'virtio-iommu.',
  'hardware-pci': 'Devices of PCI Express with ATS, PASIDs and page requests.',
  vmm: 'A virtual machine monitor: which calls it makes, in which order, and what devices of its guest see.',
} as const;

export type Profile = keyof typeof profiles;

/**
 * What a profile is about: without a machine that has one of these features it is not tested, whatever passes of it. Of a
 * profile that is not listed a bare /dev/iommu has enough.
 */
export const profileNeeds: Readonly<Record<string, readonly string[]>> = {
  vfio: ['vfio-device', 'vfio-group'],
  'vfio-compat': ['vfio-compat'],
  'dma-buf': ['dma-buf', 'vfio-dma-buf'],
  noiommu: ['noiommu'],
  nesting: ['nesting', 'viommu', 'intel-nesting', 'smmuv3-nesting', 'amd-nesting'],
  faults: ['fault-queue'],
  dirty: ['dirty-tracking'],
  pasid: ['pasid', 'device-with-pasids'],
  'test-cmd': ['test-cmd'],
  'hardware-vtd': ['intel-iommu'],
  'hardware-smmuv3': ['smmuv3'],
  'hardware-amd': ['amd-iommu'],
  'hardware-virtio': ['virtio-iommu'],
  'hardware-pci': ['device-with-pasids', 'device-with-page-requests'],
  vmm: ['vfio-device'],
} satisfies Partial<Record<Profile, readonly string[]>>;

/** Where a requirement can be read. */
export interface Source {
  readonly kind: 'uapi' | 'documentation' | 'linux' | 'book' | 'qemu';
  /** A path in the kernel tree or, for `qemu`, in that of QEMU; or the title of a book. */
  readonly file: string;
  /** The C symbol, the heading of a documentation comment, or the chapter. */
  readonly symbol: string;
}

/** A header of include/uapi/linux, and the symbol whose documentation says it. */
export function uapi(file: string, symbol: string): Source {
  return { kind: 'uapi', file: `include/uapi/linux/${file}`, symbol };
}

/** A document under Documentation/, and the heading. */
export function documentation(file: string, heading: string): Source {
  return { kind: 'documentation', file: `Documentation/${file}`, symbol: heading };
}

/** A function of Linux; a bare file name is one of drivers/iommu/iommufd. */
export function linux(file: string, symbol: string): Source {
  const path = file.includes('/') ? file : `drivers/iommu/iommufd/${file}`;
  return { kind: 'linux', file: path, symbol };
}

/** A hardware book with its version, and the chapter. */
export function book(title: string, chapter: string): Source {
  return { kind: 'book', file: title, symbol: chapter };
}

/** A function of QEMU; a bare file name is one of hw/vfio. */
export function qemu(file: string, symbol: string): Source {
  return { kind: 'qemu', file: file.includes('/') ? file : `hw/vfio/${file}`, symbol };
}

/** What held before the behaviour changed. */
export interface Change {
  /** The last release known to behave in the old way. */
  readonly after: Release;
  /** A sentence, as in `says`. */
  readonly was: string;
}

export interface Requirement {
  /** `IOAS-MAP-14`. */
  readonly id: string;
  readonly family: string;
  /** The number within the family, from 1. */
  readonly number: number;
  /** One sentence: the condition and the result. */
  readonly says: string;
  readonly level: Level;
  readonly source: readonly Source[];
  /** The first release that has what the requirement is about. */
  readonly since: Release;
  readonly profile: Profile;
  readonly changed?: Change;
}

type Statement = Pick<Requirement, 'says' | 'level' | 'source'> &
  Partial<Pick<Requirement, 'since' | 'profile' | 'changed'>>;

/** What holds for each requirement of a family that does not say otherwise. */
export interface Family extends Pick<Requirement, 'family' | 'since' | 'profile'> {
  /** What the family is about, for a heading. */
  readonly title: string;
}

export interface RequirementTable extends Family {
  /** In the order of their numbers. */
  readonly requirements: readonly Requirement[];
}

/** The requirements of one family, by number. */
export function requirements(
  family: Family,
  statements: Readonly<Record<number, Statement>>,
): RequirementTable {
  const { family: name, since, profile } = family;
  return {
    ...family,
    requirements: Object.entries(statements).map(([number, statement]) => ({
      id: requirementId(name, Number(number)),
      family: name,
      number: Number(number),
      since,
      profile,
      ...statement,
    })),
  };
}

/** What a family is about: `iommufd`, `vfio` (`VFIO-CDEV`), `hardware` (`HW-VTD`) or `vmm` (`VMM-ATT`). */
export function subsystemOf(family: string): 'iommufd' | 'vfio' | 'hardware' | 'vmm' {
  if (family.startsWith('HW-')) return 'hardware';
  if (family.startsWith('VMM-')) return 'vmm';
  return family.startsWith('VFIO-') ? 'vfio' : 'iommufd';
}

/** `IOAS-MAP`, 7: `IOAS-MAP-07`. */
export function requirementId(family: string, number: number): string {
  return `${family}-${String(number).padStart(2, '0')}`;
}

/** Is `release` the release `since` or a later one? Takes `6.12.117` as well as `6.12`. */
export function isSince(release: string, since: Release): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const [sinceMajor = 0, sinceMinor = 0] = since.split('.').map(Number);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
