import type { Hpa } from '#formats/addresses.ts';

import type { MemoryBus, PageRequestMessage } from '../bus.ts';

export const PAGE_REQUEST_SIZE = 32n;
const TYPE = 1n;
const PASID_PRESENT = 1n << 8n;
const READ = 1n << 0n;
const WRITE = 1n << 1n;
const LAST = 1n << 2n;
const ADDRESS = ~0xfffn & ((1n << 64n) - 1n);

/** The two words of a page request descriptor that are not zero. VT-d, 7.6.1. HW-VTD-60 */
export function encodePageRequest(message: PageRequestMessage): readonly [bigint, bigint] {
  const { rid, pasid, iova, read, write, last, group } = message;
  const withPasid = pasid === undefined ? 0n : PASID_PRESENT | (BigInt(pasid) << 32n);
  const flags = (read ? READ : 0n) | (write ? WRITE : 0n) | (last ? LAST : 0n);
  return [
    TYPE | withPasid | (BigInt(rid) << 16n),
    flags | (BigInt(group) << 3n) | (iova & ADDRESS),
  ];
}

export function decodePageRequest(low: bigint, high: bigint): PageRequestMessage {
  return {
    rid: Number((low >> 16n) & 0xffffn),
    ...(low & PASID_PRESENT ? { pasid: Number((low >> 32n) & 0xf_ffffn) } : {}),
    iova: high & ADDRESS,
    read: (high & READ) !== 0n,
    write: (high & WRITE) !== 0n,
    last: (high & LAST) !== 0n,
    group: Number((high >> 3n) & 0x1ffn),
  };
}

/** VT-d, 7.6 Page Request Queue: a ring in memory, from which software takes what devices ask for. HW-VTD-61 62 */
export class PageRequestQueue {
  private readonly memory: MemoryBus;
  private base = 0n;
  private size = 0n;
  private headOffset = 0n;
  private tailOffset = 0n;
  private hasOverflowed = false;
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

  clearOverflow(): void {
    this.hasOverflowed = false;
  }

  /** False where there is no room. */
  take(message: PageRequestMessage): boolean {
    const next = this.size === 0n ? 0n : (this.tailOffset + PAGE_REQUEST_SIZE) % this.size;
    this.hasOverflowed ||= next === this.headOffset;
    if (this.hasOverflowed) return false;
    const at = this.base + this.tailOffset;
    const [low, high] = encodePageRequest(message);
    for (const [index, word] of [low, high, 0n, 0n].entries())
      this.memory.write64(at + BigInt(index) * 8n, word);
    this.tailOffset = next;
    this.interrupt();
    return true;
  }
}
