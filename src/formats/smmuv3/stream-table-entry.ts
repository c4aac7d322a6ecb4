import type { Hpa } from '../addresses.ts';
import { bits, field } from '../bits.ts';
import { CACHED, TABLE_ADDRESS, granuleField, granuleIn } from './translation-table.ts';
import type { TableFields, TranslationTable } from './translation-table.ts';

/** A stream: an entry has 64 bytes, and 64 of them fill a table of the second level. */
export type StreamId = number;

const ENTRY_SIZE = 64n;
/** STRTAB_BASE_CFG.SPLIT */
export const SPLIT = 6;
const L1_ADDRESS = 0x000f_ffff_ffff_ffc0n;
/** L1STD.Span: 2^(Span - 1) entries. */
const SPAN = BigInt(SPLIT + 1);

/** STE.Config, 5.2: with bit 2, bit 0 is stage 1 and bit 1 is stage 2. HW-SMU-01 */
export const SteConfig = {
  Abort: 0n,
  Bypass: 4n,
  Stage1: 5n,
  Stage2: 6n,
  Nested: 7n,
} as const;

const OF_STAGE1 = 1n;
const OF_STAGE2 = 2n;

/** V and MEV of the first two words: an entry that counts; events that are alike may be merged. */
export const STE_VALID = 1n;
export const STE_MERGE_EVENTS = field(1, 19, 19);
/** S1DSS: what becomes of requests without a substream where there are substreams. HW-SMU-06 */
export const NoSubstream = { Terminate: 0n, Bypass: 1n, Substream0: 2n } as const;
/** S1Fmt: one table of context descriptors, or two levels of which the second has leaves of 4 KiB or 64 KiB. */
export const ContextFormat = { Linear: 0n, Leaves4K: 1n, Leaves64K: 2n } as const;
/** EATS of the second word: translation requests are answered. */
const EATS_FULL = field(1, 29, 28);
export const STE_EATS = field(3, 29, 28);
/** S1STALLD: no fault of the first stage waits. */
const S1STALLD = field(1, 27, 27);
/** Of the third word. */
const S2AA64 = field(1, 51, 51);
const S2PTW = field(1, 54, 54);
/** S2S: a fault of the second stage waits for CMD_RESUME. */
const S2S = field(1, 57, 57);
const S2R = field(1, 58, 58);

/** Eight words. */
export type SteWords = readonly bigint[];

export interface Stage1Config {
  /** S1ContextPtr: an address of the second stage, where there is one. */
  readonly contextTable: bigint;
  /** S1Fmt */
  readonly format: bigint;
  /** S1CDMax: log2 of the context descriptors. */
  readonly substreamBits: bigint;
  /** S1DSS */
  readonly noSubstream: bigint;
  /** S1STALLD: a context descriptor that wants stalls is C_BAD_CD. */
  readonly forbidsStalls?: boolean;
}

export interface Stage2Config {
  readonly vmid: number;
  readonly table: TranslationTable;
  /** S2R: faults are recorded. */
  readonly records: boolean;
  /** S2S */
  readonly stalls: boolean;
}

/** SMMUv3, 5.2 Stream Table Entry. */
export interface Ste {
  readonly aborts: boolean;
  /** EATS */
  readonly answersAts: boolean;
  readonly stage1?: Stage1Config;
  readonly stage2?: Stage2Config;
}

/** SMMUv3, 5.1 Level 1 Stream Table Descriptor. */
export function level1Address(table: Hpa, stream: StreamId): Hpa {
  return table + BigInt(stream >> SPLIT) * 8n;
}

export function encodeLevel1(level2: Hpa): bigint {
  return level2 | SPAN;
}

/** Where the entries are; undefined where Span has none for this stream. */
export function decodeLevel1(descriptor: bigint, stream: StreamId): Hpa | undefined {
  const span = Number(bits(descriptor, 4, 0));
  const isThere = span > 0 && (stream & ((1 << SPLIT) - 1)) < 2 ** (span - 1);
  return isThere ? descriptor & L1_ADDRESS : undefined;
}

export function entryAddress(level2: Hpa, stream: StreamId): Hpa {
  return level2 + BigInt(stream & ((1 << SPLIT) - 1)) * ENTRY_SIZE;
}

export function configOf([first = 0n]: SteWords): bigint {
  return bits(first, 3, 1);
}

export function withConfig(first: bigint, config: bigint): bigint {
  return (first & ~field(7, 3, 1)) | field(config, 3, 1) | STE_VALID;
}

export function encodeAbort(): SteWords {
  return words(withConfig(0n, SteConfig.Abort));
}

export function encodeStage1(stage1: Stage1Config): SteWords {
  const { contextTable, format, substreamBits, noSubstream } = stage1;
  const first = contextTable | field(format, 5, 4) | field(substreamBits, 63, 59);
  return words(withConfig(first, SteConfig.Stage1), noSubstream);
}

/** The same entry, by which translation requests are answered or not. */
export function withAts([first = 0n, second = 0n, ...rest]: SteWords, answers: boolean): SteWords {
  return [first, (second & ~STE_EATS) | (answers ? EATS_FULL : 0n), ...rest];
}

/** The same entry, for a device whose faults may wait, or may not. What a guest says of its first stage stays. */
export function withStalls(entry: SteWords, mayStall: boolean): SteWords {
  const [first = 0n, second = 0n, third = 0n, ...rest] = entry;
  const config = configOf(entry);
  const forbids = config === SteConfig.Stage1 && !mayStall ? S1STALLD : 0n;
  const holds = config >= SteConfig.Stage2 && mayStall ? S2S : 0n;
  return [first, second | forbids, third | holds, ...rest];
}

/** S2TTB, and S2VMID to S2PS, which are VTCR. */
export function encodeStage2(vmid: number, table: TableFields): SteWords {
  const { granule, inputBits, startLevel, outputSize } = table;
  const start = field(topLevelOf(granule) - startLevel, 7, 6);
  const size = field(64n - inputBits, 5, 0) | start | field(granuleField(granule), 15, 14);
  const control = size | CACHED | field(outputSize, 18, 16);
  const rest = field(vmid, 15, 0) | field(control, 50, 32) | S2AA64 | S2PTW | S2R;
  return words(withConfig(0n, SteConfig.Stage2), 0n, rest, table.root);
}

/** Undefined is C_BAD_STE. `substreamBits` is what the unit has: IDR1.SSIDSIZE. */
export function decodeSte(entry: SteWords, substreamBits: bigint): Ste | undefined {
  const [first = 0n, second = 0n] = entry;
  const config = configOf(entry);
  if (!(first & STE_VALID)) return undefined;
  const answersAts = bits(second, 29, 28) === 1n;
  if (config < SteConfig.Bypass) return { aborts: true, answersAts };
  const hasStage2 = (config & OF_STAGE2) !== 0n;
  const stage2 = hasStage2 ? decodeStage2(entry) : undefined;
  if (hasStage2 && !stage2) return undefined;
  const hasStage1 = (config & OF_STAGE1) !== 0n;
  const stage1 = hasStage1 ? decodeStage1(entry, substreamBits) : undefined;
  if (hasStage1 && !stage1) return undefined;
  return { aborts: false, answersAts, ...(stage1 && { stage1 }), ...(stage2 && { stage2 }) };
}

function decodeStage1([first = 0n, second = 0n]: SteWords, most: bigint): Stage1Config | undefined {
  const [format, substreamBits] = [bits(first, 5, 4), bits(first, 63, 59)];
  const noSubstream = bits(second, 1, 0);
  // Without substreams neither S1Fmt nor S1DSS counts.
  const isReserved = format > ContextFormat.Leaves64K || noSubstream > NoSubstream.Substream0;
  if (substreamBits > most || (substreamBits > 0n && isReserved)) return undefined;
  const forbidsStalls = (second & S1STALLD) !== 0n;
  const contextTable = first & L1_ADDRESS;
  return { contextTable, format, substreamBits, noSubstream, forbidsStalls };
}

function decodeStage2([, , control = 0n, root = 0n]: SteWords): Stage2Config | undefined {
  const granule = granuleIn(bits(control, 47, 46));
  if (!(control & S2AA64) || granule === undefined) return undefined;
  const startLevel = topLevelOf(granule) - Number(bits(control, 39, 38));
  const inputBits = 64n - bits(control, 37, 32);
  const table = { root: root & TABLE_ADDRESS, inputBits, startLevel, granule };
  const records = (control & S2R) !== 0n;
  const stalls = (control & S2S) !== 0n;
  return { vmid: Number(bits(control, 15, 0)), table, records, stalls };
}

/** S2SL0 counts upwards from this level. */
function topLevelOf(granule: TranslationTable['granule']): number {
  return granule === 12n ? 2 : 3;
}

function words(...given: readonly bigint[]): SteWords {
  return Array.from({ length: 8 }, (_, index) => given[index] ?? 0n);
}
