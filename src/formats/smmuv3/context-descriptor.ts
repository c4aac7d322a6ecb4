import { bits, field } from '../bits.ts';
import { CACHED, TABLE_ADDRESS, granuleField, granuleIn, startLevel } from './translation-table.ts';
import type { TableFields, TranslationTable } from './translation-table.ts';

/** Bytes. */
export const DESCRIPTOR_SIZE = 64n;
const VALID = 1n << 31n;
const AARCH64 = 1n << 41n;
const RECORD = 1n << 45n;
const ABORT = 1n << 46n;
/** EPD0: TTB0 is not to be walked. */
const NO_WALK = 1n << 14n;
/** EPD1: nor is TTB1. */
const NO_UPPER_WALK = 1n << 30n;
const ASET = 1n << 47n;

/** SMMUv3, 5.4 Context Descriptor: the stage-1 table of an address space. HW-SMU-05 */
export interface ContextDescriptor {
  readonly asid: number;
  readonly table: TranslationTable;
  readonly walks: boolean;
  /** R: faults are recorded. */
  readonly records: boolean;
}

/** Four words; the rest is 0. */
export function encodeContext(asid: number, table: TableFields): readonly bigint[] {
  const { granule, inputBits, outputSize } = table;
  const flags = VALID | AARCH64 | RECORD | ABORT | NO_UPPER_WALK | ASET;
  const size = field(64n - inputBits, 5, 0) | field(granuleField(granule), 7, 6);
  const control = size | CACHED | field(outputSize, 34, 32);
  return [field(asid, 63, 48) | flags | control, table.root, 0n, 0n];
}

/** Undefined is C_BAD_CD. Two words tell all that a unit without substreams and stalls needs. */
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
  };
}
