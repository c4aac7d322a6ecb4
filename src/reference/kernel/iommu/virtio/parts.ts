import { RequestQueue } from './request-queue.ts';
import { VirtioDomain } from './virtio-domain.ts';
import { VirtioIommuDriver } from './virtio-iommu.ts';

export const virtioParts = {
  RequestQueue,
  VirtioDomain,
  VirtioIommuDriver,
};

export interface VirtioParts {
  readonly virtio: typeof virtioParts;
}
