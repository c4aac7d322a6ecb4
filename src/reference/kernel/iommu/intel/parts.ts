import { CacheTags } from './cache-tags.ts';
import { SecondStageDirty } from './dirty-tracking.ts';
import { FaultLog } from './fault-log.ts';
import { IntelIommu } from './intel-iommu.ts';
import { IntelNestedDomain } from './nested-domain.ts';
import { PagingDomain } from './paging-domain.ts';
import { PasidTable } from './pasid-table.ts';
import { QueuedInvalidation } from './queued-invalidation.ts';
import { ScalableIommu } from './scalable-iommu.ts';
import { FirstStageBuilder, SecondStageBuilder } from './table-builders.ts';

export const intelParts = {
  CacheTags,
  FaultLog,
  FirstStageBuilder,
  IntelIommu,
  IntelNestedDomain,
  PagingDomain,
  PasidTable,
  QueuedInvalidation,
  ScalableIommu,
  SecondStageBuilder,
  SecondStageDirty,
};

export interface IntelParts {
  readonly intel: typeof intelParts;
}
