import type { ErrnoName } from '#uapi/errno.ts';

import { SECOND_STAGE_READ, SECOND_STAGE_WRITE } from '../../../hardware/vtd/second-stage.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Parts } from '../../parts.ts';
import type { Pages } from '../../mm/pages.ts';
import type { IommuDomain, IommuProtection } from '../domain.ts';
import type { PageRequestHandler } from '../io-pgfault.ts';
import type { QueuedInvalidation } from './queued-invalidation.ts';
import type { SecondStageBuilder } from './second-stage-builder.ts';

const [SIZE_4K, SIZE_2M, SIZE_1G] = [1n << 12n, 1n << 21n, 1n << 30n];

export interface PagingDomainOptions {
  readonly pages: Pages;
  readonly parts: Parts;
  readonly queue: QueuedInvalidation;
  /** DID: what the unit tags cached translations with. */
  readonly domainId: number;
  readonly onFree: () => void;
}

/** struct dmar_domain with a second-stage table: 48 bits, pages of 4 KiB, 2 MiB and 1 GiB. */
export class PagingDomain implements IommuDomain {
  readonly type = 'paging';
  readonly geometry = { first: 0n, last: (1n << 48n) - 1n };
  readonly pageSizes = SIZE_4K | SIZE_2M | SIZE_1G;
  readonly domainId: number;
  pageRequestHandler?: PageRequestHandler;
  /** Requester ids whose context entry points here. */
  readonly requesters = new Set<number>();
  protected readonly pages: Pages;
  protected readonly queue: QueuedInvalidation;
  protected readonly table: SecondStageBuilder;
  private readonly onFree: () => void;

  constructor(options: PagingDomainOptions) {
    this.pages = options.pages;
    this.queue = options.queue;
    this.domainId = options.domainId;
    this.onFree = options.onFree;
    this.table = new options.parts.SecondStageBuilder(options.pages);
  }

  get root(): bigint {
    return this.table.root;
  }

  /** intel_iommu_map_pages(): entries that were not present are in no cache. IOAS-MAP-38 48 49, OPT-19 */
  map(
    iova: bigint,
    physical: bigint,
    length: bigint,
    protection: IommuProtection,
    maxPageSize = SIZE_1G,
  ): ErrnoName | undefined {
    this.checkRange(iova, length);
    const rights = rightsOf(protection);
    const error = this.table.map({ iova, physical, length, rights, maxPageSize });
    if (error) this.unmap(iova, length);
    return error;
  }

  /** intel_iommu_unmap(), iommu_iotlb_sync(): tables are given back after no cache can lead to them. */
  unmap(iova: bigint, length: bigint): void {
    this.checkRange(iova, length);
    const unused = this.table.unmap(iova, length);
    if (this.requesters.size > 0) this.queue.flushRange(this.domainId, iova, length);
    for (const folio of unused) this.pages.put(folio);
  }

  iovaToPhys(iova: bigint): bigint | undefined {
    return this.table.lookup(iova);
  }

  free(): void {
    invariant(this.requesters.size === 0, `domain ${this.domainId} is freed while attached`);
    this.table.free();
    this.onFree();
  }

  private checkRange(iova: bigint, length: bigint): void {
    const aligned = iova % SIZE_4K === 0n && length % SIZE_4K === 0n && length > 0n;
    invariant(aligned, `range ${iova} +${length} is not made of pages`);
    invariant(iova + length - 1n <= this.geometry.last, `range ${iova} +${length} is too high`);
  }
}

function rightsOf(protection: IommuProtection): bigint {
  invariant(protection.read || protection.write, 'a mapping has no right at all');
  return (protection.read ? SECOND_STAGE_READ : 0n) | (protection.write ? SECOND_STAGE_WRITE : 0n);
}
