import type { Feature } from '#port/features.ts';

import { amd } from './amd.ts';
import { mock } from './mock.ts';
import { smmuv3 } from './smmuv3.ts';
import type { Vendor } from './vendor.ts';
import { vtd } from './vtd.ts';

/** Where a machine has mock devices beside others, calls without further words are about these. */
export const vendors: readonly Vendor[] = [mock, vtd, smmuv3, amd];

/** Undefined where no IOMMU has data of its own. */
export function vendorOf(features: readonly Feature[]): Vendor | undefined {
  return vendors.find(({ feature }) => features.includes(feature));
}
