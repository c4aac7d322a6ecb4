import { regionOf, regions } from '../addresses.ts';
import { everyGuestPage, type Entry, type GuestTable } from './guest-table.ts';

/** One number for each leaf there can be. */
function keyOf(entry: Exclude<Entry, 'absent'>): number {
  return entry.page * 2 + (entry.write ? 1 : 0);
}

function leafOf(key: number): Entry {
  return { page: key >> 1, write: key % 2 === 1 };
}

/**
 * What an IOMMU may have kept of a guest's table since the last flush that covers it: leaves by page, and by region the
 * tables that a walk may still go by. What may be kept is all that was there at any time, whether or not it was used: an
 * IOMMU may fetch ahead. That an entry was absent is never kept.
 */
export class Kept {
  readonly #leaves: Set<number>[] = everyGuestPage.map(() => new Set());
  readonly #tables: Set<number>[] = Array.from({ length: regions }, () => new Set());

  /** Whatever a walk finds now. Called before and after each change. */
  note(table: GuestTable): void {
    if (!table.isMapped) return;
    for (let region = 0; region < regions; region += 1) {
      const current = table.tableOf(region);
      if (current !== undefined) this.#tables[region]?.add(current);
    }
    for (const page of everyGuestPage)
      for (const entry of this.#walks(table, page))
        if (entry !== 'absent') this.#leaves[page]?.add(keyOf(entry));
  }

  /** An invalidation: of these pages; what leads to tables as well, where it is not of leaves only. */
  flush(pages: readonly number[], leavesOnly: boolean, table: GuestTable): void {
    if (!leavesOnly) for (const page of pages) this.#tables[regionOf(page)]?.clear();
    for (const page of pages) this.#leaves[page]?.clear();
    this.note(table);
  }

  /** Also what another one has: they share what is kept. */
  join(other: Kept): void {
    for (const [page, leaves] of other.#leaves.entries())
      for (const leaf of leaves) this.#leaves[page]?.add(leaf);
    for (const [region, tables] of other.#tables.entries())
      for (const table of tables) this.#tables[region]?.add(table);
  }

  /** What an access may go by now. */
  entries(table: GuestTable, page: number): readonly Entry[] {
    const walks = table.isMapped ? this.#walks(table, page) : ['absent' as const];
    return [...walks, ...[...(this.#leaves[page] ?? [])].map(leafOf)];
  }

  #walks(table: GuestTable, page: number): readonly Entry[] {
    const old = [...(this.#tables[regionOf(page)] ?? [])];
    return [table.entry(page), ...old.map((each) => table.entryIn(each, page))];
  }
}
