import { SECOND_STAGE_READ, SECOND_STAGE_WRITE } from '../../../hardware/vtd/second-stage.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Parts } from '../../parts.ts';
import type { Pages } from '../../mm/pages.ts';
import type { IommuProtection } from '../domain.ts';
import { TableDomain } from '../table-domain.ts';
import type { QueuedInvalidation } from './queued-invalidation.ts';

export interface PagingDomainOptions {
  readonly pages: Pages;
  readonly parts: Parts;
  readonly queue: QueuedInvalidation;
  /** DID: what the unit tags cached translations with. */
  readonly domainId: number;
  readonly onFree: () => void;
}

/** struct dmar_domain with a second-stage table. */
export class PagingDomain extends TableDomain {
  readonly domainId: number;
  /** Requester ids whose context entry points here. */
  readonly requesters = new Set<number>();
  protected readonly queue: QueuedInvalidation;
  private readonly onFree: () => void;

  constructor({ pages, parts, queue, domainId, onFree }: PagingDomainOptions) {
    super(pages, new parts.SecondStageBuilder(pages));
    this.queue = queue;
    this.domainId = domainId;
    this.onFree = onFree;
  }

  override free(): void {
    invariant(this.requesters.size === 0, `domain ${this.domainId} is freed while attached`);
    super.free();
    this.onFree();
  }

  protected override rightsOf({ read, write }: IommuProtection): bigint {
    return (read ? SECOND_STAGE_READ : 0n) | (write ? SECOND_STAGE_WRITE : 0n);
  }

  protected override flush(iova: bigint, length: bigint): void {
    if (this.requesters.size > 0) this.queue.flushRange(this.domainId, iova, length);
  }
}
