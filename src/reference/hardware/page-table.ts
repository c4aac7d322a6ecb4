import type { Iova } from './bus.ts';

/** log2 of the bytes of most tables, which have 512 entries. */
const SMALL_TABLE = 12n;

/**
 * Bytes that an entry of that level covers: a page of 4 KiB at level 1. `granule` is log2 of the size of pages and
 * tables.
 */
export function entrySpan(level: number, granule = SMALL_TABLE): bigint {
  return 1n << (granule + (granule - 3n) * BigInt(level - 1));
}

/** Which of the entries of a table of that level an IOVA uses. */
export function entryIndex(iova: Iova, level: number, granule = SMALL_TABLE): bigint {
  return (iova / entrySpan(level, granule)) & ((1n << (granule - 3n)) - 1n);
}
