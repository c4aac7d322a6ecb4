import type { Hpa } from '../addresses.ts';
import { ADDRESS_MASK } from './entry.ts';

/** VT-d, 9.7 First-Stage Paging Entries: those of x86-64. HW-VTD-20 */
export const FIRST_STAGE_PRESENT = 1n << 0n;
export const FIRST_STAGE_WRITE = 1n << 1n;
export const FIRST_STAGE_USER = 1n << 2n;
export const FIRST_STAGE_ACCESSED = 1n << 5n;
export const FIRST_STAGE_DIRTY = 1n << 6n;

/** VT-d, 9.8 Second-Stage Paging Entries. HW-VTD-22 */
export const SECOND_STAGE_READ = 1n << 0n;
export const SECOND_STAGE_WRITE = 1n << 1n;
export const SECOND_STAGE_ACCESSED = 1n << 8n;
export const SECOND_STAGE_DIRTY = 1n << 9n;
/** SNP: the access snoops the caches. */
export const SECOND_STAGE_SNOOP = 1n << 11n;

/** PS, of both stages: the entry is that of a page, above the lowest level. */
export const LARGE_PAGE = 1n << 7n;

export function isFirstStagePresent(entry: bigint): boolean {
  return (entry & FIRST_STAGE_PRESENT) !== 0n;
}

export function isSecondStagePresent(entry: bigint): boolean {
  return (entry & (SECOND_STAGE_READ | SECOND_STAGE_WRITE)) !== 0n;
}

export function isLeaf(entry: bigint, level: number): boolean {
  return level === 1 || (entry & LARGE_PAGE) !== 0n;
}

export function addressIn(entry: bigint): Hpa {
  return entry & ADDRESS_MASK;
}
