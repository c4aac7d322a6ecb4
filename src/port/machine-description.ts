import type { DerivedFeature } from './derived-features.ts';
import type { Binding, FunctionWish } from './device-wish.ts';
import type { Feature } from './features.ts';

/** One configuration in which scenarios can run: Linux needs two, as mock devices exclude an emulated IOMMU. */
export interface MachineDescription extends HardwareDescription {
  readonly name: string;
  readonly features: readonly DeclaredFeature[];
}

/** What a description cannot tell by its IOMMUs and devices. */
export type DeclaredFeature = Exclude<Feature, DerivedFeature>;

export interface HardwareDescription {
  /** The first is what devices are behind where a wish says nothing. */
  readonly iommus: readonly IommuDescription[];
  /** What can be plugged, a sort an entry. The first is what a wish that says nothing gets. */
  readonly devices: readonly DeviceOffer[];
}

/** `mock`: that of IOMMU_TEST_CMD. */
export const iommuModels = ['vt-d', 'smmuv3', 'amd', 'virtio', 'mock'] as const;

/** Facts by which scenarios choose an IOMMU. What is not told, none of them chooses by. */
export interface IommuDescription {
  readonly name: string;
  readonly model: (typeof iommuModels)[number];
  /** Of a VT-d: tables for each PASID. */
  readonly scalable?: boolean;
  /** Of a VT-d: the tables of the host are those of a first stage, where they can be. */
  readonly firstStage?: boolean;
  /** Of an SMMUv3: ATS, substreams, and the hardware update of tables. */
  readonly express?: boolean;
  /** Page tables of guests can be put on those of the host. */
  readonly nesting?: boolean;
  /** Accesses of devices snoop the caches of the processors, whatever the devices say. */
  readonly enforcesCoherency?: boolean;
  /** It snoops the caches itself where it walks tables. */
  readonly coherent?: boolean;
  readonly dirtyTracking?: boolean;
  /** Of the IOVAs that it translates; not told, fewer than 64. */
  readonly addressBits?: number;
  /** Bytes, the smallest first. */
  readonly pageSizes?: readonly number[];
}

/** Devices that differ only in what is wished of them. */
export interface DeviceOffer {
  readonly kind: 'vfio' | 'selftest';
  /** The first is what they are bound to where a wish says nothing; none for a mock device. */
  readonly bound: readonly Binding[];
  /** Names of IOMMUs that they can be behind, or `none`. */
  readonly iommus: readonly string[];
  /** The most that they can have of each. */
  readonly function?: FunctionWish;
  /** One can be plugged into the group of another. */
  readonly shareGroups?: boolean;
}
