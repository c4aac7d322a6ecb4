import {
  IOMMU_HWPT_DATA_ARM_SMMUV3,
  IOMMU_HWPT_DATA_VTD_S1,
  iommu_hwpt_arm_smmuv3,
  iommu_hwpt_vtd_s1,
} from '#uapi/iommufd/hwpt.ts';

import type { GuestTableHandle, ProcessHandle } from '../handles.ts';
import type { Rights } from '../words/ioases.ts';
import { loadBytes } from '../looks/probes.ts';

/** Page tables as a guest writes them: 512 entries of 64 bits a level, in pages of its own memory. */

const PAGE = 4096n;
const LEVELS = 4;

/** In what the tables of the vendors differ. */
export interface GuestFormat {
  /** Entry that leads to the table of the next level. */
  table(address: bigint): bigint;
  leaf(address: bigint, rights: Rights): bigint;
  isPresent(entry: bigint): boolean;
  /** What leads to a root, where that is a structure in memory as well: it gets the page after the root. */
  context?(root: bigint): readonly bigint[];
  /** What IOMMU_HWPT_ALLOC gets to hear of a table whose root the guest has there. */
  hwptData(root: bigint): { readonly type: number; readonly bytes: Uint8Array };
}

/** VT-d, first stage: P, R/W, U/S. */
const vtd: GuestFormat = {
  table: (address) => address | 7n,
  leaf: (address, { write }) => address | (write ? 7n : 5n),
  isPresent: (entry) => (entry & 1n) !== 0n,
  hwptData: (root) => ({
    type: IOMMU_HWPT_DATA_VTD_S1,
    bytes: iommu_hwpt_vtd_s1.pack({ pgtbl_addr: root, addr_width: 48 }),
  }),
};

/** V, AA64, R, A, ASET; T0SZ of 48 bits, write-back, inner shareable, no TTB1, 44 bits of output; ASID 1. */
const CONTEXT = 0x0001_e204_c000_3510n;
/** V, Config 5; then S1DSS 2, cached and shareable tables. */
const STREAM_ENTRY = [0xbn, 0xd6n] as const;

/** SMMUv3, stage 1: page or table, AttrIndx 0, AP[1], SH, AF, nG. What a stream has is a context descriptor. */
const smmuv3: GuestFormat = {
  table: (address) => address | 3n,
  leaf: (address, { write }) => address | (write ? 0xf43n : 0xfc3n),
  isPresent: (entry) => (entry & 1n) !== 0n,
  context: (root) => [CONTEXT, root, 0n, 0xffn],
  hwptData: (root) => {
    const [low, high] = STREAM_ENTRY;
    const bytes = iommu_hwpt_arm_smmuv3.pack({ ste: [(root + PAGE) | low, high] });
    return { type: IOMMU_HWPT_DATA_ARM_SMMUV3, bytes };
  },
};

export const guestFormats = { 'VT-d': vtd, SMMUv3: smmuv3 } as const satisfies Record<
  string,
  GuestFormat
>;

export type GuestFormatName = keyof typeof guestFormats;

/** A page of the guest, and where the page table leads. */
export interface GuestMapping {
  readonly iova: bigint;
  readonly to: bigint;
  readonly rights: Rights;
}

async function readEntry(process: ProcessHandle, address: bigint): Promise<bigint> {
  const bytes = await loadBytes(process, address, 8);
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
}

async function writeEntry(process: ProcessHandle, address: bigint, entry: bigint): Promise<void> {
  await process.port.store(address, new Uint8Array(BigUint64Array.of(entry).buffer));
}

/** The next page that holds no table yet, as the guest addresses it. */
function newTable(table: GuestTableHandle): bigint {
  if (BigInt(table.pagesUsed + 1) * PAGE > table.length) {
    throw new Error(`buffer of page table "${table.name}" has no room for one more table`);
  }
  return table.guestAddress + BigInt(table.pagesUsed++) * PAGE;
}

/** Where the entry of that page is in the memory of the process; the tables above it are made. */
async function leafAddress(table: GuestTableHandle, iova: bigint): Promise<bigint> {
  const { process, format } = table;
  const place = (guest: bigint): bigint => table.address + (guest - table.guestAddress);
  let base = table.guestAddress;
  for (let level = LEVELS; ; level -= 1) {
    const index = (iova >> BigInt(3 + 9 * level)) & 0x1ffn;
    const at = place(base + index * 8n);
    if (level === 1) return at;
    const entry = await readEntry(process, at);
    const next = format.isPresent(entry) ? entry & 0x000f_ffff_ffff_f000n : newTable(table);
    if (!format.isPresent(entry)) await writeEntry(process, at, format.table(next));
    base = next;
  }
}

/** Writes the root and what leads to it; returns how many pages they take. */
export async function startTable(table: GuestTableHandle): Promise<number> {
  const { process, address, length, format, guestAddress } = table;
  await process.port.store(address, new Uint8Array(Number(length)));
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

export async function unmapPage(table: GuestTableHandle, iova: bigint): Promise<void> {
  await writeEntry(table.process, await leafAddress(table, iova), 0n);
}
