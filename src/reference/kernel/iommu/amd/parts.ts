import { AmdIommu } from './amd-iommu.ts';
import { CommandQueue } from './command-queue.ts';
import { ProtectionDomain } from './protection-domain.ts';

export const amdParts = {
  AmdIommu,
  CommandQueue,
  ProtectionDomain,
};

export interface AmdParts {
  readonly amd: typeof amdParts;
}
