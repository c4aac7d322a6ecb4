import type { Hpa, Rid } from '../addresses.ts';
import { ADDRESS_MASK, PRESENT } from './entry.ts';

const ENTRY_SIZE = 16n;

/** RTADDR.TTM: which tables these are, or that every request is aborted. HW-VTD-01 */
export const TranslationMode = { Legacy: 0n, Scalable: 1n, Abort: 3n } as const;
export const SCALABLE_MODE = TranslationMode.Scalable << 10n;

export function translationModeOf(register: bigint): bigint {
  return (register >> 10n) & 3n;
}

export interface RootEntry {
  readonly contextTable: Hpa;
}

/** VT-d, 9.1 Root Entry: one for each bus. HW-VTD-02 */
export function rootEntryAddress(rootTable: Hpa, rid: Rid): Hpa {
  return rootTable + BigInt(rid >> 8) * ENTRY_SIZE;
}

/** VT-d, 9.2 Scalable-Mode Root Entry: each half of a bus has a context table of its own. HW-VTD-02 */
export function scalableRootEntryAddress(rootTable: Hpa, rid: Rid): Hpa {
  return rootEntryAddress(rootTable, rid) + (rid & 0x80 ? 8n : 0n);
}

/** The low word of a present entry, or its half in scalable mode. */
export function encodeRootEntry(contextTable: Hpa): bigint {
  return contextTable | PRESENT;
}

/** In scalable mode one half is all. */
export function decodeRootEntry(low: bigint, high = 0n): RootEntry | 'not-present' | 'reserved' {
  if (!(low & PRESENT)) return 'not-present';
  if (low & ~(ADDRESS_MASK | PRESENT) || high) return 'reserved';
  return { contextTable: low & ADDRESS_MASK };
}
