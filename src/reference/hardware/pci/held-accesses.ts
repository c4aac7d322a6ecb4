import type { Iova } from '#formats/addresses.ts';
import { PAGE_MASK, PAGE_SIZE } from '#formats/page.ts';

import type { Waiter } from '../bus.ts';
import type { AccessResult, PatientAccess } from './waiting-accesses.ts';

/** The device that the accesses are of. */
export interface Sender {
  /** Is the page reached? The waiter is told where the IOMMU holds the request. */
  reaches(page: Iova, access: PatientAccess, waiter: Waiter): boolean;
  perform(access: PatientAccess): AccessResult;
}

interface Held {
  readonly access: PatientAccess;
  isHeld: boolean;
  result: AccessResult | undefined;
}

/**
 * The accesses of a device that an IOMMU may hold, instead of refusing them. The device knows nothing of that: its access
 * takes long. HW-SMU-25
 */
export class HeldAccesses {
  protected readonly sender: Sender;
  protected readonly accesses: Held[] = [];

  constructor(sender: Sender) {
    this.sender = sender;
  }

  /** Nothing is held, and nobody has yet to ask what came of an access. */
  get isEmpty(): boolean {
    return this.accesses.length === 0;
  }

  begin(access: PatientAccess): void {
    const entry: Held = { access, isHeld: false, result: undefined };
    this.accesses.push(entry);
    this.carryOn(entry);
  }

  /** What came of the oldest access of that name; undefined while it is held. */
  goOn(name: number): AccessResult | undefined {
    const entry = this.accesses.find(({ access }) => access.group === name);
    if (!entry) return 'blocked';
    if (entry.result !== undefined) this.accesses.splice(this.accesses.indexOf(entry), 1);
    return entry.result;
  }

  /** Page after page, as far as it gets. */
  protected carryOn(entry: Held): void {
    const { access } = entry;
    const last = access.iova + BigInt(access.length) - 1n;
    for (let page = access.iova & PAGE_MASK; page <= last; page += PAGE_SIZE) {
      if (this.sender.reaches(page, access, this.waiterOf(entry))) continue;
      if (!entry.isHeld) entry.result ??= 'blocked';
      return;
    }
    entry.result = this.sender.perform(access);
  }

  private waiterOf(entry: Held): Waiter {
    return {
      held: () => {
        entry.isHeld = true;
      },
      released: (how) => {
        entry.isHeld = false;
        if (how === 'try again') this.carryOn(entry);
        else entry.result = 'blocked';
      },
    };
  }
}
