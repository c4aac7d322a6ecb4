import {
  completionWait,
  invalidateDeviceEntry,
  invalidateDevicePages,
  invalidatePages,
  COMMAND_SIZE,
} from '#formats/amd/commands.ts';
import type { Command, PageRange, RangeOptions } from '#formats/amd/commands.ts';

import type { CommandBuffer } from '../../../hardware/amd/command-buffer.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';

/** drivers/iommu/amd/iommu.c: iommu_queue_command(), iommu_completion_wait(). HW-AMD-06 */
export class CommandQueue {
  private readonly pages: Pages;
  private readonly buffer: CommandBuffer;
  private readonly ring: bigint;
  /** cmd_sem: where the unit stores the number of the last wait that it came to. */
  private readonly semaphore: bigint;
  private tail = 0n;
  private waits = 0n;

  constructor(pages: Pages, buffer: CommandBuffer) {
    this.pages = pages;
    this.buffer = buffer;
    this.ring = this.newPage();
    this.semaphore = this.newPage();
    buffer.enable(this.ring, PAGE_SIZE);
  }

  /** iommu_flush_dte_sync() */
  flushDeviceEntry(rid: number): void {
    this.append(invalidateDeviceEntry(rid));
    this.complete();
  }

  /** build_inv_iommu_pages(): not before complete() is it known to be done; without a range everything of the domain. */
  flushPages(domainId: number, range?: PageRange, options?: RangeOptions): void {
    this.append(invalidatePages(domainId, range, options));
  }

  /** build_inv_iotlb_pages(): what a device keeps. */
  flushDevicePages(rid: number, range?: PageRange): void {
    this.append(invalidateDevicePages(rid, range));
  }

  /** amd_iommu_domain_flush_all() */
  flushDomain(domainId: number): void {
    this.flushPages(domainId, undefined, { directories: true });
    this.complete();
  }

  /** iommu_completion_wait(): everything before it is done when it returns. */
  complete(): void {
    this.waits += 1n;
    this.append(completionWait(this.semaphore, this.waits));
    this.buffer.writeTail(this.tail);
    invariant(!this.buffer.stopped, 'the IOMMU stopped at a command');
    const done = this.pages.memory.read64(this.semaphore);
    invariant(done === this.waits, 'the IOMMU did not report completion');
  }

  /** The unit looks at it when the ring would be full, or at complete(). */
  protected append([low, high]: Command): void {
    this.pages.memory.write64(this.ring + this.tail, low);
    this.pages.memory.write64(this.ring + this.tail + 8n, high);
    this.tail = (this.tail + COMMAND_SIZE) % PAGE_SIZE;
    if (this.tail % (PAGE_SIZE / 2n) === 0n) this.buffer.writeTail(this.tail);
  }

  private newPage(): bigint {
    const folio = this.pages.allocate(0);
    invariant(folio !== undefined, 'out of memory for the command buffer');
    return folio.pfn << PAGE_SHIFT;
  }
}
