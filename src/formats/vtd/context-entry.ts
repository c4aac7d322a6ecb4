import type { Hpa, Rid } from '../addresses.ts';
import {
  ADDRESS_MASK,
  FAULT_PROCESSING_DISABLE,
  PRESENT,
  addressWidthOf,
  levelsOf,
} from './entry.ts';
import type { Decoded } from './entry.ts';

const LOW_RESERVED = ~(ADDRESS_MASK | 0xfn);
/** Bits 7 and 63:24; bits 6:3 are left to software. */
const HIGH_RESERVED = ~0xff_ff7fn;
const ENTRY_SIZE = 16n;

const TranslationType = { Untranslated: 0n, WithDeviceTlb: 1n, PassThrough: 2n } as const;

/** VT-d, 9.3 Context Entry. HW-VTD-03 */
export interface ContextEntry {
  readonly domainId: number;
  /** Translation requests are answered. */
  readonly deviceTlb: boolean;
  readonly passThrough: boolean;
  readonly secondStageTable: Hpa;
  readonly levels: 3 | 4;
}

export function contextEntryAddress(contextTable: Hpa, rid: Rid): Hpa {
  return contextTable + BigInt(rid & 0xff) * ENTRY_SIZE;
}

/** Both words of a present entry with a second-stage table. */
export function encodeContextEntry(entry: Omit<ContextEntry, 'passThrough'>): {
  readonly low: bigint;
  readonly high: bigint;
} {
  const { Untranslated, WithDeviceTlb } = TranslationType;
  const type = entry.deviceTlb ? WithDeviceTlb : Untranslated;
  const low = entry.secondStageTable | (type << 2n) | PRESENT;
  return { low, high: (BigInt(entry.domainId) << 8n) | addressWidthOf(entry.levels) };
}

export function decodeContextEntry(low: bigint, high: bigint): Decoded<ContextEntry> {
  const silent = (low & FAULT_PROCESSING_DISABLE) !== 0n;
  if (!(low & PRESENT)) return { silent, entry: 'not-present' };
  if (low & LOW_RESERVED || high & HIGH_RESERVED) return { silent, entry: 'reserved' };
  return { silent, entry: fieldsOf(low, high) ?? 'invalid' };
}

function fieldsOf(low: bigint, high: bigint): ContextEntry | undefined {
  const type = (low >> 2n) & 3n;
  const levels = levelsOf(high & 7n);
  if (type > TranslationType.PassThrough || levels === undefined) return undefined;
  return {
    domainId: Number((high >> 8n) & 0xffffn),
    deviceTlb: type === TranslationType.WithDeviceTlb,
    passThrough: type === TranslationType.PassThrough,
    secondStageTable: low & ADDRESS_MASK,
    levels,
  };
}
