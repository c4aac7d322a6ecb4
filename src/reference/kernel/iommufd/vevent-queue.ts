import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_VEVENTQ_FLAG_LOST_EVENTS, iommufd_vevent_header } from '#uapi/iommufd/viommu.ts';
import { POLLIN, POLLRDNORM } from '#uapi/poll.ts';
import type { Transfer } from '../fs/file.ts';
import type { FaultInjection } from '../mm/fault-injection.ts';
import { EventFile } from './event-file.ts';
import { IommufdObject } from './object.ts';
import type { Viommu } from './viommu.ts';

/** Sequence numbers are those of a positive int. VEVQ-11 */
const LAST_SEQUENCE = 0x7fff_ffff;

export interface VeventQueueOptions {
  readonly viommu: Viommu;
  /** IOMMU_VEVENTQ_TYPE_*. */
  readonly type: number;
  /** Events that it holds at most. */
  readonly depth: number;
  readonly faults: FaultInjection;
}

/** struct iommufd_vevent, as it is read: the header, and the data of the driver. */
export type Vevent = Uint8Array;

/** eventq.c: struct iommufd_veventq: what a virtual IOMMU has to tell its VMM. VEVQ-04 20 OBJ-15 */
export class VeventQueue extends IommufdObject {
  protected readonly options: VeventQueueOptions;
  protected readonly events = new Set<Vevent>();
  /** A header alone, behind the events: the latest one was lost. VEVQ-12 15 */
  protected lost: Vevent | undefined;
  protected sequence = 0;

  constructor(id: number, options: VeventQueueOptions) {
    super(id);
    this.options = options;
    options.viommu.users++;
    options.viommu.eventQueues.set(options.type, this);
  }

  override destroy(): void {
    const { viommu, type } = this.options;
    viommu.eventQueues.delete(type);
    viommu.users--;
  }

  get isEmpty(): boolean {
    return this.events.size === 0 && !this.lost;
  }

  /**
   * iommufd_viommu_report_event(): what follows a loss takes the place of the note about it. ENOMEM, which is a loss too.
   * VEVQ-08 11 12 13 14
   */
  deliver(data: Uint8Array): ErrnoName | undefined {
    const error = this.options.faults.kmallocAtomic();
    const isLost = error !== undefined || this.isFull;
    const flags = isLost ? IOMMU_VEVENTQ_FLAG_LOST_EVENTS : 0;
    const header = iommufd_vevent_header.pack({ flags, sequence: this.sequence });
    this.lost = isLost ? header : undefined;
    if (!isLost) this.events.add(Uint8Array.of(...header, ...data));
    this.sequence = (this.sequence + 1) & LAST_SEQUENCE;
    return error;
  }

  /** iommufd_veventq_deliver_fetch(): the note about a loss is read from a copy. ENOMEM. */
  prepare(event: Vevent): ErrnoName | undefined {
    return event === this.lost ? this.options.faults.kmallocAtomic() : undefined;
  }

  /** VEVQ-15 */
  protected get isFull(): boolean {
    return this.events.size === this.options.depth;
  }

  /** In the order in which they are read; each may be taken. VEVQ-10 */
  *pending(): Generator<Vevent> {
    yield* this.events;
    if (this.lost) yield this.lost;
  }

  /** It has been read. */
  take(event: Vevent): void {
    if (!this.events.delete(event)) this.lost = undefined;
  }
}

/** The file of an event queue. VEVQ-05 */
export class VeventFile extends EventFile<VeventQueue> {
  /**
   * iommufd_veventq_fops_read(): as many whole events as fit. EINVAL for less than a header, or less than the first event;
   * EFAULT where not even that can be copied: it stays. VEVQ-06 07 08 09 10 16
   */
  read({ task, address, length }: Transfer): number {
    const { size } = iommufd_vevent_header;
    if (length < size) return failure('EINVAL');
    let done = 0;
    for (const event of this.queue.pending()) {
      const error = this.queue.prepare(event);
      if (error) return done || failure(error);
      if (size > length - done) break;
      if (event.length > length - done) return done || failure('EINVAL');
      if (task.memory.copyToUser(address + BigInt(done), event)) return done || failure('EFAULT');
      this.queue.take(event);
      done += event.length;
    }
    return done;
  }

  /** VEVQ-05 19 */
  poll(): number {
    return this.queue.isEmpty ? 0 : POLLIN | POLLRDNORM;
  }
}
