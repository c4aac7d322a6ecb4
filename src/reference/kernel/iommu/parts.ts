import { Group } from './group.ts';
import { NoiommuDomain, NoiommuOps } from './hwpt-noiommu.ts';
import { PageRequests } from './io-pgfault.ts';
import { IommuCore } from './iommu.ts';
import { MockDevice } from './mock-device.ts';
import { MockDomain } from './mock-domain.ts';
import { MockIommu } from './mock-iommu.ts';
import { MockNestedDomain } from './mock-nested-domain.ts';
import { MockViommu } from './mock-viommu.ts';

export const iommuParts = {
  Group,
  IommuCore,
  MockDevice,
  MockDomain,
  MockIommu,
  MockNestedDomain,
  MockViommu,
  NoiommuDomain,
  NoiommuOps,
  PageRequests,
};

export interface IommuParts {
  readonly iommu: typeof iommuParts;
}
