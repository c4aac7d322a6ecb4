import { amd } from '#commands/vendors/amd.ts';
import { smmuv3 } from '#commands/vendors/smmuv3.ts';
import type { DriverData } from '#commands/vendors/vendor.ts';
import { vtd } from '#commands/vendors/vtd.ts';

import type { GuestTableHandle, ProcessHandle } from '../handles.ts';
import type { Rights } from '../words/ioases.ts';
import { demandMemory } from '../calls/scratch.ts';
import { deviceTableEntry, guestEntry } from './amd-bits.ts';
import { contextDescriptor, descriptor, streamTableEntry } from './smmuv3-bits.ts';
import { firstStageEntry } from './vtd-bits.ts';
import { parseBits, splitWords, type Layout } from './bits.ts';

/** Page tables as a guest writes them: 512 entries of 64 bits a level, in pages of its own memory. */

const PAGE = 4096n;
const LEVELS = 4;

/** In what the tables of the vendors differ. */
export interface GuestFormat {
  /** Entry that leads to the table of the next level. */
  table(address: bigint): bigint;
  leaf(address: bigint, rights: Rights): bigint;
  isPresent(entry: bigint): boolean;
  /** Of a leaf, by the names of its book. */
  readonly entry: Layout;
  /** What leads to a root, where that is a structure in memory as well: it gets the page after the root. */
  context?(root: bigint): readonly bigint[];
  /** The type of the vIOMMU that a table of the format is made on; without it, it is made on the nesting parent. */
  readonly viommu?: number;
  /** What IOMMU_HWPT_ALLOC gets to hear of a table whose root the guest has there. */
  hwptData(root: bigint): DriverData;
}

const VTD_READ = parseBits(firstStageEntry, 'P, US');
const VTD_WRITE = parseBits(firstStageEntry, 'P, RW, US');

/** VT-d, first stage. */
const vtdFormat: GuestFormat = {
  table: (address) => address | VTD_WRITE,
  leaf: (address, { write }) => address | (write ? VTD_WRITE : VTD_READ),
  entry: firstStageEntry,
  isPresent: (entry) => (entry & 1n) !== 0n,
  hwptData: (root) => vtd.nested.data([root]),
};

/** T0SZ of 48 bits, write-back, inner shareable, no TTB1, 44 bits of output; AttrIndx 0 is write-back memory. */
function contextDescriptorOf(root: bigint): readonly bigint[] {
  const control = 'T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID 1';
  const value = parseBits(contextDescriptor, `${control}, TTB0 ${root}, MAIR0 0xff`);
  return splitWords(value, 8, 8) as bigint[];
}

/** Cached and shareable tables; what comes without a PASID is translated by the first of them. */
function streamTableEntryOf(context: bigint): readonly bigint[] {
  const value = parseBits(
    streamTableEntry,
    `V, Config S1_TRANS, S1ContextPtr ${context}, S1DSS 2, S1CIR 1, S1COR 1, S1CSH 3`,
  );
  return splitWords(value, 2, 8) as bigint[];
}

const SMMU_TABLE = parseBits(descriptor, 'Valid, Table');
const SMMU_WRITE = parseBits(descriptor, 'Valid, Page, AP1, SH 3, AF, nG');
const SMMU_READ = parseBits(descriptor, 'Valid, Page, AP1, AP2, SH 3, AF, nG');

/** SMMUv3, stage 1. What a stream has is a context descriptor. */
const smmuFormat: GuestFormat = {
  table: (address) => address | SMMU_TABLE,
  leaf: (address, { write }) => address | (write ? SMMU_WRITE : SMMU_READ),
  entry: descriptor,
  isPresent: (entry) => (entry & 1n) !== 0n,
  context: contextDescriptorOf,
  viommu: smmuv3.viommu.type,
  hwptData: (root) => smmuv3.nested.data(streamTableEntryOf(root + PAGE)),
};

const AMD_READ = parseBits(guestEntry, 'P, US');
const AMD_WRITE = parseBits(guestEntry, 'P, RW, US');
/** Any type of vIOMMU is the same to AMD but DEFAULT: one that no header names. */
const AMD_VIOMMU = 7;

/** The three pieces of the address of a GCR3 table. */
function gcr3Fields(address: bigint): string {
  const [low, middle] = [address & 0x7000n, address & 0x7fff_8000n];
  const high = address - (address & 0x7fff_ffffn);
  return `GCR3_14_12 ${low}, GCR3_30_15 ${middle}, GCR3_51_31 ${high}`;
}

/** Requests without a PASID go by the page table of PASID 0. Domain 1 of the guest. */
function deviceTableEntryOf(gcr3: bigint): readonly bigint[] {
  const fields = `V, TV, GV, GIOV, DomainID 1, ${gcr3Fields(gcr3)}`;
  return splitWords(parseBits(deviceTableEntry, fields), 4, 8) as bigint[];
}

/** AMD, v2. What a device has is a GCR3 table of one level, here with one entry. */
const amdFormat: GuestFormat = {
  table: (address) => address | AMD_WRITE,
  leaf: (address, { write }) => address | (write ? AMD_WRITE : AMD_READ),
  entry: guestEntry,
  isPresent: (entry) => (entry & 1n) !== 0n,
  context: (root) => [root | 1n],
  viommu: AMD_VIOMMU,
  hwptData: (root) => amd.nested.data(deviceTableEntryOf(root + PAGE)),
};

export const guestFormats = {
  'VT-d': vtdFormat,
  SMMUv3: smmuFormat,
  AMD: amdFormat,
} as const satisfies Record<string, GuestFormat>;

export type GuestFormatName = keyof typeof guestFormats;

/** A page of the guest, and where the page table leads. */
export interface GuestMapping {
  readonly iova: bigint;
  readonly to: bigint;
  readonly rights: Rights;
}

async function readEntry(process: ProcessHandle, address: bigint): Promise<bigint> {
  const loaded = await process.port.load(address, 8);
  const bytes = demandMemory('load of an entry of a page table', loaded);
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
}

async function writeEntry(process: ProcessHandle, address: bigint, entry: bigint): Promise<void> {
  const bytes = new Uint8Array(BigUint64Array.of(entry).buffer);
  demandMemory('store of an entry of a page table', await process.port.store(address, bytes));
}

/** The next page that holds no table yet, as the guest addresses it. */
function newTable(table: GuestTableHandle): bigint {
  if (BigInt(table.pagesUsed + 1) * PAGE > table.length) {
    throw new Error(`buffer of page table "${table.name}" has no room for one more table`);
  }
  return table.guestAddress + BigInt(table.pagesUsed++) * PAGE;
}

/** Bytes that an entry of a table covers; a page at level 1. */
function spanOf(level: number): bigint {
  return PAGE << BigInt(9 * (level - 1));
}

/** Where the entry of that level is in the memory of the process; the tables above it are made. */
async function leafAddress(table: GuestTableHandle, iova: bigint, leaf = 1): Promise<bigint> {
  const { process, format } = table;
  const place = (guest: bigint): bigint => table.address + (guest - table.guestAddress);
  let base = table.guestAddress;
  for (let level = LEVELS; ; level -= 1) {
    const index = (iova >> BigInt(3 + 9 * level)) & 0x1ffn;
    const at = place(base + index * 8n);
    if (level === leaf) return at;
    const entry = await readEntry(process, at);
    const next = format.isPresent(entry) ? entry & 0x000f_ffff_ffff_f000n : newTable(table);
    if (!format.isPresent(entry)) await writeEntry(process, at, format.table(next));
    base = next;
  }
}

/** Writes the root and what leads to it; returns how many pages they take. */
export async function startTable(table: GuestTableHandle): Promise<number> {
  const { process, address, length, format, guestAddress } = table;
  const empty = new Uint8Array(Number(length));
  demandMemory('store of an empty page table', await process.port.store(address, empty));
  const words = format.context?.(guestAddress);
  if (words === undefined) return 1;
  for (const [index, word] of words.entries()) {
    await writeEntry(process, address + PAGE + BigInt(index) * 8n, word);
  }
  return 2;
}

export async function mapPage(table: GuestTableHandle, mapping: GuestMapping): Promise<void> {
  const at = await leafAddress(table, mapping.iova);
  await writeEntry(table.process, at, table.format.leaf(mapping.to, mapping.rights));
}

export interface GuestEntries {
  readonly iova: bigint;
  readonly to: bigint;
  readonly length: bigint;
  /** In the words of the book, without the address. */
  readonly words: string;
}

/** Entries as large as the range has room for, of which every one covers 4 KiB, 2 MiB or 1 GiB. */
export async function writeEntries(table: GuestTableHandle, given: GuestEntries): Promise<void> {
  const { iova, to, length, words } = given;
  const level = [3, 2, 1].find((one) => [iova, to, length].every((at) => at % spanOf(one) === 0n));
  const entry = parseBits(table.format.entry, words);
  const span = spanOf(level ?? 1);
  for (let done = 0n; done < length; done += span) {
    const at = await leafAddress(table, iova + done, level);
    await writeEntry(table.process, at, entry | (to + done));
  }
}

export async function unmapPage(table: GuestTableHandle, iova: bigint): Promise<void> {
  await writeEntry(table.process, await leafAddress(table, iova), 0n);
}

/** Another page, empty, takes the place of the last table on the way to an address; what the old one holds stays in memory. */
export async function replaceTable(table: GuestTableHandle, iova: bigint): Promise<void> {
  const at = await leafAddress(table, iova, 2);
  await writeEntry(table.process, at, table.format.table(newTable(table)));
}

/** The entry of that level on the way to an address. */
export async function entryOf(
  table: GuestTableHandle,
  iova: bigint,
  level: number,
): Promise<bigint> {
  return readEntry(table.process, await leafAddress(table, iova, level));
}
