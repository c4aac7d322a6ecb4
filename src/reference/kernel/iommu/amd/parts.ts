import { AmdIommu } from './amd-iommu.ts';
import { AmdViommu } from './amd-viommu.ts';
import { CommandQueue } from './command-queue.ts';
import { HostDirty } from './dirty-tracking.ts';
import { DomainIds } from './domain-ids.ts';
import { Gcr3Table } from './gcr3-table.ts';
import { NestingViommu } from './nesting-viommu.ts';
import { ProtectionDomain } from './protection-domain.ts';

export const amdParts = {
  AmdIommu,
  AmdViommu,
  CommandQueue,
  DomainIds,
  Gcr3Table,
  HostDirty,
  NestingViommu,
  ProtectionDomain,
};

export interface AmdParts {
  readonly amd: typeof amdParts;
}
