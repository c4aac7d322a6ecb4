import { bits, field } from '../bits.ts';
import { PAGE_MASK, PAGE_SIZE } from '../page.ts';
import type { DeviceTlbRange } from '../pcie.ts';

export const COMMAND_SIZE = 16n;

/** Two words, as they lie in the queue. */
export type Command = readonly [low: bigint, high: bigint];

/** SMMUv3, 4.1.3: opcodes. HW-SMU-11 to 26 */
export const Opcode = {
  CfgiSte: 0x03n,
  CfgiSteRange: 0x04n,
  CfgiCd: 0x05n,
  CfgiCdAll: 0x06n,
  TlbiNhAll: 0x10n,
  TlbiNhAsid: 0x11n,
  TlbiNhVa: 0x12n,
  TlbiNhVaa: 0x13n,
  TlbiS12Vmall: 0x28n,
  TlbiS2Ipa: 0x2an,
  TlbiNsnhAll: 0x30n,
  AtcInv: 0x40n,
  Resume: 0x44n,
  Sync: 0x46n,
} as const;

export function opcodeOf([low]: Command): bigint {
  return bits(low, 7, 0);
}

export function streamOf([low]: Command): number {
  return Number(bits(low, 63, 32));
}

/** SSV and SubstreamID. */
export function substreamOf([low]: Command): number | undefined {
  return low & SSV ? Number(bits(low, 31, 12)) : undefined;
}

export function vmidOf([low]: Command): number {
  return Number(bits(low, 47, 32));
}

export function asidOf([low]: Command): number {
  return Number(bits(low, 63, 48));
}

/** 4.3: what invalidates configuration, and what devices keep, names a stream; what invalidates translations a VMID. */
export function isOfStream(command: Command): boolean {
  return opcodeOf(command) < 0x10n || opcodeOf(command) === Opcode.AtcInv;
}

/** CFGI_CD: which context descriptor; the only one where there are no substreams. */
export function substreamIndexOf([low]: Command): number {
  return Number(bits(low, 31, 12));
}

const SSV = field(1, 11, 11);
/** ATC_INV: G, all substreams; Size, log2 of the pages, where this is everything. */
const ATC_GLOBAL = field(1, 9, 9);
const ATC_ALL = 52n;

/** 4.5.1 CMD_ATC_INV: what a device is to forget: without a PASID in the message, of requests with one as well. */
export function deviceRangeOf(command: Command): DeviceTlbRange {
  const [low, high] = command;
  const pasid = low & ATC_GLOBAL ? 'any' : (substreamOf(command) ?? 'any');
  const size = bits(high, 5, 0);
  if (size >= ATC_ALL) return { pasid, first: 0n, length: undefined };
  const length = PAGE_SIZE << size;
  return { pasid, first: high & PAGE_MASK & ~(length - 1n), length };
}

/** All that a device keeps of a substream, or of requests without one. */
export function invalidateDevice(stream: number, substream: number | undefined): Command {
  return [atcOf(stream, substream), ATC_ALL];
}

/** The smallest aligned power of two that holds the range. HW-SMU-33 */
export function invalidateDeviceRange(
  { stream, substream }: { readonly stream: number; readonly substream: number | undefined },
  { first, length }: Range,
): Command {
  const [from, to] = [first / PAGE_SIZE, (first + length - 1n) / PAGE_SIZE];
  const size = BigInt((from ^ to) === 0n ? 0 : (from ^ to).toString(2).length);
  return [atcOf(stream, substream), (((from >> size) << size) * PAGE_SIZE) | size];
}

function atcOf(stream: number, substream: number | undefined): bigint {
  const ssv = substream === undefined ? 0n : SSV | field(substream, 31, 12);
  return Opcode.AtcInv | ssv | field(stream, 63, 32);
}

/** CFGI_STE_RANGE: log2 of the streams, less one. All of them for CFGI_ALL. */
export function streamRangeOf([, high]: Command): number {
  return Number(bits(high, 4, 0));
}

/** Bytes, multiples of 4096. */
export interface Range {
  readonly first: bigint;
  readonly length: bigint;
}

const granules: readonly bigint[] = [0n, 12n, 14n, 16n];

/** TTL: the level of blocks of 512 MiB with 16 KiB granules, which need more address bits than this unit has. HW-SMU-35 */
const [GRANULE_16K, TOP_BLOCKS] = [14n, 1n];

/** 4.4.1.1: one page, or with TG a range of (NUM + 1) × 2^SCALE of them. Undefined where reserved bits make it none. */
export function rangeOf([low, high]: Command): Range | undefined {
  const granule = granules[Number(bits(high, 11, 10))] ?? 0n;
  const [count, scale, level] = [bits(low, 16, 12), bits(low, 24, 20), bits(high, 9, 8)];
  const first = high & PAGE_MASK;
  if (granule === 0n) return count || scale || level ? undefined : { first, length: PAGE_SIZE };
  if (!count && !scale && !level) return undefined;
  if (granule === GRANULE_16K && level === TOP_BLOCKS) return undefined;
  return { first, length: ((count + 1n) << scale) << granule };
}

export function invalidateSte(stream: number): Command {
  return [Opcode.CfgiSte | field(stream, 63, 32), 1n];
}

export function invalidateCd(stream: number, substream = 0): Command {
  return [Opcode.CfgiCd | field(substream, 31, 12) | field(stream, 63, 32), 1n];
}

export function invalidateAsid(asid: number): Command {
  return [Opcode.TlbiNhAsid | field(asid, 63, 48), 0n];
}

export function invalidateVmidStage1(vmid: number): Command {
  return [Opcode.TlbiNhAll | field(vmid, 47, 32), 0n];
}

export function invalidateVmid(vmid: number): Command {
  return [Opcode.TlbiS12Vmall | field(vmid, 47, 32), 0n];
}

export function invalidatePage(asid: number, address: bigint): Command {
  return [Opcode.TlbiNhVa | field(asid, 63, 48), address];
}

export function invalidateStage2Page(vmid: number, address: bigint): Command {
  return [Opcode.TlbiS2Ipa | field(vmid, 47, 32), address];
}

/** `count` pages of 4 KiB, 1 to 32, times 2^scale; but for a single one. */
export function overPages([low, high]: Command, count: number, scale: number): Command {
  if (count === 1 && scale === 0) return [low, high];
  return [low | field(count - 1, 16, 12) | field(scale, 24, 20), high | field(1, 11, 10)];
}

/** 4.6.2 CMD_RESUME: what becomes of an access that waits: it ends as the descriptor says, is tried again, or fails. */
export const Resumed = { Terminate: 0n, Retry: 1n, Abort: 2n } as const;

export interface Resumption {
  readonly stream: number;
  /** STAG, which the event told. */
  readonly tag: number;
  readonly response: bigint;
}

/** HW-SMU-25 */
export function resume({ stream, tag, response }: Resumption): Command {
  return [Opcode.Resume | field(response, 13, 12) | field(stream, 63, 32), field(tag, 15, 0)];
}

export function resumptionOf(command: Command): Resumption {
  const [low, high] = command;
  return {
    stream: streamOf(command),
    tag: Number(bits(high, 15, 0)),
    response: bits(low, 13, 12),
  };
}

export const sync: Command = [Opcode.Sync, 0n];
