import type { DeviceRegion } from '#reference/hardware/bus.ts';
import type { Folio, Pages } from '#reference/kernel/mm/pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '#reference/kernel/mm/user-memory.ts';
import type { Pfn } from '#reference/kernel/mm/user-memory.ts';
import { ReferenceBug } from '#reference/reference-bug.ts';

import type { Backing } from './backing.ts';

/** So many frames stay where they are, whether they are pinned or not. */
const SLACK = 1 << 16;

/** A folio of the reference whose bytes are somewhere else. */
class BorrowedFolio implements DeviceRegion {
  readonly folio: Folio;
  readonly size: bigint;
  private readonly backing: Backing;
  private readonly at: bigint;
  /** What was there when its memory went. */
  private kept: Uint8Array | undefined;

  constructor(folio: Folio, backing: Backing, at: bigint) {
    this.folio = folio;
    this.size = PAGE_SIZE << BigInt(folio.order);
    this.backing = backing;
    this.at = at;
  }

  read(offset: bigint, length: number): Uint8Array {
    const first = Number(offset);
    return this.kept?.slice(first, first + length) ?? this.backing.read(this.at + offset, length);
  }

  write(offset: bigint, bytes: Uint8Array): void {
    if (this.kept) this.kept.set(bytes, Number(offset));
    else this.backing.write(this.at + offset, bytes);
  }

  /** The memory is about to go, and devices still reach it. */
  keep(): void {
    this.kept = this.backing.read(this.at, Number(this.size));
  }
}

/** Frames that stand for memory that is real: each page has one for as long as anything has pinned it. */
export class BorrowedFrames {
  private readonly pages: Pages;
  /** By backing, and where it begins there. */
  private readonly byPlace = new Map<Backing, Map<bigint, BorrowedFolio>>();
  private readonly kept = new Set<BorrowedFolio>();
  private count = 0;
  /** How many there may be before it is worth a look which of them are pinned. */
  private room = SLACK;

  constructor(pages: Pages) {
    this.pages = pages;
  }

  /** The frame of that page, with one pin more. */
  pin(backing: Backing, at: bigint): Pfn {
    const { first, folio } = this.take(backing, at);
    const pfn = folio.folio.pfn + ((at - first) >> PAGE_SHIFT);
    this.pages.pin(pfn);
    return pfn;
  }

  /** Where that byte is; undefined where it has no frame. */
  physical(backing: Backing, at: bigint): bigint | undefined {
    const first = firstByte(backing, at);
    const known = this.byPlace.get(backing)?.get(first);
    return known && (known.folio.pfn << PAGE_SHIFT) + (at - first);
  }

  /** These bytes are about to go; what is pinned stays as it is now. Returns how many frames that are. */
  leave(backing: Backing, start: bigint, end: bigint): number {
    const places = this.byPlace.get(backing);
    let stay = 0;
    for (const [at, borrowed] of places ?? []) {
      if (at + borrowed.size <= start || end <= at) continue;
      places?.delete(at);
      if (borrowed.folio.pins === 0) {
        this.giveBack(borrowed);
        continue;
      }
      borrowed.keep();
      this.kept.add(borrowed);
      stay += 1;
    }
    return stay;
  }

  /** Gives back what nothing has pinned: at once, or where frames have become many. */
  sweep(all: boolean): void {
    if (!all && this.count < this.room) return;
    for (const [backing, places] of this.byPlace) {
      for (const [at, borrowed] of places) {
        if (borrowed.folio.pins > 0) continue;
        places.delete(at);
        this.giveBack(borrowed);
      }
      if (places.size === 0) this.byPlace.delete(backing);
    }
    for (const borrowed of this.kept) {
      if (borrowed.folio.pins > 0) continue;
      this.kept.delete(borrowed);
      this.giveBack(borrowed);
    }
    this.room = Math.max(SLACK, 2 * this.count);
  }

  has(backing: Backing): boolean {
    return (this.byPlace.get(backing)?.size ?? 0) > 0;
  }

  /** After sweep(true) those that are pinned. */
  get inUse(): number {
    return this.count;
  }

  private take(backing: Backing, at: bigint): { first: bigint; folio: BorrowedFolio } {
    const first = firstByte(backing, at);
    const places = this.byPlace.get(backing) ?? new Map<bigint, BorrowedFolio>();
    this.byPlace.set(backing, places);
    const folio = places.get(first) ?? this.borrow(backing, first);
    places.set(first, folio);
    return { first, folio };
  }

  private borrow(backing: Backing, at: bigint): BorrowedFolio {
    const folio = this.pages.allocate(backing.hugetlb ? 9 : 0);
    if (!folio) throw new ReferenceBug('the memory of the machine has run out');
    const borrowed = new BorrowedFolio(folio, backing, at);
    this.pages.memory.addWindow(folio.pfn << PAGE_SHIFT, borrowed);
    this.count += 1;
    return borrowed;
  }

  private giveBack(borrowed: BorrowedFolio): void {
    this.pages.memory.removeWindow(borrowed.folio.pfn << PAGE_SHIFT, borrowed);
    this.pages.put(borrowed.folio);
    this.count -= 1;
  }
}

function firstByte(backing: Backing, at: bigint): bigint {
  const unit = backing.hugetlb ? PAGE_SIZE << 9n : PAGE_SIZE;
  return at - (at % unit);
}
