import type { PageRange } from '#formats/amd/commands.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import type { Invalidated, NestedDomain } from '../domain.ts';
import type { UserData } from '../user-data.ts';
import type { ViommuOps } from '../viommu.ts';
import type { AmdIommu } from './amd-iommu.ts';
import type { CommandQueue } from './command-queue.ts';
import type { DomainUser, ProtectionDomain } from './protection-domain.ts';

/** On which unit, and on which page table of the host. */
export interface AmdViommuOptions {
  readonly iommu: AmdIommu;
  readonly parent: ProtectionDomain;
}

/**
 * drivers/iommu/amd/iommufd.c: amd_viommu_ops of 7.3, which can be destroyed and nothing else. The parent knows of it, and
 * of what guests have cached by way of it: nothing. HWPT-25 38 INV-05 HW-AMD-05 07 12 13 14
 */
export class AmdViommu implements ViommuOps {
  readonly iommu: AmdIommu;
  readonly parent: ProtectionDomain;
  /** Requester ids with an entry of a guest. */
  readonly nestedUsers = new Set<DomainUser>();

  constructor({ iommu, parent }: AmdViommuOptions) {
    this.iommu = iommu;
    this.parent = parent;
    parent.viommus.add(this);
  }

  get queue(): CommandQueue {
    return this.iommu.queue;
  }

  destroy(): void {
    this.parent.viommus.delete(this);
  }

  allocNestedDomain(_flags: number, _data: UserData): NestedDomain | ErrnoName {
    return 'EOPNOTSUPP';
  }

  invalidate(): Invalidated {
    return { done: 0, error: 'EOPNOTSUPP' };
  }

  offersHwQueues(): boolean {
    return false;
  }

  initHwQueue(): ErrnoName {
    return 'EOPNOTSUPP';
  }

  destroyHwQueue(): void {}

  /** The parent has changed: no wait. */
  flushParent(_range: PageRange | undefined): void {}
}
