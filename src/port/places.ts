import { featuresOf } from './derived-features.ts';
import { implies } from './features.ts';
import type { Feature } from './features.ts';
import type { HardwareDescription, MachineDescription } from './machine-description.ts';

/**
 * What the accesses of a machine's devices go through: the model of its first IOMMU, `none` without one. Tables for each
 * PASID make a VT-d another one, and so does the stage of the host's tables.
 */
export function iommuKind({ iommus: [first] }: Pick<HardwareDescription, 'iommus'>): string {
  if (first === undefined) return 'none';
  if (first.firstStage === true) return `${first.model} first stage`;
  return first.scalable === true ? `${first.model} scalable` : first.model;
}

/** A machine, as far as the choice of one goes. */
export interface Place {
  readonly name: string;
  /** All that it offers. */
  readonly features: readonly Feature[];
  /** As iommuKind names it. */
  readonly iommu: string;
}

export function placeOf(machine: MachineDescription): Place {
  return { name: machine.name, features: featuresOf(machine), iommu: iommuKind(machine) };
}

/** What a scenario needs that is not offered. */
export function missing(needs: readonly Feature[], { features }: Place): readonly Feature[] {
  return needs.filter((feature) => !features.includes(feature));
}

/**
 * The machines that a scenario with these needs runs on, of those that are offered in order of preference: the first that
 * fits, and where it looks at a device also the first of each other kind of IOMMU. Empty where none fits.
 */
export function placesOf(needs: readonly Feature[], offered: readonly Place[]): readonly Place[] {
  const fit = offered.filter((place) => missing(needs, place).length === 0);
  if (!looksAtDevice(needs)) return fit.slice(0, 1);
  const byKind = new Map<string, Place>();
  for (const place of fit) if (!byKind.has(place.iommu)) byKind.set(place.iommu, place);
  return [...byKind.values()];
}

/** The devices that IOMMU_TEST_CMD makes are of their own kind wherever they are. */
export function looksAtDevice(needs: readonly Feature[]): boolean {
  const needsA = (wanted: Feature): boolean => needs.some((need) => implies(need, wanted));
  return needsA('device') && !needsA('test-cmd');
}
