import type { Iova } from './bus.ts';

/** Bytes that an entry of that level covers, where tables have 512 entries: 4 KiB at level 1. */
export function entrySpan(level: number): bigint {
  return 1n << (12n + 9n * BigInt(level - 1));
}

/** Which of the 512 entries of a table of that level an IOVA uses. */
export function entryIndex(iova: Iova, level: number): bigint {
  return (iova / entrySpan(level)) & 0x1ffn;
}
