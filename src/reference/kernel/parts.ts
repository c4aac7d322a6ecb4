import { hardwareParts } from '../hardware/parts.ts';
import { Group } from './iommu/group.ts';
import { IntelIommu } from './iommu/intel/intel-iommu.ts';
import { PagingDomain } from './iommu/intel/paging-domain.ts';
import { QueuedInvalidation } from './iommu/intel/queued-invalidation.ts';
import { SecondStageBuilder } from './iommu/intel/second-stage-builder.ts';
import { IommuCore } from './iommu/iommu.ts';
import { MockDomain } from './iommu/mock-domain.ts';
import { MockIommu } from './iommu/mock-iommu.ts';
import { AddressSpace } from './mm/address-space.ts';
import { Memfd } from './mm/memfd.ts';
import { Pages } from './mm/pages.ts';

/**
 * The classes that the kernel and the hardware are built from. A mutant replaces one; there are no other hooks. Code
 * that makes an instance of a listed class takes it from the `Parts` it was given, never by its import.
 */
export const defaultParts = {
  ...hardwareParts,
  AddressSpace,
  Group,
  IntelIommu,
  IommuCore,
  Memfd,
  MockDomain,
  MockIommu,
  Pages,
  PagingDomain,
  QueuedInvalidation,
  SecondStageBuilder,
};

export type Parts = typeof defaultParts;
