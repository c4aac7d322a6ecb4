import { hardwareParts } from '#reference/hardware/parts.ts';
import { smmuv3Parts } from '#reference/hardware/smmuv3/parts.ts';
import { SmmuUnit } from '#reference/hardware/smmuv3/smmu-unit.ts';

import { field } from '../memory.ts';
import type { Access, Reading } from '../memory.ts';
import { eventNumber, readSmmuv3 } from '../smmuv3.ts';
import { drawAddress, drawTables, Memories } from './trial.ts';
import type { Format, Lots, TableKind, Tables, Trial } from './trial.ts';

const parts = { hardware: hardwareParts, smmuv3: smmuv3Parts };
const STREAM = 67;
/** IDR1.SSIDSIZE: two leaves of 64 KiB. */
const SUBSTREAM_BITS = 11;
/** Substreams that have a context descriptor. */
const substreams = [0, 1, 63, 64, 70, 1023, 1024, 1030] as const;
/** Of the model alone, above what both memories have. */
const EVENTS = 0x7000_0000n;
const QUEUE_ENTRIES = 4;
const CONFIG = { 'stage 1': 5n, 'stage 2': 6n, nested: 7n } as const;

type Stages = keyof typeof CONFIG;

/** Pages of 4 KiB with tables of 512 entries, or of 64 KiB with tables of 8192; VMSAv8-64 counts levels downwards to 3. */
export interface Granule {
  readonly page: number;
  readonly index: number;
}

export const granules: readonly [Granule, Granule] = [
  { page: 12, index: 9 },
  { page: 16, index: 13 },
];

export function stage1(lots: Lots, granule: Granule, target: () => bigint): TableKind {
  return {
    levels: lots.pick(granule.page === 12 ? [3, 4] : [2, 3]),
    ...granule,
    // APTable[0] and [1], in one of ten.
    table: (_, address) =>
      address | 3n | (lots.chance(6) ? 1n << 62n : 0n) | (lots.chance(3) ? 1n << 61n : 0n),
    leaf: (level, address) =>
      // nG, as substreams differ; DBM, in half of them.
      address |
      0x800n |
      flags(lots, [0x40n, 0x40n, 0x40n, 0xc0n, 0xc0n, 0n]) |
      (lots.chance(50) ? 1n << 51n : 0n) |
      (level === 1 ? 3n : 1n),
    isLeafLevel: (level) => level === 2 || (level === 3 && granule.page === 12),
    target,
  };
}

function stage2(lots: Lots, granule: Granule): TableKind {
  return {
    levels: lots.pick(granule.page === 12 ? [3, 4] : [2, 3]),
    ...granule,
    table: (_, address) => address | 3n,
    leaf: (level, address) =>
      address | flags(lots, [0xc0n, 0xc0n, 0xc0n, 0xc0n, 0x40n, 0x80n]) | (level === 1 ? 3n : 1n),
    isLeafLevel: (level) => level === 2 || (level === 3 && granule.page === 12),
    target: () => lots.bits(lots.pick([20, 34, 43, 46])) & ~0xffffn,
  };
}

/** The access flag, in nineteen of twenty, and rights. */
function flags(lots: Lots, rights: readonly [bigint, ...bigint[]]): bigint {
  return lots.pick(rights) | (lots.chance(95) ? 0x400n : 0n);
}

export function inputBits({ levels, page, index }: TableKind): bigint {
  return BigInt(Math.min(48, page + levels * index));
}

function makeTrial(lots: Lots, stages: Stages): Trial {
  const memories = new Memories();
  const [streams, entries] = [memories.allocate(), memories.allocate()];
  const contexts = drawContexts(memories, lots);
  const host = stage2(lots, lots.pick(granules));
  const second = drawTables(memories, host, lots);
  const guestTarget = (): bigint =>
    stages === 'nested' ? drawAddress(host, lots) & ~0xfffn : lots.bits(43) & ~0xffffn;
  const guest = stage1(lots, lots.pick(granules), guestTarget);
  const first = drawTables(memories, guest, lots);
  if (stages === 'nested') identify(memories, second, host, lots);
  // Span 7: 64 entries.
  memories.put(streams + BigInt(STREAM >> 6) * 8n, entries | (lots.chance(95) ? 7n : 2n));
  writeStream(memories, entries, { config: CONFIG[stages], contexts, host, second, lots });
  // A walk that went astray could mark what the unit has cached of other tables: nobody invalidates that.
  const isSpoiled = lots.chance(30);
  writeContexts(memories, contexts, { guest, first, marks: !isSpoiled, lots });
  // The book leaves to each unit what a descriptor beyond its addresses is: what leads to descriptors stays as it is.
  const kept = [...contexts.pointers, entries + BigInt(STREAM & 63) * 64n];
  const words = kept.map((at) => memories.model.read64(at));
  if (isSpoiled) memories.spoil(lots);
  for (const [index, at] of kept.entries()) memories.put(at, words[index] ?? 0n);
  return new SmmuTrial(memories, lots, streams, stages === 'stage 2' ? host : guest);
}

/** S1ContextPtr, S1Fmt and S1CDMax, and what they lead to. */
interface Contexts {
  readonly pointer: bigint;
  readonly format: 0 | 1 | 2;
  readonly most: number;
  /** Where those to the leaves are. */
  readonly pointers: readonly bigint[];
  /** Where the descriptor of a substream is. */
  at(substream: number): bigint;
}

/** One descriptor, a table of them, or two levels, whose leaves have 4 KiB or 64 KiB; a leaf is missing in one of ten. */
function drawContexts(memories: Memories, lots: Lots): Contexts {
  const format = lots.pick([0, 1, 2] as const);
  const most = lots.chance(20) ? 0 : SUBSTREAM_BITS;
  if (format === 0 || most === 0) {
    const pointer = memories.allocate(64n << BigInt(most));
    const at = (substream: number): bigint => pointer + BigInt(substream) * 64n;
    return { pointer, format, most, pointers: [], at };
  }
  const perLeaf = format === 1 ? 64 : 1024;
  const pointer = memories.allocate();
  const leaves = [...new Set(substreams.map((substream) => Math.floor(substream / perLeaf)))];
  const places = new Map(leaves.map((leaf) => [leaf, memories.allocate(BigInt(perLeaf) * 64n)]));
  const pointers = leaves.map((leaf) => pointer + BigInt(leaf) * 8n);
  for (const [leaf, place] of places)
    memories.put(pointer + BigInt(leaf) * 8n, place | (lots.chance(90) ? 1n : 0n));
  const at = (substream: number): bigint =>
    (places.get(Math.floor(substream / perLeaf)) ?? 0n) + BigInt(substream % perLeaf) * 64n;
  return { pointer, format, most, pointers, at };
}

interface StreamFields {
  readonly config: bigint;
  readonly contexts: Contexts;
  readonly host: TableKind;
  readonly second: Tables;
  readonly lots: Lots;
}

/** STE: V, Config, S1Fmt, S1ContextPtr and S1CDMax; S1DSS; S2VMID, S2T0SZ, S2SL0, S2TG, S2PS, S2AA64, S2R; S2TTB. */
function writeStream(memories: Memories, entries: bigint, fields: StreamFields): void {
  const { config, contexts, host, second, lots } = fields;
  const at = entries + BigInt(STREAM & 63) * 64n;
  const granule = host.page === 12 ? 0n : 1n;
  const start = BigInt(host.page === 12 ? host.levels - 2 : host.levels - 1);
  const control = (64n - inputBits(host)) | (start << 6n) | (granule << 14n) | (4n << 16n);
  const records = lots.chance(80) ? 1n << 58n : 0n;
  const { pointer, format, most } = contexts;
  // One more than the unit has, in one of thirty.
  const told = BigInt(most > 0 && lots.chance(3) ? most + 1 : most);
  const [valid, kind] = [
    lots.chance(98) ? 1n : 0n,
    lots.chance(96) ? config : lots.pick([0n, 1n, 4n]),
  ];
  memories.put(at, pointer | (told << 59n) | (BigInt(format) << 4n) | (kind << 1n) | valid);
  memories.put(at + 8n, BigInt(lots.pick([0, 1, 2, 2, 2, lots.below(4)])));
  memories.put(at + 16n, 5n | (control << 32n) | (1n << 51n) | records);
  memories.put(at + 24n, second.root);
}

/** CD: T0SZ, TG0, EPD1, V, IPS, AA64, HD, HA, R, A, ASID; TTB0. They share a table, and so what may be marked in it. */
function writeContexts(
  memories: Memories,
  { most, at }: Contexts,
  { guest, first, marks, lots }: { guest: TableKind; first: Tables; marks: boolean; lots: Lots },
): void {
  const granule = guest.page === 12 ? 0n : 1n;
  const records = lots.chance(80) ? 1n << 45n : 0n;
  const always = (1n << 30n) | (1n << 31n) | (4n << 32n) | (1n << 41n) | (1n << 46n);
  const size = 64n - inputBits(guest);
  const flags = marks ? lots.pick([0n, 1n << 42n, 1n << 43n, 3n << 42n, 3n << 42n]) : 0n;
  for (const substream of most === 0 ? [0] : substreams) {
    const asid = BigInt(substream + 1) << 48n;
    const own = lots.chance(95) ? always : always & ~(1n << 31n);
    memories.put(at(substream), size | (granule << 6n) | own | flags | records | asid);
    memories.put(at(substream) + 8n, first.root);
  }
}

/** The lowest addresses lead to themselves, in one page of the second stage after the other, or in one block. */
function identify(memories: Memories, second: Tables, host: TableKind, lots: Lots): void {
  const path = [...second.byLevel].reverse().map(([table]) => table);
  for (const [index, table] of path.slice(0, -1).entries())
    memories.put(table, (path[index + 1] ?? 0n) | 3n);
  const lowest = path.at(-1) ?? 0n;
  const page = 1n << BigInt(host.page);
  for (let at = 0n; at < memories.end; at += page) {
    const rights = lots.chance(97) ? 0xc0n : lots.pick([0n, 0x40n, 0x80n]);
    memories.put(lowest + (at / page) * 8n, at | rights | 0x403n);
  }
}

class SmmuTrial implements Trial {
  readonly memories: Memories;
  private readonly unit: SmmuUnit;
  private readonly lots: Lots;
  private readonly streams: bigint;
  private readonly input: TableKind;

  constructor(memories: Memories, lots: Lots, streams: bigint, input: TableKind) {
    [this.memories, this.lots, this.streams, this.input] = [memories, lots, streams, input];
    const model = {
      ...{ secondStage: true, coherent: true, smallPages: true },
      ...{ ats: false, substreamBits: SUBSTREAM_BITS, updatesTables: true, stalls: false },
    };
    this.unit = new SmmuUnit({ memory: memories.model, parts, model });
    memories.model.provide(EVENTS, 4096n);
    const { eventQueue } = this.unit;
    eventQueue.enable(EVENTS, QUEUE_ENTRIES, () => eventQueue.consume(eventQueue.producer));
    this.unit.enable(streams);
  }

  draw(): Access {
    const { lots } = this;
    const rid = lots.chance(98) ? STREAM : 64 + lots.below(64);
    const address = drawAddress(this.input, lots);
    const known = lots.chance(95) ? lots.pick(substreams) : lots.below(4096);
    return { rid, pasid: lots.chance(50) ? known : undefined, address, write: lots.chance(40) };
  }

  ask({ rid, pasid, address, write }: Access): Reading & { bytes?: bigint } {
    const { eventQueue } = this.unit;
    const before = eventQueue.producer;
    const own = pasid === undefined ? {} : { pasid };
    const found = this.unit.translate({ rid, iova: address, write, ...own });
    if (found) return { to: found.address, bytes: found.bytesToBorder };
    if (eventQueue.producer === before) return { refused: undefined };
    const at = EVENTS + BigInt(before % QUEUE_ENTRIES) * 32n;
    const [first, second] = [0n, 8n].map((more) => this.memories.model.read64(at + more));
    const kind = Number(field(second ?? 0n, 41, 40));
    const isOfStage2 = field(second ?? 0n, 39) === 1n;
    return { refused: eventNumber(Number(field(first ?? 0n, 7, 0)), isOfStage2, kind) };
  }

  read(access: Access): Reading {
    const registers = { streamTable: this.streams, substreamBits: SUBSTREAM_BITS };
    return readSmmuv3(this.memories.copy, registers, access);
  }
}

export const smmuv3Formats: readonly Format[] = [
  { name: 'SMMUv3 stage 1', make: (lots) => makeTrial(lots, 'stage 1') },
  { name: 'SMMUv3 stage 2', make: (lots) => makeTrial(lots, 'stage 2') },
  { name: 'SMMUv3 nested', make: (lots) => makeTrial(lots, 'nested') },
];
