import { RequestType, Status, TAIL_SIZE, encodeRequest } from '#formats/virtio/iommu-request.ts';
import type { RequestFields } from '#formats/virtio/iommu-request.ts';
import {
  DESCRIPTOR_SIZE,
  availableEntry,
  encodeDescriptor,
  encode16,
  availableIndex,
  decode16,
  usedEntry,
  usedIndex,
} from '#formats/virtio/virtqueue.ts';
import type { VirtqueueLayout } from '#formats/virtio/virtqueue.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import type { DeviceQueue } from '../../../hardware/virtio-iommu/virtqueue.ts';
import { invariant } from '../../../reference-bug.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';
import type { Pages } from '../../mm/pages.ts';

/** Requests that can be under way, each of two descriptors: what is sent, what comes back. */
const REQUESTS = 4;
const SLOT_SIZE = PAGE_SIZE / BigInt(REQUESTS);
/** Where the answer is in a slot. */
const ANSWER_OFFSET = 256n;

/** viommu_get_req_errno(). HW-VIO-04 */
const errnos: ReadonlyMap<number, ErrnoName> = new Map([
  [Status.Unsupported, 'ENOSYS'],
  [Status.Invalid, 'EINVAL'],
  [Status.Range, 'ERANGE'],
  [Status.NoEntry, 'ENOENT'],
  [Status.Fault, 'EFAULT'],
  [Status.NoMemory, 'ENOMEM'],
]);

export interface RequestQueueOptions {
  readonly pages: Pages;
  readonly queue: DeviceQueue;
  /** Bytes of properties in the answer to a PROBE request. */
  readonly probeSize: number;
}

/** drivers/iommu/virtio-iommu.c: viommu_add_req(), viommu_sync_req(), viommu_send_req_sync(). */
export class RequestQueue {
  private readonly pages: Pages;
  private readonly queue: DeviceQueue;
  private readonly probeSize: number;
  private readonly layout: VirtqueueLayout;
  private readonly slots: bigint;
  /** Requests that were ever added, modulo 2^16. */
  private added = 0;
  private underWay = 0;

  constructor({ pages, queue, probeSize }: RequestQueueOptions) {
    this.pages = pages;
    this.queue = queue;
    this.probeSize = probeSize;
    const ring = this.newPage();
    const [available, used] = [ring + PAGE_SIZE / 4n, ring + PAGE_SIZE / 2n];
    this.layout = { size: 2 * REQUESTS, descriptors: ring, available, used };
    this.slots = this.newPage();
    queue.enable(this.layout);
  }

  /** Not before the next sync() is it known to be done. */
  add(type: number, fields: RequestFields): void {
    if (this.underWay === REQUESTS) this.sync();
    const { memory } = this.pages;
    const slot = this.added % REQUESTS;
    const [request, answer] = [encodeRequest(type, fields), this.answerSize(type)];
    const address = this.slots + BigInt(slot) * SLOT_SIZE;
    memory.write(address, request);
    const [first, second] = [2 * slot, 2 * slot + 1];
    this.describe(first, { address, length: request.length, isWritable: false, next: second });
    const back = { address: address + ANSWER_OFFSET, length: answer, isWritable: true };
    this.describe(second, back);
    memory.write(availableEntry(this.layout, this.added), encode16(first));
    this.added = (this.added + 1) & 0xffff;
    this.underWay += 1;
  }

  /** Everything that was added is done. */
  sync(): void {
    if (this.underWay === 0) return;
    const { memory } = this.pages;
    memory.write(availableIndex(this.layout), encode16(this.added));
    this.queue.notify();
    const done = decode16(memory.read(usedIndex(this.layout), 2));
    invariant(done === this.added, 'the virtio-iommu did not answer a request');
    this.underWay = 0;
  }

  /** Waits for the answer: all but its tail, or why there is none. */
  send(type: number, fields: RequestFields): Uint8Array | ErrnoName {
    this.add(type, fields);
    this.sync();
    const slot = (this.added + 0xffff) % REQUESTS;
    const address = this.slots + BigInt(slot) * SLOT_SIZE + ANSWER_OFFSET;
    const size = this.answerSize(type);
    if (this.writtenLast() === 0) return 'EIO';
    const answer = this.pages.memory.read(address, size);
    const [status = Status.DeviceError] = answer.subarray(size - TAIL_SIZE);
    if (status !== Status.Ok) return errnos.get(status) ?? 'EIO';
    return answer.subarray(0, size - TAIL_SIZE);
  }

  /** Of the last answer, bytes: a device leaves alone what it does not understand. HW-VIO-04 */
  private writtenLast(): number {
    const element = usedEntry(this.layout, (this.added + 0xffff) & 0xffff);
    return Number(this.pages.memory.read64(element) >> 32n);
  }

  private describe(index: number, descriptor: Parameters<typeof encodeDescriptor>[0]): void {
    const at = this.layout.descriptors + BigInt(index) * DESCRIPTOR_SIZE;
    const [low, high] = encodeDescriptor(descriptor);
    this.pages.memory.write64(at, low);
    this.pages.memory.write64(at + 8n, high);
  }

  private answerSize(type: number): number {
    return type === RequestType.Probe ? this.probeSize + TAIL_SIZE : TAIL_SIZE;
  }

  private newPage(): bigint {
    const folio = this.pages.allocate(0);
    invariant(folio !== undefined, 'out of memory for the request queue');
    return folio.pfn << PAGE_SHIFT;
  }
}
