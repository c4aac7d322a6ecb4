import { bits, field } from '../bits.ts';
import { ContextFormat } from './stream-table-entry.ts';
import { CACHED, TABLE_ADDRESS, granuleField, granuleIn, startLevel } from './translation-table.ts';
import type { TableFields, TranslationTable } from './translation-table.ts';

/** Bytes. */
export const DESCRIPTOR_SIZE = 64n;
const VALID = 1n << 31n;
const AARCH64 = 1n << 41n;
/** S: faults wait for CMD_RESUME. */
const STALL = 1n << 44n;
const RECORD = 1n << 45n;
const ABORT = 1n << 46n;
/** EPD0: TTB0 is not to be walked. */
const NO_WALK = 1n << 14n;
/** EPD1: nor is TTB1. */
/** HD and HA: the unit keeps dirty bits and access flags. */
const UPDATES_DIRTY = 1n << 42n;
const UPDATES_ACCESS = 1n << 43n;
const NO_UPPER_WALK = 1n << 30n;
const ASET = 1n << 47n;

/** SMMUv3, 5.4 Context Descriptor: the stage-1 table of an address space. HW-SMU-05 */
export interface ContextDescriptor {
  readonly asid: number;
  readonly table: TranslationTable;
  readonly walks: boolean;
  /** R: faults are recorded. */
  readonly records: boolean;
  /** S */
  readonly stalls: boolean;
  readonly updatesAccess: boolean;
  /** Counts together with the other one. */
  readonly updatesDirty: boolean;
}

/** Four words; the rest is 0. */
export function encodeContext(asid: number, table: TableFields): readonly bigint[] {
  const { granule, inputBits, outputSize } = table;
  const flags = VALID | AARCH64 | RECORD | ABORT | NO_UPPER_WALK | ASET;
  const size = field(64n - inputBits, 5, 0) | field(granuleField(granule), 7, 6);
  const control = size | CACHED | field(outputSize, 34, 32);
  return [field(asid, 63, 48) | flags | control, table.root, 0n, 0n];
}

/** log2 of the context descriptors of a leaf, by S1Fmt: of a leaf of 4 KiB, and of 64 KiB. */
export function leafBits(format: bigint): bigint {
  return format === ContextFormat.Leaves4K ? 6n : 10n;
}

const L1_LEAF = 0x000f_ffff_ffff_f000n;

/** 5.3 Level 1 Context Descriptor: where the leaf is; undefined where there is none. */
export function decodeLevel1Context(descriptor: bigint): bigint | undefined {
  return descriptor & 1n ? descriptor & L1_LEAF : undefined;
}

export function encodeLevel1Context(leaf: bigint): bigint {
  return leaf | 1n;
}

/** Of a device whose faults may wait. */
export function withStallingContext([first = 0n, ...rest]: readonly bigint[]): readonly bigint[] {
  return [first | STALL, ...rest];
}

/** Undefined is C_BAD_CD. Two words tell all. */
export function decodeContext(low: bigint, table: bigint): ContextDescriptor | undefined {
  const granule = granuleIn(bits(low, 7, 6));
  const inputBits = 64n - bits(low, 5, 0);
  const fits = inputBits >= 25n && inputBits <= 48n;
  if (!(low & VALID) || !(low & AARCH64) || granule === undefined || !fits) return undefined;
  const root = table & TABLE_ADDRESS;
  return {
    asid: Number(bits(low, 63, 48)),
    table: { root, inputBits, startLevel: startLevel(inputBits, granule), granule },
    walks: (low & NO_WALK) === 0n,
    records: (low & RECORD) !== 0n,
    stalls: (low & STALL) !== 0n,
    updatesAccess: (low & UPDATES_ACCESS) !== 0n,
    updatesDirty: (low & UPDATES_ACCESS) !== 0n && (low & UPDATES_DIRTY) !== 0n,
  };
}
