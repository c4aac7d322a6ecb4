import type { PageResponse } from '#port/bench.ts';

/** A group of one page request, from when the device sends it until it is answered. */
export interface Group {
  readonly device: number;
  readonly pasid: number | undefined;
  readonly group: number;
  /** Of the page. */
  readonly iova: bigint;
  /** IOMMU_PGFAULT_PERM_*. */
  readonly perm: number;
  /** Once it was read from the queue. */
  cookie?: number;
}

export const SUCCESS = 0;
export const INVALID = 1;

/** Page requests that nobody has answered, and the answers that devices are to get. */
export class PageRequests {
  #waiting: readonly Group[] = [];
  readonly #answers = new Map<number, PageResponse[]>();
  #next = 0;

  /** A number that no group of a device has. */
  newNumber(): number {
    const taken = new Set(this.#waiting.map(({ group }) => group));
    do this.#next = (this.#next + 1) % 512;
    while (taken.has(this.#next));
    return this.#next;
  }

  /** In the order in which they were sent. */
  get unread(): readonly Group[] {
    return this.#waiting.filter(({ cookie }) => cookie === undefined);
  }

  get read(): readonly (Group & { readonly cookie: number })[] {
    return this.#waiting.filter((each): each is Group & { cookie: number } => 'cookie' in each);
  }

  /** `queued` is false where no queue takes it: then it is answered as invalid. */
  send(group: Group, queued: boolean): void {
    if (queued) this.#waiting = [...this.#waiting, group];
    else this.#answer(group, INVALID);
  }

  answer(group: Group, code: number): void {
    this.#waiting = this.#waiting.filter((each) => each !== group);
    this.#answer(group, code);
  }

  /** A place is left: all that came from it is answered as invalid. `any` PASID where the device goes. FAULT-22 23 */
  leave(device: number, pasid: number | undefined | 'any'): void {
    for (const group of this.#waiting)
      if (group.device === device && (pasid === 'any' || group.pasid === pasid))
        this.answer(group, INVALID);
  }

  /** What the device is to have got since the last time. */
  takeAnswers(device: number): readonly PageResponse[] {
    const answers = this.#answers.get(device) ?? [];
    this.#answers.delete(device);
    return answers;
  }

  #answer({ device, pasid, group }: Group, code: number): void {
    const answer = { group, code, ...(pasid !== undefined && { pasid }) };
    this.#answers.set(device, [...(this.#answers.get(device) ?? []), answer]);
  }
}
