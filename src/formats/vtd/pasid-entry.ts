import type { Hpa } from '../addresses.ts';
import {
  ADDRESS_MASK,
  FAULT_PROCESSING_DISABLE,
  PRESENT,
  addressWidthOf,
  levelsOf,
} from './entry.ts';
import type { Decoded } from './entry.ts';

const DIRECTORY_RESERVED = 0xfff0_0000_0000_0ffcn;
/** qw0: 11:10 and what is above the host's addresses. */
const FIRST_RESERVED = 0xfff0_0000_0000_0c20n;
const SECOND_STAGE_DIRTY = 1n << 9n;
/** qw1 */
const PAGE_WALK_SNOOP = 1n << 23n;
const PAGE_SNOOP = 1n << 24n;
const SECOND_RESERVED = ~(0xffffn | PAGE_WALK_SNOOP | PAGE_SNOOP);
/** qw2: supervisor requests, execute requests, five levels, the extended accessed flag: none is offered. */
const THIRD_UNSUPPORTED = 0xfff0_0000_0000_0f8fn;
export const PASIDS_OF_A_TABLE = 64;
export const PASID_ENTRY_SIZE = 64n;

/** PGTT: how the addresses of a PASID are translated. */
export const PasidTranslation = {
  FirstStage: 1n,
  SecondStage: 2n,
  Nested: 3n,
  PassThrough: 4n,
} as const;

export type PasidTranslation = (typeof PasidTranslation)[keyof typeof PasidTranslation];

/** VT-d, 9.6 Scalable-Mode PASID Table Entry. HW-VTD-06 09 10 */
export interface PasidEntry {
  readonly translation: PasidTranslation;
  readonly domainId: number;
  readonly firstStageTable: Hpa;
  readonly secondStageTable: Hpa;
  /** AW: of the second stage. */
  readonly levels: 3 | 4;
  /** SSADE: the second stage keeps accessed and dirty bits. */
  readonly dirty: boolean;
  /** PGSNP */
  readonly snoop: boolean;
}

/** VT-d, 9.5 Scalable-Mode PASID Directory Entry: bytes from the directory's begin. HW-VTD-05 */
export function directoryOffset(pasid: number): bigint {
  return BigInt(Math.floor(pasid / PASIDS_OF_A_TABLE)) * 8n;
}

export function encodeDirectoryEntry(table: Hpa): bigint {
  return table | PRESENT;
}

export function decodeDirectoryEntry(
  word: bigint,
): Decoded<{ readonly table: Hpa }, 'not-present' | 'reserved'> {
  const silent = (word & FAULT_PROCESSING_DISABLE) !== 0n;
  if (!(word & PRESENT)) return { silent, entry: 'not-present' };
  if (word & DIRECTORY_RESERVED) return { silent, entry: 'reserved' };
  return { silent, entry: { table: word & ADDRESS_MASK } };
}

/** Of a PASID table, bytes from its begin. */
export function pasidEntryOffset(pasid: number): bigint {
  return BigInt(pasid % PASIDS_OF_A_TABLE) * PASID_ENTRY_SIZE;
}

/** The words of a present entry that are not zero, the one with the present bit first. */
export function encodePasidEntry(entry: PasidEntry): readonly [bigint, bigint, bigint] {
  const width = addressWidthOf(entry.levels) << 2n;
  const dirty = entry.dirty ? SECOND_STAGE_DIRTY : 0n;
  const snoop = entry.snoop ? PAGE_SNOOP : 0n;
  return [
    entry.secondStageTable | dirty | (entry.translation << 6n) | width | PRESENT,
    BigInt(entry.domainId) | snoop,
    entry.firstStageTable,
  ];
}

/** Of eight words. HW-VTD-52 */
export function decodePasidEntry(words: readonly bigint[]): Decoded<PasidEntry> {
  const [first = 0n, second = 0n, third = 0n, ...rest] = words;
  const silent = (first & FAULT_PROCESSING_DISABLE) !== 0n;
  if (!(first & PRESENT)) return { silent, entry: 'not-present' };
  const isReserved =
    (first & FIRST_RESERVED) | (second & SECOND_RESERVED) | (third & THIRD_UNSUPPORTED);
  if (isReserved || rest.some((word) => word !== 0n)) return { silent, entry: 'reserved' };
  return { silent, entry: fieldsOf(first, second, third) ?? 'invalid' };
}

const translations: ReadonlySet<bigint> = new Set(Object.values(PasidTranslation));

function fieldsOf(first: bigint, second: bigint, third: bigint): PasidEntry | undefined {
  const translation = (first >> 6n) & 7n;
  const levels = levelsOf((first >> 2n) & 7n);
  if (!translations.has(translation) || levels === undefined) return undefined;
  return {
    translation: translation as PasidTranslation,
    domainId: Number(second & 0xffffn),
    firstStageTable: third & ADDRESS_MASK,
    secondStageTable: first & ADDRESS_MASK,
    levels,
    dirty: (first & SECOND_STAGE_DIRTY) !== 0n,
    snoop: (second & PAGE_SNOOP) !== 0n,
  };
}
