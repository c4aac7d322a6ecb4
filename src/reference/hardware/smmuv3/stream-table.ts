import type { Hpa } from '#formats/addresses.ts';
import { bits, field } from '#formats/bits.ts';

import type { MemoryBus } from '../bus.ts';
import { granuleIn } from './descriptors.ts';
import { EventId } from './fault.ts';
import type { Fault } from './fault.ts';
import type { TranslationTable } from './walk.ts';

/** A stream: an entry has 64 bytes, and 64 of them fill a table of the second level. */
export type StreamId = number;

const ENTRY_SIZE = 64n;
/** STRTAB_BASE_CFG.SPLIT */
export const SPLIT = 6;
const L1_ADDRESS = 0x000f_ffff_ffff_ffc0n;
/** L1STD.Span: 2^(Span - 1) entries. */
const SPAN = BigInt(SPLIT + 1);

/** STE.Config, 5.2. HW-SMU-01 */
export const SteConfig = {
  Abort: 0n,
  Bypass: 4n,
  Stage1: 5n,
  Stage2: 6n,
  Nested: 7n,
} as const;

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

export function entryAddress(level2: Hpa, stream: StreamId): Hpa {
  return level2 + BigInt(stream & ((1 << SPLIT) - 1)) * ENTRY_SIZE;
}

export function encodeAbort(): SteWords {
  return words(steConfig(SteConfig.Abort));
}

export function encodeStage1({ contextTable }: Stage1Config): SteWords {
  return words(steConfig(SteConfig.Stage1) | contextTable, S1DSS_SUBSTREAM_0);
}

/** `control` is VTCR, `table` the address of the root. */
export function encodeStage2(stage2: {
  readonly vmid: number;
  readonly control: bigint;
  readonly table: Hpa;
}): SteWords {
  const rest = field(stage2.vmid, 15, 0) | field(stage2.control, 50, 32);
  return words(steConfig(SteConfig.Stage2), 0n, rest | S2AA64 | S2PTW | S2R, stage2.table);
}

const VALID = 1n;
const S1DSS_SUBSTREAM_0 = field(2, 1, 0);
const S2AA64 = field(1, 51, 51);
const S2PTW = field(1, 54, 54);
const S2R = field(1, 58, 58);

function steConfig(config: bigint): bigint {
  return VALID | field(config, 3, 1);
}

function words(...given: readonly bigint[]): SteWords {
  return Array.from({ length: 8 }, (_, index) => given[index] ?? 0n);
}

/** 5.2: C_BAD_STREAMID where no table of the second level is there, C_BAD_STE. HW-SMU-01 */
export function readSte(memory: MemoryBus, table: Hpa, stream: StreamId): Ste | Fault {
  const descriptor = memory.read64(level1Address(table, stream));
  if (bits(descriptor, 4, 0) === 0n) return { id: EventId.BadStreamId };
  const address = entryAddress(descriptor & L1_ADDRESS, stream);
  const entry = words(...[0n, 8n, 16n, 24n].map((at) => memory.read64(address + at)));
  return decode(entry) ?? { id: EventId.BadSte };
}

function decode(entry: SteWords): Ste | undefined {
  const [first = 0n] = entry;
  const config = bits(first, 3, 1);
  if (!(first & VALID)) return undefined;
  if (config < SteConfig.Bypass) return { aborts: true };
  const stage2 = (config & 2n) === 0n ? undefined : decodeStage2(entry);
  if ((config & 2n) !== 0n && stage2 === undefined) return undefined;
  const hasStage1 = (config & 1n) !== 0n;
  return {
    aborts: false,
    ...(hasStage1 && { stage1: { contextTable: first & L1_ADDRESS } }),
    ...(stage2 && { stage2 }),
  };
}

function decodeStage2([, , control = 0n, root = 0n]: SteWords): Stage2Config | undefined {
  const granule = granuleIn(bits(control, 47, 46));
  if (!(control & S2AA64) || granule === undefined) return undefined;
  const topLevel = granule === 12n ? 2 : 3;
  const startLevel = topLevel - Number(bits(control, 39, 38));
  const inputBits = 64n - bits(control, 37, 32);
  const table = { root: root & 0x000f_ffff_ffff_fff0n, inputBits, startLevel, granule };
  const records = (control & S2R) !== 0n;
  return { vmid: Number(bits(control, 15, 0)), table, records };
}
