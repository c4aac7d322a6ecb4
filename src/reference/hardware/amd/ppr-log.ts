import type { Hpa } from '#formats/addresses.ts';
import { PPR_ENTRY_SIZE, encodePprEntry } from '#formats/amd/page-request.ts';
import type { PageRequestMessage } from '#formats/pcie.ts';

import type { MemoryBus } from '../bus.ts';

/**
 * AMD IOMMU, 2.6 Peripheral Page Request Logging: a ring in memory that the unit fills and software empties. A request
 * that finds no room is lost; nothing is logged until the log is started again (PPROverflow).
 */
export class PprLog {
  private readonly memory: MemoryBus;
  private base = 0n;
  private size = 0n;
  private headOffset = 0n;
  private tailOffset = 0n;
  private hasOverflowed = false;
  private interrupt: (() => void) | undefined;

  constructor(memory: MemoryBus) {
    this.memory = memory;
  }

  /** PPR Log Base Address Register and PPRLogEn; the size in bytes. `interrupt`: PprIntEn. */
  enable(base: Hpa, size: bigint, interrupt: () => void): void {
    [this.base, this.size, this.interrupt] = [base, size, interrupt];
    [this.headOffset, this.tailOffset, this.hasOverflowed] = [0n, 0n, false];
  }

  get head(): bigint {
    return this.headOffset;
  }

  get tail(): bigint {
    return this.tailOffset;
  }

  get overflowed(): boolean {
    return this.hasOverflowed;
  }

  /** PPR Log Head Pointer Register: software has read so far. */
  writeHead(head: bigint): void {
    this.headOffset = head;
  }

  /** False where the request is lost. */
  log(message: PageRequestMessage): boolean {
    const next = this.size && (this.tailOffset + PPR_ENTRY_SIZE) % this.size;
    if (this.size === 0n || this.hasOverflowed) return false;
    this.hasOverflowed = next === this.headOffset;
    if (this.hasOverflowed) return false;
    const [low, high] = encodePprEntry(message);
    this.memory.write64(this.base + this.tailOffset, low);
    this.memory.write64(this.base + this.tailOffset + 8n, high);
    this.tailOffset = next;
    this.interrupt?.();
    return true;
  }
}
