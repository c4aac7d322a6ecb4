import { EVENT_SIZE, EventId, decodeEvent } from '#formats/smmuv3/events.ts';

import type { EventQueue } from '../../../hardware/smmuv3/event-queue.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';
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

/** arm_smmu_evtq_thread(): what the hardware recorded goes to the guest, unless it is of the second stage. */
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
    const { id, stream, isOfStage2 } = decodeEvent(words);
    if (isOfStage2 || !ofGuests.includes(id)) return;
    const guest = this.masters.get(stream)?.guest;
    guest?.vsmmu.reportEvent(words, guest.virtualId);
  }

  private next(): readonly bigint[] {
    const at = this.ring + BigInt(this.consumed % ENTRIES) * EVENT_SIZE;
    return [0n, 8n, 16n, 24n].map((offset) => this.pages.memory.read64(at + offset));
  }
}
