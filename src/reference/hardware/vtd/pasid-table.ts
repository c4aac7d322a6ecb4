import type { Hpa } from '#formats/addresses.ts';

import type { MemoryBus } from '../bus.ts';
import { FaultReason } from './faults.ts';
import type { Refusal } from './faults.ts';
import { ADDRESS_MASK } from './root-table.ts';
import type { ScalableContextEntry } from './scalable-context.ts';
import { levelsOfWidth } from './second-stage.ts';

const PRESENT = 1n << 0n;
const FAULT_PROCESSING_DISABLE = 1n << 1n;
const DIRECTORY_RESERVED = 0xfff0_0000_0000_0ffcn;
/** qw0: 11:10 and what is above the host's addresses. */
const FIRST_RESERVED = 0xfff0_0000_0000_0c20n;
const SECOND_STAGE_DIRTY = 1n << 9n;
/** qw1 */
const PAGE_WALK_SNOOP = 1n << 23n;
const PAGE_SNOOP = 1n << 24n;
/** qw2: supervisor requests, execute requests, five levels, the extended accessed flag: none is offered. */
const THIRD_UNSUPPORTED = 0xfff0_0000_0000_0f8fn;
const WRITE_PROTECT = 1n << 4n;
const PASIDS_OF_A_TABLE = 64;
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

/** An entry as it was found. */
export interface FoundPasidEntry extends PasidEntry {
  /** FPD of the directory's entry or of this one. */
  readonly silent: boolean;
}

/** Of the directory, bytes from its begin. */
export function directoryOffset(pasid: number): bigint {
  return BigInt(Math.floor(pasid / PASIDS_OF_A_TABLE)) * 8n;
}

export function encodeDirectoryEntry(table: Hpa): bigint {
  return table | PRESENT;
}

/** Of a PASID table, bytes from its begin. */
export function pasidEntryOffset(pasid: number): bigint {
  return BigInt(pasid % PASIDS_OF_A_TABLE) * PASID_ENTRY_SIZE;
}

/** The words of a present entry that are not zero, the one with the present bit first. */
export function encodePasidEntry(entry: PasidEntry): readonly [bigint, bigint, bigint] {
  const width = BigInt(entry.levels - 2) << 2n;
  const dirty = entry.dirty ? SECOND_STAGE_DIRTY : 0n;
  const snoop = entry.snoop ? PAGE_SNOOP : 0n;
  return [
    entry.secondStageTable | dirty | (entry.translation << 6n) | width | PRESENT,
    BigInt(entry.domainId) | snoop,
    entry.firstStageTable,
  ];
}

/** VT-d, 3.4.5 PASID Directory and Table. HW-VTD-05 52 */
export function readPasidEntry(
  memory: MemoryBus,
  context: ScalableContextEntry,
  pasid: number,
): FoundPasidEntry | Refusal {
  const { silent } = context;
  if (pasid >= context.directoryEntries * PASIDS_OF_A_TABLE) {
    return { reason: FaultReason.PasidTooLarge, silent };
  }
  const directory = memory.read64(context.directory + directoryOffset(pasid));
  const quiet = silent || (directory & FAULT_PROCESSING_DISABLE) !== 0n;
  if (!(directory & PRESENT)) return { reason: FaultReason.DirectoryNotPresent, silent: quiet };
  if (directory & DIRECTORY_RESERVED) {
    return { reason: FaultReason.DirectoryReserved, silent: quiet };
  }
  return readEntry(memory, (directory & ADDRESS_MASK) + pasidEntryOffset(pasid), quiet);
}

function readEntry(memory: MemoryBus, address: Hpa, quiet: boolean): FoundPasidEntry | Refusal {
  const word = (index: bigint): bigint => memory.read64(address + index * 8n);
  const [first, second, third] = [word(0n), word(1n), word(2n)];
  const silent = quiet || (first & FAULT_PROCESSING_DISABLE) !== 0n;
  if (!(first & PRESENT)) return { reason: FaultReason.PasidEntryNotPresent, silent };
  const unknown = second & ~(0xffffn | PAGE_WALK_SNOOP | PAGE_SNOOP);
  const rest = word(3n) | word(4n) | word(5n) | word(6n) | word(7n);
  if (first & FIRST_RESERVED || unknown || third & THIRD_UNSUPPORTED || rest) {
    return { reason: FaultReason.PasidEntryReserved, silent };
  }
  const entry = decode([first, second, third & ~WRITE_PROTECT], silent);
  return entry ?? { reason: FaultReason.PasidEntryInvalid, silent };
}

const translations: ReadonlySet<bigint> = new Set(Object.values(PasidTranslation));

function decode(
  [first, second, third]: readonly [bigint, bigint, bigint],
  silent: boolean,
): FoundPasidEntry | undefined {
  const translation = (first >> 6n) & 7n;
  const levels = levelsOfWidth.get((first >> 2n) & 7n);
  if (!translations.has(translation) || levels === undefined) return undefined;
  return {
    translation: translation as PasidTranslation,
    domainId: Number(second & 0xffffn),
    firstStageTable: third & ADDRESS_MASK,
    secondStageTable: first & ADDRESS_MASK,
    levels,
    dirty: (first & SECOND_STAGE_DIRTY) !== 0n,
    snoop: (second & PAGE_SNOOP) !== 0n,
    silent,
  };
}
