import type { PhysicalMemory } from '../../hardware/memory.ts';
import { invariant } from '../../reference-bug.ts';
import { FreeFrames } from './free-frames.ts';
import type { Order } from './free-frames.ts';
import { MemoryLayout } from './memory-layout.ts';
import { PAGE_SHIFT, PAGE_SIZE } from './user-memory.ts';
import type { PageAllocator, Pfn } from './user-memory.ts';

export const PAGES_PER_HUGE_PAGE = 512n;

/** struct folio: 2^order frames that live and die together. */
export interface Folio {
  readonly pfn: Pfn;
  readonly order: Order;
  /** Page table entries, files and tables that refer to it. */
  references: number;
  /** GUP pins, each of one page of it. */
  pins: number;
}

export interface PagesOptions {
  readonly memory: PhysicalMemory;
  /** First byte and size of the RAM to manage, multiples of 2 MiB. */
  readonly first: bigint;
  readonly size: bigint;
  /** Seed of the order in which memory is given out; 0 unless told otherwise. */
  readonly layout?: number;
}

/** mm/page_alloc.c and the counts of struct folio. A folio lives while it has a reference or a pin. */
export class Pages implements PageAllocator {
  readonly memory: PhysicalMemory;
  private readonly free: FreeFrames;
  /** By first frame. */
  private readonly folios = new Map<Pfn, Folio>();

  constructor({ memory, first, size, layout = 0 }: PagesOptions) {
    this.memory = memory;
    const order = new MemoryLayout(layout);
    this.free = new FreeFrames(first >> PAGE_SHIFT, size >> PAGE_SHIFT, order);
  }

  get inUse(): number {
    return [...this.folios.values()].reduce((sum, { order }) => sum + (1 << order), 0);
  }

  /** folio_alloc(__GFP_ZERO): with one reference; undefined where memory has run out. */
  allocate(order: Order): Folio | undefined {
    const pfn = this.free.take(order);
    if (pfn === undefined) return undefined;
    const folio: Folio = { pfn, order, references: 1, pins: 0 };
    this.folios.set(pfn, folio);
    this.memory.provide(pfn << PAGE_SHIFT, lengthOf(folio));
    return folio;
  }

  /** page_folio() of a frame that is in use. */
  folioOf(pfn: Pfn): Folio {
    const folio = this.folioAt(pfn);
    invariant(folio !== undefined, `frame ${pfn} is free; expected it to be in use`);
    return folio;
  }

  get(folio: Folio, count = 1): void {
    folio.references += count;
  }

  /** folio_put() */
  put(folio: Folio): void {
    invariant(folio.references > 0, `frame ${folio.pfn} has no reference left to put`);
    folio.references -= 1;
    this.freeIfUnused(folio);
  }

  /** try_grab_folio(FOLL_PIN) */
  pin(pfn: Pfn): void {
    this.folioOf(pfn).pins += 1;
  }

  /** mm/gup.c: unpin_user_pages(). */
  unpinPages(pfns: readonly Pfn[]): void {
    for (const pfn of pfns) this.unpin(this.folioOf(pfn));
  }

  pinCount(pfn: Pfn): number {
    return this.folioAt(pfn)?.pins ?? 0;
  }

  /** copy_user_highpage(), for 2^order pages. */
  copy(from: Pfn, to: Pfn, order: Order): void {
    for (let page = 0n; page < 1n << BigInt(order); page += 1n) {
      const bytes = this.memory.read((from + page) << PAGE_SHIFT, Number(PAGE_SIZE));
      this.memory.write((to + page) << PAGE_SHIFT, bytes);
    }
  }

  private folioAt(pfn: Pfn): Folio | undefined {
    const folio = this.folios.get(pfn);
    if (folio) return folio;
    const head = this.folios.get(pfn - (pfn % PAGES_PER_HUGE_PAGE));
    return head?.order === 9 ? head : undefined;
  }

  private unpin(folio: Folio): void {
    invariant(folio.pins > 0, `frame ${folio.pfn} is unpinned more often than it was pinned`);
    folio.pins -= 1;
    this.freeIfUnused(folio);
  }

  private freeIfUnused(folio: Folio): void {
    if (folio.references + folio.pins > 0) return;
    this.folios.delete(folio.pfn);
    this.memory.withdraw(folio.pfn << PAGE_SHIFT, lengthOf(folio));
    this.free.release(folio.pfn, folio.order);
  }
}

function lengthOf(folio: Folio): bigint {
  return PAGE_SIZE << BigInt(folio.order);
}
