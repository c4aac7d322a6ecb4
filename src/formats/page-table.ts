import type { Iova } from './addresses.ts';
import { PAGE_SHIFT } from './page.ts';

/**
 * Bytes that an entry of that level covers: a page at level 1. `granule` is log2 of the size of pages and tables, of which
 * those of 4 KiB have 512 entries.
 */
export function entrySpan(level: number, granule = PAGE_SHIFT): bigint {
  return 1n << entryShift(level, granule);
}

/** Which of the entries of a table of that level an IOVA uses. */
export function entryIndex(iova: Iova, level: number, granule = PAGE_SHIFT): bigint {
  return (iova >> entryShift(level, granule)) & ((1n << (granule - 3n)) - 1n);
}

/** By level, of tables of 4 KiB: what most walks ask for, at each of their steps. */
const SHIFTS_OF_4_KIB = [1, 2, 3, 4, 5].map((level) => shiftOf(level, PAGE_SHIFT));

function entryShift(level: number, granule: bigint): bigint {
  const known = granule === PAGE_SHIFT ? SHIFTS_OF_4_KIB[level - 1] : undefined;
  return known ?? shiftOf(level, granule);
}

function shiftOf(level: number, granule: bigint): bigint {
  return granule + (granule - 3n) * BigInt(level - 1);
}
