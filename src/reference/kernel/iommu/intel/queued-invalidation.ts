import {
  DESCRIPTOR_SIZE,
  WIDE_DESCRIPTOR_SIZE,
  invalidateContextOfDevice,
  invalidateDeviceTlb,
  invalidateIotlbOfDomain,
  invalidateIotlbPages,
  invalidatePasidCache,
  invalidatePasidIotlb,
  invalidatePasidIotlbPages,
  pageGroupResponse,
  waitDescriptor,
} from '#formats/vtd/descriptors.ts';
import type { Descriptor } from '#formats/vtd/descriptors.ts';

import type { InvalidationQueue } from '../../../hardware/vtd/invalidation-queue.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';
import type { UnitFeatures } from './unit-features.ts';

const DONE = 2n;
/** MAX_AGAW_PFN_WIDTH: that many bits of page numbers are all there are. */
const EVERY_PAGE = 52n;

/** Bytes from an IOVA on. */
export interface IovaRange {
  readonly iova: bigint;
  readonly length: bigint;
}

/** drivers/iommu/intel/dmar.c: qi_submit_sync(). Every call returns when the hardware has done it. */
export class QueuedInvalidation {
  /** Of its unit: what is not present may be cached as well. */
  readonly cachingMode: boolean;
  private readonly pages: Pages;
  private readonly queue: InvalidationQueue;
  private readonly ring: bigint;
  private readonly status: bigint;
  private readonly step: bigint;
  protected maxAddressMask: bigint;
  private tail = 0n;

  /** Descriptors are wide where the unit is in scalable mode. */
  constructor(
    pages: Pages,
    queue: InvalidationQueue,
    { scalable, maxAddressMask, cachingMode }: UnitFeatures,
  ) {
    this.pages = pages;
    this.queue = queue;
    this.maxAddressMask = maxAddressMask;
    this.cachingMode = cachingMode;
    this.step = scalable ? WIDE_DESCRIPTOR_SIZE : DESCRIPTOR_SIZE;
    this.ring = this.newPage();
    this.status = this.newPage();
    queue.enable(this.ring, PAGE_SIZE, scalable);
  }

  /** HW-VTD-33 */
  flushContext(domainId: number, rid: number): void {
    this.submit(invalidateContextOfDevice(domainId, rid));
  }

  flushDomain(domainId: number): void {
    this.submit(invalidateIotlbOfDomain(domainId));
  }

  /**
   * The smallest aligned power of two of pages that holds the range, or the whole domain if that is too many.
   * `leavesOnly`: no table is gone, so entries that lead to tables may stay cached. HW-VTD-34 HW-PSC-05
   */
  flushRange(domainId: number, iova: bigint, length: bigint, leavesOnly = false): void {
    const pages = pagesAround(iova, length);
    if (pages.mask > this.maxAddressMask) this.flushDomain(domainId);
    else this.submit(invalidateIotlbPages(domainId, pages, leavesOnly));
  }

  /** HW-VTD-39 */
  flushPasidCache(domainId: number, pasid: number): void {
    this.submit(invalidatePasidCache(domainId, pasid));
  }

  /** Translations by a first stage, alone or nested. HW-VTD-38 */
  flushPasid(domainId: number, pasid: number): void {
    this.submit(invalidatePasidIotlb(domainId, pasid));
  }

  flushPasidRange(
    domainId: number,
    pasid: number,
    { iova, length }: IovaRange,
    leavesOnly = false,
  ): void {
    const pages = { ...pagesAround(iova, length), leavesOnly };
    if (pages.mask >= EVERY_PAGE) this.flushPasid(domainId, pasid);
    else this.submit(invalidatePasidIotlbPages(domainId, pasid, pages));
  }

  /** What the device keeps of that PASID, or of its requests without one: around a range, or all. HW-VTD-35 40 */
  flushDevice(rid: number, pasid: number | undefined, range?: IovaRange): void {
    const pages = range && pagesAround(range.iova, range.length);
    this.submit(invalidateDeviceTlb(rid, pasid, pages));
  }

  /** qi_submit_sync() of intel_iommu_page_response() */
  respond(response: Parameters<typeof pageGroupResponse>[0]): void {
    this.submit(pageGroupResponse(response));
  }

  /** qi_submit_sync(): over when the hardware has done it. HW-VTD-37 */
  protected submit(descriptor: Descriptor): void {
    this.pages.memory.write64(this.status, 0n);
    this.append(descriptor);
    this.append(waitDescriptor(this.status, DONE));
    this.queue.writeTail(this.tail);
    if (this.queue.failed) this.recover();
    invariant(
      this.pages.memory.read64(this.status) === DONE,
      'the IOMMU did not report completion',
    );
  }

  /** qi_check_fault(): what the hardware did not take is replaced by a wait; nobody looks at EINVAL. HW-VTD-76 */
  private recover(): void {
    const at = this.ring + this.queue.head;
    const [low, high] = waitDescriptor(this.status, DONE);
    this.pages.memory.write64(at, low);
    this.pages.memory.write64(at + 8n, high);
    this.queue.clearError();
  }

  private append([low, high]: Descriptor): void {
    this.pages.memory.write64(this.ring + this.tail, low);
    this.pages.memory.write64(this.ring + this.tail + 8n, high);
    this.tail = (this.tail + this.step) % PAGE_SIZE;
  }

  private newPage(): bigint {
    const folio = this.pages.allocate(0);
    invariant(folio !== undefined, 'out of memory for the invalidation queue');
    return folio.pfn << PAGE_SHIFT;
  }
}

/** calculate_psi_aligned_address(): the smallest aligned power of two of pages that holds the range. HW-VTD-70 */
function pagesAround(iova: bigint, length: bigint): { first: bigint; mask: bigint } {
  const [first, last] = [iova >> PAGE_SHIFT, (iova + length - 1n) >> PAGE_SHIFT];
  const differing = first ^ last;
  const mask = differing === 0n ? 0n : BigInt(differing.toString(2).length);
  return { first: ((first >> mask) << mask) << PAGE_SHIFT, mask };
}
