import {
  V1_FORCE_COHERENCE,
  V1_PRESENT,
  V1_READ,
  V1_WRITE,
  v1Address,
  v1NextLevel,
  v1Table,
} from '#formats/amd/page-table-entry.ts';

import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import type { IommuProtection } from '../domain.ts';
import { PageTableBuilder } from '../page-table-builder.ts';
import type { TableFormat } from '../page-table-builder.ts';
import { TableDomain } from '../table-domain.ts';
import type { CommandQueue } from './command-queue.ts';

/** generic_pt/fmt/amdv1.h: four levels, and of the many page sizes those of each level. */
const v1Format: TableFormat = {
  levels: 4,
  largestLeafLevel: 3,
  isPresent: (entry) => (entry & V1_PRESENT) !== 0n,
  isLeaf: (entry) => v1NextLevel(entry) === 0,
  addressIn: v1Address,
  leaf: ({ physical, rights }) => physical | rights | V1_FORCE_COHERENCE | V1_PRESENT,
  table: (address, level) => v1Table(address, level - 1),
};

export interface ProtectionDomainOptions {
  readonly pages: Pages;
  readonly queue: CommandQueue;
  readonly domainId: number;
  readonly onFree: () => void;
}

/** drivers/iommu/amd: struct protection_domain with a v1 (host) page table. */
export class ProtectionDomain extends TableDomain {
  readonly domainId: number;
  /** Levels, as device table entries have them. */
  readonly mode = v1Format.levels;
  /** Requester ids whose device table entry points here. */
  readonly requesters = new Set<number>();
  protected readonly queue: CommandQueue;
  private readonly onFree: () => void;

  constructor({ pages, queue, domainId, onFree }: ProtectionDomainOptions) {
    super(pages, new PageTableBuilder(pages, v1Format));
    this.queue = queue;
    this.domainId = domainId;
    this.onFree = onFree;
  }

  /** amd_iommu_enforce_cache_coherency(): each entry has the bit for it anyway. DEV-26 */
  enforceCacheCoherency(): boolean {
    return true;
  }

  override free(): void {
    invariant(this.requesters.size === 0, `domain ${this.domainId} is freed while attached`);
    super.free();
    this.onFree();
  }

  protected override rightsOf({ read, write }: IommuProtection): bigint {
    return (read ? V1_READ : 0n) | (write ? V1_WRITE : 0n);
  }

  protected override flush(iova: bigint, length: bigint): void {
    if (this.requesters.size > 0) this.queue.flushRange(this.domainId, iova, length);
  }
}
