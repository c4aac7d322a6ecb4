import { setTimeout } from 'node:timers/promises';

import {
  DESCRIPTOR_SIZE,
  availableEntry,
  availableIndex,
  decode16,
  encode16,
  encodeDescriptor,
  usedEntry,
  usedIndex,
} from '#formats/virtio/virtqueue.ts';
import type { Descriptor, VirtqueueLayout } from '#formats/virtio/virtqueue.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { VirtioAnswer, VirtioIommu } from '#port/virtio-iommu.ts';

/** What stands between a driver and a device: virtio 1.2, 4. Offsets are bytes. */
export interface VirtioTransport {
  /** Device reset, and negotiation up to FEATURES_OK. */
  reset(): Promise<void>;
  enable(queue: number, layout: VirtqueueLayout): Promise<void>;
  /** DRIVER_OK */
  start(): Promise<void>;
  notify(queue: number): Promise<void>;
  /** DEVICE_NEEDS_RESET */
  isStopped(): Promise<boolean>;
  configuration(): Promise<Uint8Array>;
  configure(offset: number, bytes: Uint8Array): Promise<void>;
}

/** A page of memory that the device reaches by its place in physical memory. */
export interface QueuePage {
  readonly physical: bigint;
  load(offset: number, length: number): Promise<Uint8Array>;
  store(offset: number, bytes: Uint8Array): Promise<void>;
}

const [REQUESTS, EVENTS] = [0, 1];
/** Descriptors of each queue, and what else there is in its page: rings, what is sent, what comes back. */
const SIZE = 8;
const [AVAILABLE, USED, SENT, BACK] = [0x100n, 0x200n, 0x400n, 0x800n];
/** Of one buffer for an event. */
const EVENT_ROOM = 0x40;
const UNTOUCHED = 0xee;
const BYPASS = 36;

/** What an answer may take, and how often it is looked for. */
const patienceMs = 2000;
const pollMs = 5;

/** The driver's end of one queue. */
class Queue {
  readonly layout: VirtqueueLayout;
  readonly page: QueuePage;
  private readonly index: number;
  private readonly transport: VirtioTransport;
  /** Buffers that were ever given, and of them those that came back. */
  private given = 0;
  private taken = 0;

  constructor(transport: VirtioTransport, index: number, page: QueuePage) {
    this.transport = transport;
    this.index = index;
    this.page = page;
    const { physical } = page;
    const [available, used] = [physical + AVAILABLE, physical + USED];
    this.layout = { size: SIZE, descriptors: physical, available, used };
  }

  async enable(): Promise<void> {
    this.given = this.taken = 0;
    await this.page.store(0, new Uint8Array(Number(SENT)));
    await this.transport.enable(this.index, this.layout);
  }

  async describe(index: number, descriptor: Descriptor): Promise<void> {
    const words = new BigUint64Array(encodeDescriptor(descriptor));
    await this.page.store(index * Number(DESCRIPTOR_SIZE), new Uint8Array(words.buffer));
  }

  /** The chain that begins with that descriptor is the device's. */
  async give(head: number): Promise<void> {
    await this.store(availableEntry(this.layout, this.given), encode16(head));
    this.given = (this.given + 1) & 0xffff;
    await this.store(availableIndex(this.layout), encode16(this.given));
  }

  notify(): Promise<void> {
    return this.transport.notify(this.index);
  }

  /** The next chain that came back, and how much was written to it. */
  async take(): Promise<{ readonly head: number; readonly written: number } | undefined> {
    const used = decode16(await this.load(usedIndex(this.layout), 2));
    if (used === this.taken) return undefined;
    const element = await this.load(usedEntry(this.layout, this.taken), 8);
    const view = new DataView(element.buffer, element.byteOffset);
    this.taken = (this.taken + 1) & 0xffff;
    return { head: view.getUint32(0, true), written: view.getUint32(4, true) };
  }

  private load(address: bigint, length: number): Promise<Uint8Array> {
    return this.page.load(Number(address - this.page.physical), length);
  }

  private store(address: bigint, bytes: Uint8Array): Promise<void> {
    return this.page.store(Number(address - this.page.physical), bytes);
  }
}

/** A driver that sends what it is told to, and nothing else. */
export class VirtioDriver implements VirtioIommu {
  private readonly transport: VirtioTransport;
  private readonly requests: Queue;
  private readonly eventQueue: Queue;
  /** Bytes of the buffers that the device has, by their descriptors. */
  private readonly lengths = new Map<number, number>();
  private firstBypass: number | undefined;

  constructor(transport: VirtioTransport, pages: readonly [QueuePage, QueuePage]) {
    this.transport = transport;
    this.requests = new Queue(transport, REQUESTS, pages[0]);
    this.eventQueue = new Queue(transport, EVENTS, pages[1]);
  }

  async reset(): Promise<void> {
    this.lengths.clear();
    await this.transport.reset();
    await this.requests.enable();
    await this.eventQueue.enable();
    await this.transport.start();
    this.firstBypass ??= (await this.transport.configuration())[BYPASS] ?? 0;
  }

  /** As it was when it was first reset. */
  async restore(): Promise<void> {
    await this.reset();
    await this.transport.configure(BYPASS, Uint8Array.of(this.firstBypass ?? 0));
  }

  async request(bytes: Uint8Array, room: number): Promise<VirtioAnswer | 'stopped'> {
    const { page } = this.requests;
    await page.store(Number(SENT), bytes);
    await page.store(Number(BACK), new Uint8Array(room).fill(UNTOUCHED));
    const sent = { address: page.physical + SENT, length: bytes.length, isWritable: false };
    await this.requests.describe(0, { ...sent, next: 1 });
    const back = { address: page.physical + BACK, length: room, isWritable: true };
    await this.requests.describe(1, back);
    await this.requests.give(0);
    await this.requests.notify();
    const written = await this.answered();
    if (written === undefined) return 'stopped';
    return { bytes: await page.load(Number(BACK), room), written };
  }

  async events(buffers: readonly number[]): Promise<readonly Uint8Array[] | 'stopped'> {
    const seen: Uint8Array[] = [];
    for (let used = await this.eventQueue.take(); used; used = await this.eventQueue.take()) {
      this.lengths.delete(used.head);
      seen.push(await this.eventQueue.page.load(placeOf(used.head), used.written));
    }
    for (const length of buffers) await this.offer(length);
    if (buffers.length > 0) await this.eventQueue.notify();
    return (await this.transport.isStopped()) ? 'stopped' : seen;
  }

  async configuration(change?: {
    readonly offset: number;
    readonly bytes: Uint8Array;
  }): Promise<Uint8Array> {
    if (change !== undefined) await this.transport.configure(change.offset, change.bytes);
    return this.transport.configuration();
  }

  private async offer(length: number): Promise<void> {
    const free = Array.from({ length: SIZE }, (_, index) => index);
    const index = free.find((each) => !this.lengths.has(each));
    if (index === undefined || length > EVENT_ROOM)
      throw new Error(`the event queue takes ${SIZE} buffers of at most ${EVENT_ROOM} bytes`);
    this.lengths.set(index, length);
    const address = this.eventQueue.page.physical + BigInt(placeOf(index));
    await this.eventQueue.describe(index, { address, length, isWritable: true });
    await this.eventQueue.give(index);
  }

  /** How much was written; undefined where the device has stopped. */
  private async answered(): Promise<number | undefined> {
    for (let waited = 0; waited < patienceMs; waited += pollMs) {
      const used = await this.requests.take();
      if (used !== undefined) return used.written;
      if (await this.transport.isStopped()) return undefined;
      await setTimeout(pollMs);
    }
    throw new ImplementationBroken('the virtio-iommu does not answer a request');
  }
}

/** Where the buffer of a descriptor is in the page of the event queue. */
function placeOf(index: number): number {
  return Number(SENT) + index * EVENT_ROOM;
}
