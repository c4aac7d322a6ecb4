import type { Hpa } from '#formats/addresses.ts';
import type { PageRequestMessage } from '#formats/pcie.ts';
import { PAGE_REQUEST_SIZE, encodePageRequest } from '#formats/vtd/page-request.ts';

import type { MemoryBus } from '../bus.ts';

/** VT-d, 7.6 Page Request Queue: a ring in memory, from which software takes what devices ask for. HW-VTD-61 62 */
export class PageRequestQueue {
  private readonly memory: MemoryBus;
  private base = 0n;
  protected size = 0n;
  protected headOffset = 0n;
  protected tailOffset = 0n;
  protected hasOverflowed = false;
  private isPending = false;
  private interrupt: () => void = () => undefined;

  constructor(memory: MemoryBus) {
    this.memory = memory;
  }

  /** PQA: address and bytes of the ring; and where the interrupt of PEDATA goes. */
  enable(base: Hpa, size: bigint, interrupt: () => void): void {
    [this.base, this.size, this.interrupt] = [base, size, interrupt];
  }

  /** PQH and PQT: offsets, bytes. */
  get head(): bigint {
    return this.headOffset;
  }

  get tail(): bigint {
    return this.tailOffset;
  }

  /** PRS.PRO: nothing is queued until software clears it. */
  get overflowed(): boolean {
    return this.hasOverflowed;
  }

  writeHead(offset: bigint): void {
    this.headOffset = offset;
  }

  /** PRS.PPR, by writing 1. */
  clearPending(): void {
    this.isPending = false;
  }

  clearOverflow(): void {
    this.hasOverflowed = false;
  }

  /** False where there is no room; then nothing is written any more until software has cleared PRO. HW-PRQ-15 */
  take(message: PageRequestMessage): boolean {
    const next = this.size === 0n ? 0n : (this.tailOffset + PAGE_REQUEST_SIZE) % this.size;
    if (this.hasOverflowed) return false;
    if (this.isFull(next)) {
      this.signal(() => (this.hasOverflowed = true));
      return false;
    }
    const at = this.base + this.tailOffset;
    const [low, high] = encodePageRequest(message);
    for (const [index, word] of [low, high, 0n, 0n].entries())
      this.memory.write64(at + BigInt(index) * 8n, word);
    this.tailOffset = next;
    this.signal(() => (this.isPending = true));
    return true;
  }

  /** One place stays free, or a full ring would look like an empty one. */
  protected isFull(next: bigint): boolean {
    return next === this.headOffset;
  }

  /** An interrupt is sent only where software has cleared what the one before was about. */
  private signal(set: () => void): void {
    const isNew = !this.isPending && !this.hasOverflowed;
    set();
    if (isNew) this.interrupt();
  }
}
