import type { Equivalent } from './equivalent.ts';
import { hardware } from './hardware.ts';
import { iommu } from './iommu.ts';
import { kernel } from './kernel.ts';
import { memory } from './memory.ts';
import { vfio } from './vfio.ts';
import { vtd } from './vtd.ts';

/** All of them. */
export const list: readonly Equivalent[] = [
  ...hardware,
  ...iommu,
  ...kernel,
  ...memory,
  ...vfio,
  ...vtd,
];
