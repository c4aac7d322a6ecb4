import type { Hpa } from '#formats/addresses.ts';
import { EVENT_SIZE } from '#formats/smmuv3/events.ts';

import type { MemoryBus } from '../bus.ts';

/**
 * SMMUv3, 7.2 Event queue: a ring in memory. Records are lost while it is full, which EVENTQ_PROD.OVFLG tells. Software
 * is told by an interrupt, during which it reads what there is.
 */
export class EventQueue {
  private readonly memory: MemoryBus;
  private base = 0n;
  private entries = 0;
  private interrupt: () => void = () => undefined;
  private produced = 0;
  private consumed = 0;
  private hasOverflowed = false;

  constructor(memory: MemoryBus) {
    this.memory = memory;
  }

  /** EVENTQ_PROD: how many were written, modulo 2^32. */
  get producer(): number {
    return this.produced;
  }

  /** EVENTQ_PROD.OVFLG */
  get overflowed(): boolean {
    return this.hasOverflowed;
  }

  enable(base: Hpa, entries: number, interrupt: () => void): void {
    [this.base, this.entries, this.interrupt] = [base, entries, interrupt];
  }

  record(words: readonly bigint[]): void {
    if (this.produced - this.consumed === this.entries) {
      this.hasOverflowed = true;
      return;
    }
    const at = this.base + BigInt(this.produced % this.entries) * EVENT_SIZE;
    for (const [index, word] of words.entries()) this.memory.write64(at + BigInt(index) * 8n, word);
    this.produced += 1;
    this.interrupt();
  }

  /** EVENTQ_CONS */
  consume(consumed: number): void {
    this.consumed = consumed;
    this.hasOverflowed = false;
  }
}
