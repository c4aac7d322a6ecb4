import {
  MAX_ADDRESS_MASK,
  invalidateContextOfDevice,
  invalidateIotlbOfDomain,
  invalidateIotlbPages,
  waitDescriptor,
} from '../../../hardware/vtd/invalidation-queue.ts';
import type { Descriptor, InvalidationQueue } from '../../../hardware/vtd/invalidation-queue.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';

const DESCRIPTOR_SIZE = 16n;
const DONE = 2n;

/** drivers/iommu/intel/dmar.c: qi_submit_sync(). Every call returns when the hardware has done it. */
export class QueuedInvalidation {
  private readonly pages: Pages;
  private readonly queue: InvalidationQueue;
  private readonly ring: bigint;
  private readonly status: bigint;
  private tail = 0n;

  constructor(pages: Pages, queue: InvalidationQueue) {
    this.pages = pages;
    this.queue = queue;
    this.ring = this.newPage();
    this.status = this.newPage();
    queue.enable(this.ring, PAGE_SIZE);
  }

  flushContext(domainId: number, rid: number): void {
    this.submit(invalidateContextOfDevice(domainId, rid));
  }

  flushDomain(domainId: number): void {
    this.submit(invalidateIotlbOfDomain(domainId));
  }

  /** The smallest aligned power of two of pages that holds the range, or the whole domain if that is too many. */
  flushRange(domainId: number, iova: bigint, length: bigint): void {
    const [first, last] = [iova >> PAGE_SHIFT, (iova + length - 1n) >> PAGE_SHIFT];
    const differing = first ^ last;
    const mask = differing === 0n ? 0n : BigInt(differing.toString(2).length);
    if (mask > MAX_ADDRESS_MASK) this.flushDomain(domainId);
    else this.submit(invalidateIotlbPages(domainId, ((first >> mask) << mask) << PAGE_SHIFT, mask));
  }

  private submit(descriptor: Descriptor): void {
    this.pages.memory.write64(this.status, 0n);
    this.append(descriptor);
    this.append(waitDescriptor(this.status, DONE));
    this.queue.writeTail(this.tail);
    invariant(!this.queue.failed, 'the invalidation queue stopped at a descriptor');
    invariant(
      this.pages.memory.read64(this.status) === DONE,
      'the IOMMU did not report completion',
    );
  }

  private append([low, high]: Descriptor): void {
    this.pages.memory.write64(this.ring + this.tail, low);
    this.pages.memory.write64(this.ring + this.tail + 8n, high);
    this.tail = (this.tail + DESCRIPTOR_SIZE) % PAGE_SIZE;
  }

  private newPage(): bigint {
    const folio = this.pages.allocate(0);
    invariant(folio !== undefined, 'out of memory for the invalidation queue');
    return folio.pfn << PAGE_SHIFT;
  }
}
