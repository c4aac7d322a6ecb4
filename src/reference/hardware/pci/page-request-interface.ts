import { PAGE_REQUESTS } from '#formats/pcie-capabilities.ts';
import { PageResponse } from '#formats/pcie.ts';
import type { PageGroupResponse, PageRequestMessage } from '#formats/pcie.ts';

const { Enable, Reset, ResponseFailure, UnexpectedGroup, Stopped, PasidRequired } = PAGE_REQUESTS;
/** Messages that this function can have outstanding. */
const CAPACITY = 512;

export type OwnRequest = Omit<PageRequestMessage, 'rid'>;
type GroupName = Pick<PageGroupResponse, 'group' | 'pasid'>;

/** What an answer means for the accesses that wait: those of its group try again, or end, or all of them end. */
export type Verdict = 'retry' | 'error' | 'all end';

/** PCIe, 10.4 Page Request Services, and the registers of 10.5.2: what a function has asked for and not got yet. */
export class PageRequestInterface {
  /** Messages of each group that has no answer. */
  protected readonly outstanding = new Map<string, number>();
  protected isEnabled = false;
  /** RF and UPRGI: they stay until software clears them. */
  protected errors = 0;
  private allowed = 0;

  get capacity(): number {
    return CAPACITY;
  }

  get allocation(): number {
    return this.allowed;
  }

  /** Fixed while the interface is enabled. */
  set allocation(messages: number) {
    if (!this.isEnabled) this.allowed = Math.min(messages, CAPACITY);
  }

  /** Messages that may be sent now. */
  get room(): number {
    return [...this.outstanding.values()].reduce((left, count) => left - count, this.allowed);
  }

  get control(): number {
    return this.isEnabled ? Enable : 0;
  }

  /** 10.5.2.2: while it is enabled nothing is reset; a reset forgets what has no answer. HW-PCI-11 */
  set control(value: number) {
    const enable = (value & Enable) !== 0;
    if (!enable && value & Reset) this.outstanding.clear();
    this.isEnabled = enable;
  }

  /** 10.5.2.3: Stopped says that no answer is due any more. Its responses shall carry a PASID. HW-PCI-03 07 */
  get status(): number {
    const isStopped = !this.isEnabled && this.outstanding.size === 0;
    return this.errors | (isStopped ? Stopped : 0) | PasidRequired;
  }

  set status(value: number) {
    this.errors &= ~(value & (ResponseFailure | UnexpectedGroup));
  }

  /** May it be sent? How many, the device looks at before. A stop marker is no request, and gets no answer. HW-PCI-05 08 */
  count(message: OwnRequest): boolean {
    if (!this.isEnabled) return false;
    if (isStopMarker(message)) return true;
    const name = nameOf(message);
    this.outstanding.set(name, (this.outstanding.get(name) ?? 0) + 1);
    return true;
  }

  /** 10.4.2.1. HW-PCI-06 HW-PRQ-16 */
  receive(response: PageGroupResponse): Verdict | undefined {
    if (!this.isEnabled) {
      this.outstanding.delete(nameOf(response));
      return undefined;
    }
    if (!this.outstanding.delete(nameOf(response))) {
      this.errors |= UnexpectedGroup;
      return undefined;
    }
    return this.judge(response.code);
  }

  /** Codes that are reserved are failures. */
  protected judge(code: number): Verdict {
    if (code === PageResponse.Success) return 'retry';
    if (code === PageResponse.InvalidRequest) return 'error';
    this.errors |= ResponseFailure;
    this.isEnabled = false;
    this.outstanding.clear();
    return 'all end';
  }
}

/** 10.4.1.2.1 Managing PASID Usage on PRG Requests. */
function isStopMarker({ pasid, last, read, write }: OwnRequest): boolean {
  return pasid !== undefined && last && !read && !write;
}

/** PASIDs number their groups each for itself. */
function nameOf({ group, pasid }: GroupName): string {
  return `${pasid ?? ''}:${group}`;
}
