import type { Iova } from '#formats/addresses.ts';
import { PAGE_MASK, PAGE_SIZE } from '#formats/page.ts';

import type { OwnRequest, Verdict } from './page-request-interface.ts';

/** An access that a device does not give up where a page is missing: it asks for that, and waits. */
export interface PatientAccess {
  readonly iova: Iova;
  /** Bytes, 1 or more. */
  readonly length: number;
  /** What is written; a read has none. */
  readonly bytes?: Uint8Array;
  readonly pasid?: number;
  /** PRGI of its requests. */
  readonly group: number;
}

/** What came of it: what was read or written, or that the device has given it up. */
export type AccessResult = Uint8Array | 'blocked';

/** The device that the accesses are of. */
export interface Requester {
  /** Has it a translation that allows the access to this page? */
  reaches(page: Iova, access: PatientAccess): boolean;
  perform(access: PatientAccess): AccessResult;
  /** How many requests it may send now; undefined where it is not to ask at all. */
  readonly room: number | undefined;
  request(message: OwnRequest): void;
}

export interface Waiting {
  readonly access: PatientAccess;
  state: 'waits' | 'may try again' | 'is over';
}

/**
 * The accesses of a device that wait for answers to their page requests. Time passes only when somebody says so: an access
 * whose group was answered tries again when it is told to go on. HW-PRQ-16
 */
export class WaitingAccesses {
  protected readonly requester: Requester;
  protected readonly waiting: Waiting[] = [];

  constructor(requester: Requester) {
    this.requester = requester;
  }

  begin(access: PatientAccess): void {
    const entry: Waiting = { access, state: 'may try again' };
    this.waiting.push(entry);
    if (this.isIncomplete(access)) this.ask(entry);
  }

  /** An answer to a group has come. */
  answered({ group, pasid }: Pick<PatientAccess, 'group' | 'pasid'>, verdict: Verdict): void {
    for (const entry of this.waiting) {
      const isMeant = entry.access.group === group && entry.access.pasid === pasid;
      if (verdict === 'all end') entry.state = 'is over';
      else if (isMeant && entry.state === 'waits')
        entry.state = verdict === 'retry' ? 'may try again' : 'is over';
    }
  }

  /** The oldest access of that group goes on; undefined while it waits. What is missing still is asked for once more. */
  goOn(group: number): AccessResult | undefined {
    const entry = this.waiting.find(({ access }) => access.group === group);
    if (!entry) return 'blocked';
    const lacksPages = entry.state === 'may try again' && this.isIncomplete(entry.access);
    if (lacksPages) this.ask(entry);
    if (entry.state === 'waits' || (lacksPages && entry.state !== 'is over')) return undefined;
    this.waiting.splice(this.waiting.indexOf(entry), 1);
    return entry.state === 'is over' ? 'blocked' : this.requester.perform(entry.access);
  }

  protected isIncomplete(access: PatientAccess): boolean {
    return this.missing(access).length > 0;
  }

  /**
   * One request for each page that is missing, of which the last one completes the group; as many as are allowed. Without
   * room for one the access tries again later.
   */
  protected ask(entry: Waiting): void {
    const { room } = this.requester;
    if (room === undefined) entry.state = 'is over';
    else if (room > 0) this.askFor(this.missing(entry.access).slice(0, room), entry);
  }

  private askFor(pages: readonly Iova[], entry: Waiting): void {
    const { group, pasid, bytes } = entry.access;
    entry.state = 'waits';
    for (const [index, iova] of pages.entries()) {
      const rights = { read: bytes === undefined, write: bytes !== undefined };
      const last = index === pages.length - 1;
      const message = { iova, group, last, ...rights, ...(pasid !== undefined && { pasid }) };
      this.requester.request(message);
    }
  }

  protected missing(access: PatientAccess): Iova[] {
    const last = access.iova + BigInt(access.length) - 1n;
    const pages: Iova[] = [];
    for (let page = access.iova & PAGE_MASK; page <= last; page += PAGE_SIZE)
      if (!this.requester.reaches(page, access)) pages.push(page);
    return pages;
  }
}
