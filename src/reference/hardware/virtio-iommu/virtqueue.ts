import type { Hpa } from '#formats/addresses.ts';
import {
  availableIndex,
  availableEntry,
  DESCRIPTOR_SIZE,
  decodeDescriptor,
  usedEntry,
  encodeUsed,
  usedIndex,
  encode16,
  decode16,
} from '#formats/virtio/virtqueue.ts';
import type { VirtqueueLayout, Descriptor } from '#formats/virtio/virtqueue.ts';

import type { MemoryBus } from '../bus.ts';

/** Answers the bytes that a driver sent with bytes for it, as many as there is room for; none where nothing is written. */
export type RequestHandler = (request: Uint8Array, room: number) => Uint8Array;

/**
 * The device's end of a queue. Requests are answered while the driver notifies: there is no other clock. In a queue without
 * answers the device fills what the driver has given it, when it has something to say.
 */
export class DeviceQueue {
  private readonly memory: MemoryBus;
  private readonly answer: RequestHandler | undefined;
  private layout: VirtqueueLayout | undefined;
  /** Requests that were answered, modulo 2^16. */
  protected done = 0;

  constructor(memory: MemoryBus, answer?: RequestHandler) {
    this.memory = memory;
    this.answer = answer;
  }

  /** queue_enable */
  enable(layout: VirtqueueLayout): void {
    this.layout = layout;
    this.done = 0;
  }

  /** A reset of the device. */
  disable(): void {
    this.layout = undefined;
  }

  /** Available Buffer Notification. */
  notify(): void {
    const { layout, answer } = this;
    if (!layout || !answer) return;
    for (let head = this.nextOf(layout); head !== undefined; head = this.nextOf(layout))
      this.use(layout, head, this.carryOut(layout, head, answer));
  }

  /** Fills one buffer; where there is none, or too small a one, nothing is said. HW-VIO-45 */
  say(bytes: Uint8Array): void {
    const { layout } = this;
    const head = layout && this.nextOf(layout);
    if (!layout || head === undefined) return;
    const [buffer] = this.chainFrom(layout, head);
    if (!buffer?.isWritable || buffer.length < bytes.length) return;
    this.memory.write(buffer.address, bytes);
    this.use(layout, head, bytes.length);
  }

  /** The chain that is to be used next. */
  private nextOf(layout: VirtqueueLayout): number | undefined {
    if (this.done === this.read16(availableIndex(layout))) return undefined;
    return this.read16(availableEntry(layout, this.done));
  }

  /** Returns how many bytes were written. */
  private carryOut(layout: VirtqueueLayout, head: number, respond: RequestHandler): number {
    const chain = this.chainFrom(layout, head);
    const sent = chain.filter(({ isWritable }) => !isWritable);
    const room = chain.find(({ isWritable }) => isWritable);
    const request = sent.flatMap(({ address, length }) => [...this.memory.read(address, length)]);
    const answer = respond(Uint8Array.from(request), room?.length ?? 0);
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
    this.memory.write(usedEntry(layout, this.done), encodeUsed(head, written));
    this.done = (this.done + 1) & 0xffff;
    this.memory.write(usedIndex(layout), encode16(this.done));
  }

  private read16(address: Hpa): number {
    return decode16(this.memory.read(address, 2));
  }
}
