import type { Hpa, Iova, Rid } from '../addresses.ts';
import { PAGE_MASK, PAGE_SIZE } from '../page.ts';
import { sizeInAddress } from './page-table-entry.ts';

export const COMMAND_SIZE = 16n;

/** AMD IOMMU, 2.4 Commands. HW-AMD-06 */
export const Opcode = {
  CompletionWait: 1n,
  DeviceEntry: 2n,
  Pages: 3n,
  DevicePages: 4n,
  CompletePageRequest: 7n,
  All: 8n,
} as const;
const STORE = 1n << 0n;
/** Where a wait stores: a multiple of 8. */
const STORE_ADDRESS = 0x000f_ffff_ffff_fff8n;
/** S: the address tells the size. */
const SIZE = 1n << 0n;
/** PDE: what leads to the pages as well. */
const DIRECTORIES = 1n << 1n;
/** GN: the addresses are those of a PASID. */
const GUEST = 1n << 2n;
/** INVALIDATE_IOMMU_PAGES of a whole domain. */
const ALL_PAGES = 0x7fff_ffff_ffff_f000n;
/** Ranges above it are everything: build_inv_address(). */
const LARGEST_RANGE = 1n << 52n;

/** Two words, as they lie in the buffer. */
export type Command = readonly [low: bigint, high: bigint];

/** From the first byte on; undefined for all there is. */
export interface PageRange {
  readonly iova: Iova;
  readonly length: bigint;
}

/** What a range is of. */
export interface RangeOptions {
  /** GN: of a PASID. */
  readonly pasid?: number | undefined;
  /** PDE */
  readonly directories?: boolean;
}

/** 2.4.1 COMPLETION_WAIT, with a store of `data` to an address that is a multiple of 8. */
export function completionWait(address: Hpa, data: bigint): Command {
  return [(Opcode.CompletionWait << 60n) | address | STORE, data];
}

/** 2.4.2 INVALIDATE_DEVTAB_ENTRY */
export function invalidateDeviceEntry(rid: Rid): Command {
  return [(Opcode.DeviceEntry << 60n) | BigInt(rid), 0n];
}

/** 2.4.3 INVALIDATE_IOMMU_PAGES */
export function invalidatePages(
  domainId: number,
  range: PageRange | undefined,
  { pasid, directories }: RangeOptions = {},
): Command {
  const low = (Opcode.Pages << 60n) | (BigInt(domainId) << 32n) | BigInt(pasid ?? 0);
  const guest = pasid === undefined ? 0n : GUEST;
  return [low, encodeRange(range) | (directories ? DIRECTORIES : 0n) | guest];
}

/** 2.4.4 INVALIDATE_IOTLB_PAGES, of the TLB of a device. PASIDs are in three pieces: 15:8, 7:0, 19:16. */
export function invalidateDevicePages(
  rid: Rid,
  range: PageRange | undefined,
  { pasid }: Pick<RangeOptions, 'pasid'> = {},
): Command {
  const device = BigInt(rid) | (BigInt(rid) << 32n);
  const bits = BigInt(pasid ?? 0);
  const pieces =
    (((bits >> 8n) & 0xffn) << 16n) | ((bits & 0xffn) << 48n) | (((bits >> 16n) & 0xfn) << 56n);
  const guest = pasid === undefined ? 0n : GUEST;
  return [(Opcode.DevicePages << 60n) | device | pieces, encodeRange(range) | guest];
}

/** 2.4.7 COMPLETE_PPR_REQUEST: the tag is that of the request, 9 bits; the status one of PCIe, 4 bits. */
export function completePageRequest(answer: PageRequestAnswer): Command {
  const { rid, tag, status, pasid } = answer;
  const low = (Opcode.CompletePageRequest << 60n) | (BigInt(pasid ?? 0) << 32n) | BigInt(rid);
  const high = (BigInt(tag & 0x1ff) << 32n) | (BigInt(status & 0xf) << 44n);
  return [low, high | (pasid === undefined ? 0n : GUEST)];
}

export interface PageRequestAnswer {
  readonly rid: Rid;
  readonly tag: number;
  readonly status: number;
  readonly pasid?: number | undefined;
}

export function invalidateAll(): Command {
  return [Opcode.All << 60n, 0n];
}

/** HW-AMD-21: the smallest aligned power of two that holds the first and the last page; its size in ones. */
function encodeRange(range: PageRange | undefined): bigint {
  if (!range) return ALL_PAGES | SIZE;
  const { iova, length } = range;
  const differing = (iova ^ (iova + length - 1n)) | (PAGE_SIZE - 1n);
  const size = 1n << BigInt(differing.toString(2).length);
  if (size > LARGEST_RANGE) return ALL_PAGES | SIZE;
  const first = iova - (iova % size);
  return size === PAGE_SIZE ? first : first | (size / 2n - PAGE_SIZE) | SIZE;
}

export function opcodeOf([low]: Command): bigint {
  return low >> 60n;
}

/** Of a wait: what is to be stored where, if anything is. */
export function storeOf([low, high]: Command):
  { readonly address: Hpa; readonly data: bigint } | undefined {
  return low & STORE ? { address: low & STORE_ADDRESS, data: high } : undefined;
}

export function deviceOf([low]: Command): Rid {
  return Number(low & 0xffffn);
}

export function domainOf([low]: Command): number {
  return Number((low >> 32n) & 0xffffn);
}

/** Of INVALIDATE_IOMMU_PAGES; undefined without GN. */
export function pasidOf([low, high]: Command): number | undefined {
  return high & GUEST ? Number(low & 0xf_ffffn) : undefined;
}

/** Of INVALIDATE_IOTLB_PAGES; undefined without GN. */
export function devicePasidOf([low, high]: Command): number | undefined {
  if (!(high & GUEST)) return undefined;
  return Number(
    (((low >> 56n) & 0xfn) << 16n) | (((low >> 16n) & 0xffn) << 8n) | ((low >> 48n) & 0xffn),
  );
}

/** Of COMPLETE_PPR_REQUEST. */
export function answerOf([low, high]: Command): PageRequestAnswer {
  return {
    rid: Number(low & 0xffffn),
    tag: Number((high >> 32n) & 0x1ffn),
    status: Number((high >> 44n) & 0xfn),
    pasid: high & GUEST ? Number((low >> 32n) & 0xf_ffffn) : undefined,
  };
}

/** Of both: undefined for all there is. */
export function pagesOf([, high]: Command):
  { readonly first: Iova; readonly length: bigint } | undefined {
  const address = high & PAGE_MASK;
  if (!(high & SIZE)) return { first: address, length: PAGE_SIZE };
  if (address === ALL_PAGES) return undefined;
  const length = sizeInAddress(address);
  return { first: address - (address % length), length };
}
