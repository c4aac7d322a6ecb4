import { EVENT_SIZE, EventId, decodeEvent } from '#formats/smmuv3/events.ts';

import { IOMMU_PGFAULT_PERM_READ, IOMMU_PGFAULT_PERM_WRITE } from '#uapi/iommufd/fault.ts';

import type { EventQueue } from '../../../hardware/smmuv3/event-queue.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';
import type { PageRequest } from '../io-pgfault.ts';
import type { SmmuMaster } from './smmu-master.ts';

const ENTRIES = Number(PAGE_SIZE / EVENT_SIZE);

/** arm_smmu_handle_event(): what a guest can be told of. VEVQ-21, HW-SMU-36 */
const ofGuests: readonly number[] = [
  EventId.BadSte,
  EventId.StreamDisabled,
  EventId.BadSubstreamId,
  EventId.BadCd,
  EventId.Translation,
  EventId.AddressSize,
  EventId.Access,
  EventId.Permission,
];

/** arm_smmu_evtq_thread(): what the hardware recorded goes to the guest, unless it is of the second stage. What waits is a page request. */
export class SmmuEvents {
  protected readonly masters: ReadonlyMap<number, SmmuMaster>;
  private readonly pages: Pages;
  private readonly queue: EventQueue;
  private readonly ring: bigint;
  private consumed = 0;

  constructor(pages: Pages, queue: EventQueue, masters: ReadonlyMap<number, SmmuMaster>) {
    this.masters = masters;
    this.pages = pages;
    this.queue = queue;
    const folio = pages.allocate(0);
    invariant(folio !== undefined, 'out of memory for an event queue');
    this.ring = folio.pfn << PAGE_SHIFT;
    queue.enable(this.ring, ENTRIES, () => this.drain());
  }

  /** In the interrupt. */
  drain(): void {
    for (; this.consumed !== this.queue.producer; this.consumed += 1) this.handle(this.next());
    this.queue.consume(this.consumed);
  }

  protected handle(words: readonly bigint[]): void {
    const { id, stream, isOfStage2, stall } = decodeEvent(words);
    if (!ofGuests.includes(id)) return;
    const master = this.masters.get(stream);
    if (stall !== undefined && master?.canStall)
      master.pageRequests?.report(this.requestOf(words, stall));
    if (stall !== undefined || isOfStage2) return;
    const guest = master?.guest;
    guest?.vsmmu.reportEvent(words, guest.virtualId);
  }

  /** A stall is a group of one, which the number of the stall names. HW-SMU-29 HW-PRQ-05 */
  protected requestOf(words: readonly bigint[], groupId: number): PageRequest {
    const { address, substream: pasid, isRead } = decodeEvent(words);
    const permissions = isRead ? IOMMU_PGFAULT_PERM_READ : IOMMU_PGFAULT_PERM_WRITE;
    return { address, pasid, groupId, permissions, isLast: true };
  }

  private next(): readonly bigint[] {
    const at = this.ring + BigInt(this.consumed % ENTRIES) * EVENT_SIZE;
    return [0n, 8n, 16n, 24n].map((offset) => this.pages.memory.read64(at + offset));
  }
}
