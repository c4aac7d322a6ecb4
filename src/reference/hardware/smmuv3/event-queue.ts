import type { Hpa } from '#formats/addresses.ts';
import { field } from '#formats/bits.ts';

import type { MemoryBus } from '../bus.ts';
import { EventId, FaultClass } from './fault.ts';
import type { Fault } from './fault.ts';

export const EVENT_SIZE = 32n;

export interface FaultedRequest {
  readonly stream: number;
  readonly substream: number | undefined;
  readonly address: bigint;
  readonly write: boolean;
}

/** SMMUv3, 7.3: the four words of an event record; one about configuration has the first only. HW-SMU-27 */
export function encodeEvent(request: FaultedRequest, { id, secondStage }: Fault): bigint[] {
  const { stream, substream, address, write } = request;
  const hasSubstream = field(substream === undefined ? 0 : 1, 11, 11);
  const ids = field(id, 7, 0) | hasSubstream | field(substream ?? 0, 31, 12);
  const first = ids | field(stream, 63, 32);
  if (id < EventId.Translation) return [first, 0n, 0n, 0n];
  const direction = field(write ? 0 : 1, 35, 35);
  const stage = field(secondStage ? 1 : 0, 39, 39);
  const kind = field(secondStage?.class ?? FaultClass.Input, 41, 40);
  const inner = (secondStage?.address ?? 0n) & 0x000f_ffff_ffff_f000n;
  return [first, direction | stage | kind, address, inner];
}

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
