import BTree from 'sorted-btree';

import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMUFD_PAGE_RESP_INVALID,
  IOMMUFD_PAGE_RESP_SUCCESS,
  IOMMU_PGFAULT_FLAGS_LAST_PAGE,
  IOMMU_PGFAULT_FLAGS_PASID_VALID,
  iommu_hwpt_page_response,
  iommu_hwpt_pgfault,
} from '#uapi/iommufd/fault.ts';
import { POLLIN, POLLOUT, POLLRDNORM } from '#uapi/poll.ts';
import { invariant } from '../../reference-bug.ts';
import type { Transfer } from '../fs/file.ts';
import { IOMMU_NO_PASID, PAGE_RESPONSE_INVALID } from '../iommu/io-pgfault.ts';
import type { AttachHandle, PageRequest, PageRequestGroup } from '../iommu/io-pgfault.ts';
import { IdPool } from '../lib/id-pool.ts';
import { isErrno } from '../lib/errno.ts';
import { IommufdAttachHandle } from './attach-handle.ts';
import { EventFile } from './event-file.ts';
import { IommufdObject } from './object.ts';

const MESSAGE_SIZE = iommu_hwpt_pgfault.size;
const RESPONSE_SIZE = iommu_hwpt_page_response.size;
const RESPONSES = [IOMMUFD_PAGE_RESP_SUCCESS, IOMMUFD_PAGE_RESP_INVALID];

/** eventq.c: struct iommufd_fault: page requests for a VMM, and its answers. */
export class FaultQueue extends IommufdObject {
  /** Groups that nobody has read, by their number. */
  protected readonly undelivered = new BTree<number, PageRequestGroup>();
  /** By cookie: groups that were read and not answered. FAULT-14 */
  protected readonly delivered = new Map<number, PageRequestGroup>();
  protected readonly cookies = new IdPool(1);
  protected arrivals = 0;

  get isEmpty(): boolean {
    return this.undelivered.isEmpty;
  }

  /** iommufd_fault_iopf_handler(): in the order in which they come. FAULT-08 11 26 */
  deliver(group: PageRequestGroup): void {
    this.undelivered.set(this.arrivals++, group);
  }

  /** The group that is read next. */
  next(): PageRequestGroup | undefined {
    return this.undelivered.get(this.undelivered.minKey() ?? 0);
  }

  /**
   * Gives the next group to `copy` under a new cookie: the lowest one that is free, from 1 on. On failure the group stays, and
   * its cookie is free again. FAULT-12 14
   */
  take(copy: (messages: Uint8Array) => ErrnoName | undefined): ErrnoName | undefined {
    const group = this.next();
    invariant(group !== undefined, 'a page request is taken from an empty queue');
    const cookie = this.cookies.take();
    const error = copy(messagesOf(group, cookie));
    if (error) {
      this.cookies.release(cookie);
      return error;
    }
    this.dropNext();
    this.delivered.set(cookie, group);
    return undefined;
  }

  /** EINVAL for another code, then for a cookie that waits for no answer. FAULT-17 18 19 HW-PRQ-01 */
  respond(cookie: number, code: number): ErrnoName | undefined {
    if (!RESPONSES.includes(code)) return 'EINVAL';
    const group = this.delivered.get(cookie);
    if (!group) return 'EINVAL';
    this.forget(cookie);
    group.respond(code);
    return undefined;
  }

  /** iommufd_auto_response_faults(): what came by an attachment that has ended. FAULT-22 23 26 HW-PRQ-09 */
  refuseAllOf(handle: AttachHandle): void {
    this.refuse((group) => group.handle === handle);
  }

  /** iommufd_fault_destroy(). FAULT-24 */
  override destroy(): void {
    this.refuse(() => true);
  }

  protected refuse(isMeant: (group: PageRequestGroup) => boolean): void {
    for (const [number, group] of this.undelivered.toArray()) {
      if (!isMeant(group)) continue;
      this.undelivered.delete(number);
      group.respond(PAGE_RESPONSE_INVALID);
    }
    for (const [cookie, group] of this.delivered) {
      if (!isMeant(group)) continue;
      this.forget(cookie);
      group.respond(PAGE_RESPONSE_INVALID);
    }
  }

  protected dropNext(): void {
    const number = this.undelivered.minKey();
    if (number !== undefined) this.undelivered.delete(number);
  }

  protected forget(cookie: number): void {
    this.delivered.delete(cookie);
    this.cookies.release(cookie);
  }
}

/** iommufd_compose_fault_message() for each request of the group. FAULT-08 09 */
function messagesOf({ requests, handle }: PageRequestGroup, cookie: number): Uint8Array {
  invariant(handle instanceof IommufdAttachHandle, 'a page request came by a foreign attachment');
  const messages = new Uint8Array(requests.length * MESSAGE_SIZE);
  for (const [index, request] of requests.entries()) {
    const { deviceId: dev_id } = handle;
    const message = iommu_hwpt_pgfault.pack({ ...fieldsOf(request), dev_id, cookie });
    messages.set(message, index * MESSAGE_SIZE);
  }
  return messages;
}

function fieldsOf({ address, pasid, groupId, permissions, isLast }: PageRequest) {
  const withPasid = pasid === undefined ? 0 : IOMMU_PGFAULT_FLAGS_PASID_VALID;
  const last = isLast ? IOMMU_PGFAULT_FLAGS_LAST_PAGE : 0;
  return {
    flags: withPasid | last,
    pasid: pasid ?? IOMMU_NO_PASID,
    grpid: groupId,
    perm: permissions,
    addr: address,
  };
}

/** The file of a fault queue. FAULT-25 29 32 33 */
export class FaultFile extends EventFile<FaultQueue> {
  /**
   * Whole groups, as many as fit: 0 where there are none, EINVAL where the first one does not fit, EFAULT.
   * FAULT-04 05 06 09 10 11 12 13 31
   */
  read({ task, address, length }: Transfer): number {
    if (length % MESSAGE_SIZE !== 0) return failure('ESPIPE');
    let done = 0;
    for (let group = this.queue.next(); group; group = this.queue.next()) {
      const size = group.requests.length * MESSAGE_SIZE;
      if (size > length - done) return done > 0 ? done : failure('EINVAL');
      const at = address + BigInt(done);
      const error = this.queue.take((messages) => task.memory.copyToUser(at, messages));
      if (error) return resultOf(done, error);
      done += size;
    }
    return done;
  }

  /** One answer after the other, up to one that is wrong. FAULT-15 16 17 20 21 31 */
  write({ task, address, length }: Transfer): number {
    if (length % RESPONSE_SIZE !== 0) return failure('ESPIPE');
    for (let done = 0; done < length; done += RESPONSE_SIZE) {
      const bytes = task.memory.copyFromUser(address + BigInt(done), RESPONSE_SIZE);
      if (isErrno(bytes)) return resultOf(done, bytes);
      const { cookie, code } = iommu_hwpt_page_response.unpack(bytes);
      const error = this.queue.respond(cookie, code);
      if (error) return resultOf(done, error);
    }
    return length;
  }

  /** FAULT-07 */
  poll(): number {
    return this.queue.isEmpty ? POLLOUT : POLLOUT | POLLIN | POLLRDNORM;
  }
}

/** What was done counts; without it, the reason why nothing was. */
function resultOf(done: number, error: ErrnoName): number {
  return done > 0 ? done : failure(error);
}
