import { Mappings } from './mappings.ts';
import { VirtioIommu } from './virtio-iommu.ts';

export const virtioIommuParts = {
  Mappings,
  VirtioIommu,
};

export interface VirtioIommuParts {
  readonly virtioIommu: typeof virtioIommuParts;
}
