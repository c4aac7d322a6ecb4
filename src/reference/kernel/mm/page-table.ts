import BTree from 'sorted-btree';

import { compareBigints } from '../lib/math.ts';
import { PAGES_PER_HUGE_PAGE } from './pages.ts';
import type { Pfn } from './user-memory.ts';

/** An anonymous page of one process, small or huge. Pages of shared mappings are in their file and have no entry. */
export interface PageTableEntry {
  /** First frame. */
  readonly pfn: Pfn;
  /** 1 or 512. */
  readonly pages: bigint;
  /** PageAnonExclusive: no other process has it, so it may be written and pinned. */
  readonly exclusive: boolean;
}

export interface MappedEntry extends PageTableEntry {
  /** Number of its first page in the address space. */
  readonly page: bigint;
}

/** The page table of a process, as an ordered map from page numbers. */
export class PageTable {
  private readonly entries = new BTree<bigint, PageTableEntry>(undefined, compareBigints);

  /** The entry that covers this page. */
  lookup(page: bigint): MappedEntry | undefined {
    const pair = this.entries.getPairOrNextLower(page);
    if (!pair || page >= pair[0] + pair[1].pages) return undefined;
    return { page: pair[0], ...pair[1] };
  }

  set(page: bigint, entry: PageTableEntry): void {
    this.entries.set(page, entry);
  }

  delete(page: bigint): void {
    this.entries.delete(page);
  }

  /** Entries with any page from `first` up to, not including, `end`. */
  inRange(first: bigint, end: bigint): readonly MappedEntry[] {
    const found = this.entries.getRange(this.lookup(first)?.page ?? first, end);
    return found.map(([page, entry]) => ({ page, ...entry }));
  }

  isEmpty(first: bigint, end: bigint): boolean {
    const next = this.entries.getPairOrNextHigher(first);
    return this.lookup(first) === undefined && (next === undefined || next[0] >= end);
  }

  all(): readonly MappedEntry[] {
    return this.entries.toArray().map(([page, entry]) => ({ page, ...entry }));
  }

  /** __split_huge_pmd(): the same frames by 512 entries. */
  split(huge: MappedEntry): void {
    for (let page = 0n; page < PAGES_PER_HUGE_PAGE; page += 1n) {
      this.set(huge.page + page, { pfn: huge.pfn + page, pages: 1n, exclusive: huge.exclusive });
    }
  }
}
