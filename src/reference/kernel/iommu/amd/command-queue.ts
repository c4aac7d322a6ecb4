import {
  completionWait,
  invalidateDeviceEntry,
  invalidateDomain,
  invalidatePages,
  COMMAND_SIZE,
} from '#formats/amd/commands.ts';
import type { Command } from '#formats/amd/commands.ts';

import type { CommandBuffer } from '../../../hardware/amd/command-buffer.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';

/** Larger ranges are flushed as a whole domain: build_inv_address(). */
const LARGEST_RANGE = 1n << 52n;

/** drivers/iommu/amd/iommu.c: iommu_queue_command(), iommu_completion_wait(). */
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
    this.wait();
  }

  /** amd_iommu_domain_flush_all() */
  flushDomain(domainId: number): void {
    this.append(invalidateDomain(domainId));
    this.wait();
  }

  /** amd_iommu_domain_flush_pages(): the smallest aligned power of two of bytes that holds the range. */
  flushRange(domainId: number, iova: bigint, length: bigint): void {
    const differing = (iova ^ (iova + length - 1n)) | (PAGE_SIZE - 1n);
    const size = 1n << BigInt(differing.toString(2).length);
    if (size > LARGEST_RANGE) return this.flushDomain(domainId);
    this.append(invalidatePages(domainId, iova, size));
    this.wait();
  }

  /** Everything before it is done when it returns. */
  protected wait(): void {
    this.waits += 1n;
    this.append(completionWait(this.semaphore, this.waits));
    this.buffer.writeTail(this.tail);
    invariant(!this.buffer.stopped, 'the IOMMU stopped at a command');
    const done = this.pages.memory.read64(this.semaphore);
    invariant(done === this.waits, 'the IOMMU did not report completion');
  }

  protected append([low, high]: Command): void {
    this.pages.memory.write64(this.ring + this.tail, low);
    this.pages.memory.write64(this.ring + this.tail + 8n, high);
    this.tail = (this.tail + COMMAND_SIZE) % PAGE_SIZE;
  }

  private newPage(): bigint {
    const folio = this.pages.allocate(0);
    invariant(folio !== undefined, 'out of memory for the command buffer');
    return folio.pfn << PAGE_SHIFT;
  }
}
