import { Mappings } from './mappings.ts';
import { VirtioIommu } from './virtio-iommu.ts';
import { DeviceQueue } from './virtqueue.ts';

export const virtioIommuParts = {
  DeviceQueue,
  Mappings,
  VirtioIommu,
};

export interface VirtioIommuParts {
  readonly virtioIommu: typeof virtioIommuParts;
}
