import type { Feature } from './features.ts';
import type { HardwareDescription, IommuDescription } from './machine-description.ts';

export interface IommuTrait {
  /** What machines have that have such an IOMMU for VFIO devices; without it, it is one of mock devices. */
  readonly feature?: Feature;
  readonly holds: (iommu: IommuDescription, first: IommuDescription | undefined) => boolean;
}

/** More than a page of memory has: what maps pages of memory needs smaller ones. */
const LARGE_PAGE = 0x1_0000;

/**
 * Properties of an IOMMU by which scenarios choose one, in their words: `behind another IOMMU`, `behind an IOMMU without
 * nesting`. An adapter never sees them, it gets the name of the first IOMMU that has it.
 */
export const iommuTraits = {
  another: {
    feature: 'device-behind-another-iommu',
    holds: (iommu, first) => iommu !== first && !['mock', 'amd'].includes(iommu.model),
  },
  /** Of AMD, whose units share their page tables where these need nothing that one of them lacks. */
  'without dirty bits': {
    feature: 'iommu-without-dirty-bits',
    holds: ({ model, nesting, dirtyTracking }) =>
      model === 'amd' && nesting === true && dirtyTracking === false,
  },
  /** Of other models, scenarios ask the machine: `intel-nesting`, `amd-nesting`. */
  'without nesting': {
    feature: 'iommu-without-nesting',
    holds: ({ model, nesting }) => model === 'smmuv3' && nesting === false,
  },
  'that does not enforce coherency': {
    feature: 'iommu-past-caches',
    holds: ({ nesting, enforcesCoherency }) => nesting === true && enforcesCoherency === false,
  },
  'with pages of 64 KiB': {
    feature: 'iommu-with-large-pages',
    holds: ({ pageSizes: [smallest = 0] = [] }) => smallest >= LARGE_PAGE,
  },
  'that is not coherent': {
    feature: 'iommu-without-coherency',
    holds: ({ coherent }) => coherent === false,
  },
  'without dirty tracking': {
    holds: ({ model, dirtyTracking }) => model === 'mock' && dirtyTracking === false,
  },
} as const satisfies Readonly<Record<string, IommuTrait>>;

export type IommuTraitName = keyof typeof iommuTraits;

export const everyIommuTrait = Object.entries(iommuTraits) as readonly (readonly [
  IommuTraitName,
  IommuTrait,
])[];

/** The first IOMMU of a machine that has it, and that devices can be behind. */
export function iommuThat(
  { iommus, devices }: HardwareDescription,
  trait: IommuTraitName,
): IommuDescription | undefined {
  const { holds }: IommuTrait = iommuTraits[trait];
  const used = new Set(devices.flatMap((offer) => offer.iommus));
  return iommus.find((iommu) => used.has(iommu.name) && holds(iommu, iommus[0]));
}
