import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_IRQ_SET_ACTION_MASK,
  VFIO_IRQ_SET_ACTION_TRIGGER,
  VFIO_IRQ_SET_ACTION_UNMASK,
  VFIO_IRQ_SET_DATA_BOOL,
  VFIO_IRQ_SET_DATA_EVENTFD,
  VFIO_IRQ_SET_DATA_NONE,
} from '#uapi/vfio/device.ts';
import { eventfdOf } from '../../fs/eventfd.ts';
import type { Eventfd } from '../../fs/eventfd.ts';
import type { Task } from '../../fs/process.ts';

const U32_MAX = 0xffff_ffff;
export const DATA_TYPES =
  VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_DATA_EVENTFD;
export const ACTIONS =
  VFIO_IRQ_SET_ACTION_MASK | VFIO_IRQ_SET_ACTION_UNMASK | VFIO_IRQ_SET_ACTION_TRIGGER;

/** Bytes of an element of the data, by its type. */
const elementSizes: ReadonlyMap<number, number> = new Map([
  [VFIO_IRQ_SET_DATA_NONE, 0],
  [VFIO_IRQ_SET_DATA_BOOL, 1],
  [VFIO_IRQ_SET_DATA_EVENTFD, 4],
]);

/** struct vfio_irq_set without its data. */
export interface IrqSetHead {
  readonly argsz: number;
  readonly flags: number;
  readonly index: number;
  readonly start: number;
  readonly count: number;
}

/**
 * vfio_set_irqs_validate_and_prepare(), for an index that has so many interrupts: EINVAL, or the bytes of data that follow
 * the head, which has `headSize` bytes. VFIO-IRQ-02
 */
export function dataSizeOf(
  { argsz, flags, start, count }: IrqSetHead,
  interrupts: number,
  headSize: number,
): number | ErrnoName {
  if (count >= U32_MAX - start || flags & ~(DATA_TYPES | ACTIONS)) return 'EINVAL';
  if (start >= interrupts || start + count > interrupts) return 'EINVAL';
  const size = elementSizes.get(flags & DATA_TYPES);
  if (size === undefined) return 'EINVAL';
  return argsz - headSize < count * size ? 'EINVAL' : count * size;
}

/** A call of VFIO_DEVICE_SET_IRQS that was understood. */
export class IrqSet {
  readonly start: number;
  readonly count: number;
  readonly type: number;
  readonly action: number;
  protected readonly task: Task;
  protected readonly data: DataView;

  constructor(task: Task, { flags, start, count }: IrqSetHead, data: Uint8Array) {
    this.task = task;
    this.start = start;
    this.count = count;
    this.type = flags & DATA_TYPES;
    this.action = flags & ACTIONS;
    this.data = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  /** Is it the only interrupt of its index that is meant? */
  get isOfOne(): boolean {
    return this.start === 0 && this.count === 1;
  }

  /** VFIO_IRQ_SET_DATA_NONE, with a count of 0. */
  get disables(): boolean {
    return this.type === VFIO_IRQ_SET_DATA_NONE && this.count === 0;
  }

  /** Does a call without eventfds mean this one? All, or those whose bool is not 0. */
  means(index: number): boolean {
    if (this.type === VFIO_IRQ_SET_DATA_NONE) return true;
    return this.type === VFIO_IRQ_SET_DATA_BOOL && this.data.getUint8(index) !== 0;
  }

  get hasEventfds(): boolean {
    return this.type === VFIO_IRQ_SET_DATA_EVENTFD;
  }

  get hasBools(): boolean {
    return this.type === VFIO_IRQ_SET_DATA_BOOL;
  }

  fd(index: number): number {
    return this.data.getInt32(4 * index, true);
  }

  /** EBADF, EINVAL; undefined for a negative number. */
  eventfd(index: number): Eventfd | ErrnoName | undefined {
    const fd = this.fd(index);
    return fd < 0 ? undefined : eventfdOf(this.task.files, fd);
  }
}
