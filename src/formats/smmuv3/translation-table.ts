import type { Hpa } from '../addresses.ts';
import { field } from '../bits.ts';
import { entryIndex, entrySpan } from '../page-table.ts';

/** log2 of a page: TG0 and S2TG name the granule of a table. */
export type Granule = 12n | 16n;

const granuleOfField: ReadonlyMap<bigint, Granule> = new Map([
  [0n, 12n],
  [1n, 16n],
]);

/** Tables of 4 KiB or 64 KiB; undefined for those that this unit lacks. */
export function granuleIn(field: bigint): Granule | undefined {
  return granuleOfField.get(field);
}

export function granuleField(granule: Granule): bigint {
  return granule === 12n ? 0n : 1n;
}

/** A translation table of either stage, as a context descriptor or a stream table entry names it. */
export interface TranslationTable {
  readonly root: bigint;
  readonly inputBits: bigint;
  readonly startLevel: number;
  readonly granule: Granule;
}

/** What a descriptor says of it besides. */
export interface TableFields extends TranslationTable {
  /** IPS, S2PS: a field, not bits. */
  readonly outputSize: bigint;
}

/** Of a root: bits 51:4. */
export const TABLE_ADDRESS = 0x000f_ffff_ffff_fff0n;
/** How tables are read, in TCR and VTCR alike: inner and outer write-back, inner shareable. */
export const CACHED = field(1, 9, 8) | field(1, 11, 10) | field(3, 13, 12);

/** The lowest level of a table is 3. */
export const LAST_LEVEL = 3;

const VALID = 1n;
/** Bit 1: a table above the last level, a page at it. */
const TABLE_OR_PAGE = 2n;

/** Armv8-A, D8.3: the descriptors of VMSAv8-64, of either stage. HW-SMU-07 08 */
export const ACCESS_FLAG = 1n << 10n;
/** Of stage 1: AP[1], unprivileged access; AP[2], no writes. */
export const UNPRIVILEGED = 1n << 6n;
export const READ_ONLY = 1n << 7n;
export const NOT_GLOBAL = 1n << 11n;
/** DBM: what says read-only is clean, where the unit keeps dirty bits. */
export const DIRTY_MANAGED = 1n << 51n;
/** Of stage 2: S2AP. */
export const STAGE2_READ = 1n << 6n;
export const STAGE2_WRITE = 1n << 7n;
/** Bits 47:12. */
const ADDRESS = 0x0000_ffff_ffff_f000n;
/** APTable[0] and [1]: nothing below is for users, or may be written. */
const TABLE_PRIVILEGED = 1n << 61n;
export const TABLE_READ_ONLY = 1n << 62n;

/** Levels count from the top: what the lowest one is to other tables. */
function fromBelow(level: number): number {
  return LAST_LEVEL + 1 - level;
}

/** Bytes that an entry of that level covers. */
export function spanOf(level: number, granule: Granule): bigint {
  return entrySpan(fromBelow(level), granule);
}

export function isValid(descriptor: bigint): boolean {
  return (descriptor & VALID) !== 0n;
}

/** Of a valid descriptor. */
export function isLeaf(descriptor: bigint, level: number): boolean {
  return level === LAST_LEVEL || (descriptor & TABLE_OR_PAGE) === 0n;
}

/** Blocks of 1 GiB and 2 MiB, or of 512 MiB with pages of 64 KiB; bit 1 is set at the last level. */
export function isMalformed(descriptor: bigint, level: number, granule: Granule): boolean {
  if (level === LAST_LEVEL) return (descriptor & TABLE_OR_PAGE) === 0n;
  const firstBlockLevel = granule === 12n ? 1 : 2;
  return isLeaf(descriptor, level) && level < firstBlockLevel;
}

export function addressIn(descriptor: bigint): Hpa {
  return descriptor & ADDRESS;
}

export function tableDescriptor(address: Hpa): bigint {
  return address | TABLE_OR_PAGE | VALID;
}

/** `attributes` are the rights and the access flag. */
export function leafDescriptor(address: Hpa, level: number, attributes: bigint): bigint {
  return address | attributes | VALID | (level === LAST_LEVEL ? TABLE_OR_PAGE : 0n);
}

export interface Rights {
  readonly read: boolean;
  readonly write: boolean;
}

/** What the tables on the way to a stage-1 leaf leave of its rights; devices are not privileged. */
export function stage1Rights(leaf: bigint, tables: bigint): Rights {
  const read = (leaf & UNPRIVILEGED) !== 0n && !(tables & TABLE_PRIVILEGED);
  return { read, write: read && !(leaf & READ_ONLY) && !(tables & TABLE_READ_ONLY) };
}

export function stage2Rights(leaf: bigint): Rights {
  return { read: (leaf & STAGE2_READ) !== 0n, write: (leaf & STAGE2_WRITE) !== 0n };
}

/** The level at which a walk of that many input bits begins. */
export function startLevel(inputBits: bigint, granule: Granule): number {
  const perLevel = granule - 3n;
  return LAST_LEVEL + 1 - Number((inputBits - granule + perLevel - 1n) / perLevel);
}

export interface TablePlace {
  readonly level: number;
  readonly granule: Granule;
  readonly isFirst: boolean;
}

/** The offset of an entry in its table. At the start level, tables may lie side by side. */
export function entryOffset(address: bigint, { level, granule, isFirst }: TablePlace): bigint {
  if (isFirst) return (address / spanOf(level, granule)) * 8n;
  return entryIndex(address, fromBelow(level), granule) * 8n;
}
