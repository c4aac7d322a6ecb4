import type { Hpa } from '#formats/addresses.ts';

import type { MemoryBus } from '../bus.ts';

/** virtio 1.2, 2.7 Split Virtqueues: their three parts. `size` counts descriptors, and is a power of two. */
export interface VirtqueueLayout {
  readonly size: number;
  readonly descriptors: Hpa;
  /** Driver Area: the available ring. */
  readonly available: Hpa;
  /** Device Area: the used ring. */
  readonly used: Hpa;
}

export const DESCRIPTOR_SIZE = 16n;
const NEXT = 1;
const WRITE = 2;

/** virtio 1.2, 2.7.5 The Virtqueue Descriptor Table: one buffer. */
export interface Descriptor {
  readonly address: Hpa;
  /** Bytes. */
  readonly length: number;
  /** The device writes it; otherwise it only reads. */
  readonly isWritable: boolean;
  /** Index of the one that follows. */
  readonly next?: number | undefined;
}

export function encodeDescriptor(descriptor: Descriptor): readonly [bigint, bigint] {
  const { address, length, isWritable, next } = descriptor;
  const flags = (isWritable ? WRITE : 0) | (next === undefined ? 0 : NEXT);
  return [address, BigInt(length) | (BigInt(flags) << 32n) | (BigInt(next ?? 0) << 48n)];
}

function decodeDescriptor(address: bigint, high: bigint): Descriptor {
  const flags = Number((high >> 32n) & 0xffffn);
  return {
    address,
    length: Number(high & 0xffff_ffffn),
    isWritable: (flags & WRITE) !== 0,
    next: flags & NEXT ? Number(high >> 48n) : undefined,
  };
}

/** 2.7.6: two fields of 16 bits, then `size` of them. */
export function availableEntry({ available, size }: VirtqueueLayout, index: number): Hpa {
  return available + 4n + 2n * BigInt(index % size);
}

/** 2.7.8: two fields of 16 bits, then `size` elements of an id and a length, 32 bits each. */
export function usedEntry({ used, size }: VirtqueueLayout, index: number): Hpa {
  return used + 4n + 8n * BigInt(index % size);
}

export function read16(memory: MemoryBus, address: Hpa): number {
  const [low = 0, high = 0] = memory.read(address, 2);
  return low | (high << 8);
}

export function write16(memory: MemoryBus, address: Hpa, value: number): void {
  memory.write(address, Uint8Array.of(value & 0xff, value >> 8));
}

/** Answers the bytes that a driver sent with bytes for it, as many as there is room for. */
export type RequestHandler = (request: Uint8Array, room: number) => Uint8Array;

/** The device's end of a queue. Requests are answered while the driver notifies: there is no other clock. */
export class DeviceQueue {
  private readonly memory: MemoryBus;
  private readonly answer: RequestHandler;
  private layout: VirtqueueLayout | undefined;
  /** Requests that were answered, modulo 2^16. */
  private done = 0;

  constructor(memory: MemoryBus, answer: RequestHandler) {
    this.memory = memory;
    this.answer = answer;
  }

  /** queue_enable */
  enable(layout: VirtqueueLayout): void {
    this.layout = layout;
    this.done = 0;
  }

  /** Available Buffer Notification. */
  notify(): void {
    const { layout } = this;
    if (!layout) return;
    while (this.done !== read16(this.memory, layout.available + 2n)) {
      const head = read16(this.memory, availableEntry(layout, this.done));
      this.use(layout, head, this.carryOut(layout, head));
    }
  }

  /** Returns how many bytes were written. */
  private carryOut(layout: VirtqueueLayout, head: number): number {
    const chain = this.chainFrom(layout, head);
    const sent = chain.filter(({ isWritable }) => !isWritable);
    const room = chain.find(({ isWritable }) => isWritable);
    const request = sent.flatMap(({ address, length }) => [...this.memory.read(address, length)]);
    const answer = this.answer(Uint8Array.from(request), room?.length ?? 0);
    if (!room) return 0;
    this.memory.write(room.address, answer.subarray(0, room.length));
    return Math.min(answer.length, room.length);
  }

  /** No longer than the queue: a driver may have made a circle. */
  private chainFrom(layout: VirtqueueLayout, head: number): readonly Descriptor[] {
    const chain: Descriptor[] = [];
    for (let index: number | undefined = head; index !== undefined;) {
      const at = layout.descriptors + BigInt(index % layout.size) * DESCRIPTOR_SIZE;
      const descriptor = decodeDescriptor(this.memory.read64(at), this.memory.read64(at + 8n));
      chain.push(descriptor);
      index = chain.length < layout.size ? descriptor.next : undefined;
    }
    return chain;
  }

  private use(layout: VirtqueueLayout, head: number, written: number): void {
    const element = new DataView(new ArrayBuffer(8));
    element.setUint32(0, head, true);
    element.setUint32(4, written, true);
    this.memory.write(usedEntry(layout, this.done), new Uint8Array(element.buffer));
    this.done = (this.done + 1) & 0xffff;
    write16(this.memory, layout.used + 2n, this.done);
  }
}
