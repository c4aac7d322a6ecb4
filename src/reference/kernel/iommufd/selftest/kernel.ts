import type { IommuCore } from '../../iommu/iommu.ts';
import type { IommufdKernel } from '../kernel.ts';
import type { SelftestParts } from './parts.ts';

/** What the commands of tests lean on: they also make devices. */
export interface SelftestKernel extends IommufdKernel {
  readonly parts: SelftestParts;
  readonly iommu: IommuCore;
}
