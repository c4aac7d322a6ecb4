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
const S1DSS_SUBSTREAM_0 = field(2, 1, 0);
/** Of the third word. */
const S2AA64 = field(1, 51, 51);
const S2PTW = field(1, 54, 54);
const S2R = field(1, 58, 58);

/** Eight words. */
export type SteWords = readonly bigint[];

export interface Stage1Config {
  /** S1ContextPtr: an address of the second stage, where there is one. */
  readonly contextTable: bigint;
}

export interface Stage2Config {
  readonly vmid: number;
  readonly table: TranslationTable;
  /** S2R: faults are recorded. */
  readonly records: boolean;
}

/** SMMUv3, 5.2 Stream Table Entry. */
export interface Ste {
  readonly aborts: boolean;
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

export function encodeStage1({ contextTable }: Stage1Config): SteWords {
  return words(withConfig(contextTable, SteConfig.Stage1), S1DSS_SUBSTREAM_0);
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

/** Undefined is C_BAD_STE. */
export function decodeSte(entry: SteWords): Ste | undefined {
  const [first = 0n] = entry;
  const config = configOf(entry);
  if (!(first & STE_VALID)) return undefined;
  if (config < SteConfig.Bypass) return { aborts: true };
  const hasStage2 = (config & OF_STAGE2) !== 0n;
  const stage2 = hasStage2 ? decodeStage2(entry) : undefined;
  if (hasStage2 && !stage2) return undefined;
  const hasStage1 = (config & OF_STAGE1) !== 0n;
  return {
    aborts: false,
    ...(hasStage1 && { stage1: { contextTable: first & L1_ADDRESS } }),
    ...(stage2 && { stage2 }),
  };
}

function decodeStage2([, , control = 0n, root = 0n]: SteWords): Stage2Config | undefined {
  const granule = granuleIn(bits(control, 47, 46));
  if (!(control & S2AA64) || granule === undefined) return undefined;
  const startLevel = topLevelOf(granule) - Number(bits(control, 39, 38));
  const inputBits = 64n - bits(control, 37, 32);
  const table = { root: root & TABLE_ADDRESS, inputBits, startLevel, granule };
  const records = (control & S2R) !== 0n;
  return { vmid: Number(bits(control, 15, 0)), table, records };
}

/** S2SL0 counts upwards from this level. */
function topLevelOf(granule: TranslationTable['granule']): number {
  return granule === 12n ? 2 : 3;
}

function words(...given: readonly bigint[]): SteWords {
  return Array.from({ length: 8 }, (_, index) => given[index] ?? 0n);
}
