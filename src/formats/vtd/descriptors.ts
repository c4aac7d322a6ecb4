import type { Hpa, Iova, Rid } from '../addresses.ts';
import { PAGE_MASK, PAGE_SIZE } from '../page.ts';
import type { DeviceTlbRange, PageGroupResponse } from '../pcie.ts';

/** Bytes. */
export const DESCRIPTOR_SIZE = 16n;
/** With IQA.DW, which scalable mode needs; the second half is reserved. */
export const WIDE_DESCRIPTOR_SIZE = 32n;

/** Bits 3:0 and 11:9. */
export const Type = {
  Context: 1n,
  Iotlb: 2n,
  DeviceTlb: 3n,
  Wait: 5n,
  PasidIotlb: 6n,
  PasidCache: 7n,
  PasidDeviceTlb: 8n,
  PageGroupResponse: 9n,
} as const;

/** Of context entries and translations. Those of a PASID have no global one: 2 is all of the PASID. */
export const Granularity = { Global: 1n, Domain: 2n, Selective: 3n } as const;
export const PasidGranularity = { Domain: 0n, Selective: 1n, Global: 3n } as const;
const STATUS_WRITE = 1n << 5n;
/** Of device TLBs: the lowest zero of the address tells how much there is; without a zero, everything. */
const SIZED = 1n << 0n;
const SIZED_WITH_PASID = 1n << 11n;
const ANY_PASID = 1n << 0n;
const EVERYTHING = 0x7fff_ffff_ffff_f000n;
/** Pages of 64 bits of address: more cannot be said but as everything. */
const LARGEST_DEVICE_MASK = 51n;
const WITH_PASID = 1n << 4n;
/** IH: entries that lead to tables have not changed. HW-PSC-02 */
const LEAVES_ONLY = 1n << 6n;

/** Two words, as they lie in the queue. */
export type Descriptor = readonly [low: bigint, high: bigint];

/** VT-d, 6.5.2.1 Context-Cache Invalidate Descriptor, device-selective. HW-VTD, descriptor type 1 */
export function invalidateContextOfDevice(domainId: number, rid: Rid): Descriptor {
  const scope = (BigInt(rid) << 32n) | (BigInt(domainId) << 16n);
  return [scope | (Granularity.Selective << 4n) | Type.Context, 0n];
}

/** VT-d, 6.5.2.3 IOTLB Invalidate Descriptor, domain-selective. Type 2 */
export function invalidateIotlbOfDomain(domainId: number): Descriptor {
  return [(BigInt(domainId) << 16n) | (Granularity.Domain << 4n) | Type.Iotlb, 0n];
}

/** VT-d, 6.5.2.3, page-selective: 2^mask pages from an address that is a multiple of them. */
export function invalidateIotlbPages(
  domainId: number,
  { first, mask }: PageBlock,
  leavesOnly = false,
): Descriptor {
  const low = (BigInt(domainId) << 16n) | (Granularity.Selective << 4n) | Type.Iotlb;
  return [low, first | mask | (leavesOnly ? LEAVES_ONLY : 0n)];
}

/** VT-d, 6.5.2.4 PASID-based IOTLB Invalidate Descriptor: all of a PASID. Type 6 */
export function invalidatePasidIotlb(domainId: number, pasid: number): Descriptor {
  return [ofPasid(domainId, pasid) | (Granularity.Domain << 4n) | Type.PasidIotlb, 0n];
}

/** VT-d, 6.5.2.4, page-selective: 2^mask pages from an address that is a multiple of them. */
export function invalidatePasidIotlbPages(
  domainId: number,
  pasid: number,
  { first, mask, leavesOnly }: PageBlock & { readonly leavesOnly?: boolean },
): Descriptor {
  const low = ofPasid(domainId, pasid) | (Granularity.Selective << 4n) | Type.PasidIotlb;
  return [low, first | mask | (leavesOnly === true ? LEAVES_ONLY : 0n)];
}

/** VT-d, 6.5.2.2 PASID-Cache Invalidate Descriptor, PASID-selective. Type 7 */
export function invalidatePasidCache(domainId: number, pasid: number): Descriptor {
  return [ofPasid(domainId, pasid) | (PasidGranularity.Selective << 4n) | Type.PasidCache, 0n];
}

/** 2^mask pages from an address that is a multiple of them. */
export interface PageBlock {
  readonly first: Iova;
  readonly mask: bigint;
}

/**
 * VT-d, 6.5.2.5 and 6.5.2.6 Device-TLB Invalidate Descriptors, of these pages or of all addresses. Types 3 and 8
 * HW-VTD-35 40 42
 */
export function invalidateDeviceTlb(
  rid: Rid,
  pasid: number | undefined,
  pages?: PageBlock,
): Descriptor {
  if (pasid === undefined)
    return [(BigInt(rid) << 32n) | Type.DeviceTlb, deviceTlbAddress(pages, SIZED)];
  const scope = (BigInt(pasid) << 32n) | (BigInt(rid) << 16n);
  return [scope | Type.PasidDeviceTlb, deviceTlbAddress(pages, SIZED_WITH_PASID)];
}

/** Ones up to the lowest zero, which is as high as the range is large. */
function deviceTlbAddress(pages: PageBlock | undefined, sized: bigint): bigint {
  if (pages === undefined || pages.mask >= LARGEST_DEVICE_MASK) return EVERYTHING | sized;
  const { first, mask } = pages;
  return mask === 0n ? first : first | ((PAGE_SIZE << (mask - 1n)) - PAGE_SIZE) | sized;
}

/** VT-d, 7.7.1 Page Group Response Descriptor. Type 9 */
export function pageGroupResponse(response: {
  readonly rid: Rid;
  readonly pasid: number | undefined;
  readonly group: number;
  readonly code: number;
}): Descriptor {
  const { rid, pasid, group, code } = response;
  const ofGroup = pasid === undefined ? 0n : (BigInt(pasid) << 32n) | WITH_PASID;
  const low = ofGroup | (BigInt(rid) << 16n) | (BigInt(code) << 12n) | Type.PageGroupResponse;
  return [low, BigInt(group) << 3n];
}

/** VT-d, 6.5.2.8 Invalidation Wait Descriptor, with a status write. Type 5 */
export function waitDescriptor(status: Hpa, data: bigint): Descriptor {
  return [(data << 32n) | STATUS_WRITE | Type.Wait, status];
}

export function typeOf([low]: Descriptor): bigint {
  return (low & 0xfn) | ((low >> 5n) & 0x70n);
}

const EVERY_BIT = ~0n;
/** By type; what a unit does not look at in a descriptor for a device is the device's business. */
const reserved: ReadonlyMap<bigint, Descriptor> = new Map([
  [Type.Context, [0xfffc_0000_0000_f1c0n, EVERY_BIT]],
  [Type.Iotlb, [0xffff_ffff_0000_f100n, 0xf80n]],
  [Type.Wait, [0xffff_f100n, 3n]],
  [Type.PasidIotlb, [0xfff0_0000_0000_f1c0n, 0xf80n]],
  [Type.PasidCache, [0xfff0_0000_0000_f1c0n, EVERY_BIT]],
  [Type.PageGroupResponse, [0xfff0_0000_0000_01e0n, ~0xff8n]],
]);

export function hasReservedBits(descriptor: Descriptor): boolean {
  const [low, high] = reserved.get(typeOf(descriptor)) ?? [0n, 0n];
  return ((descriptor[0] & low) | (descriptor[1] & high)) !== 0n;
}

export function granularityOf([low]: Descriptor): bigint {
  return (low >> 4n) & 3n;
}

export function domainOf([low]: Descriptor): number {
  return Number((low >> 16n) & 0xffffn);
}

export function pasidOf([low]: Descriptor): number {
  return Number((low >> 32n) & 0xf_ffffn);
}

/** SID: of the descriptors with a PASID it is where others have a domain. */
export function sourceOf(descriptor: Descriptor): Rid {
  const isHigh = typeOf(descriptor) === Type.Context || typeOf(descriptor) === Type.DeviceTlb;
  return isHigh ? Number((descriptor[0] >> 32n) & 0xffffn) : domainOf(descriptor);
}

/** FM: 0 to 3 of the function number's bits, from the highest, are not compared. */
export function functionMaskOf([low]: Descriptor): number {
  return [0, 0b100, 0b110, 0b111][Number((low >> 48n) & 3n)] ?? 0;
}

/** AM and ADDR: 2^AM pages from an address that has to be a multiple of them, which is not looked at here. */
export function pagesOf([, high]: Descriptor): PageBlock {
  return { first: high & PAGE_MASK, mask: high & 0x3fn };
}

/** IH */
export function leavesOnlyOf([, high]: Descriptor): boolean {
  return (high & LEAVES_ONLY) !== 0n;
}

/** Of a page group response. */
export function responseOf(descriptor: Descriptor): PageGroupResponse {
  const [low, high] = descriptor;
  const withPasid = low & WITH_PASID ? { pasid: pasidOf(descriptor) } : {};
  return { ...withPasid, group: Number(high >> 3n), code: Number((low >> 12n) & 0xfn) };
}

/** Of a wait: what is to be stored where, if anything is. */
export function statusWriteOf([low, high]: Descriptor):
  { readonly address: Hpa; readonly data: number } | undefined {
  return low & STATUS_WRITE ? { address: high, data: Number(low >> 32n) } : undefined;
}

/** What a descriptor of type 3 or 8 is about. HW-VTD-42 */
export function deviceTlbRange(descriptor: Descriptor): DeviceTlbRange {
  const [, high] = descriptor;
  const withPasid = typeOf(descriptor) === Type.PasidDeviceTlb;
  const sized = (high & (withPasid ? SIZED_WITH_PASID : SIZED)) !== 0n;
  const pasid = !withPasid ? 'none' : high & ANY_PASID ? 'any' : pasidOf(descriptor);
  return { pasid, ...sizedPages(high & PAGE_MASK, sized) };
}

function sizedPages(address: Iova, sized: boolean): Pick<DeviceTlbRange, 'first' | 'length'> {
  if (!sized) return { first: address, length: PAGE_SIZE };
  if (address === EVERYTHING) return { first: 0n, length: undefined };
  let length = 2n * PAGE_SIZE;
  while (address & (length / 2n)) length *= 2n;
  return { first: address - (address % length), length };
}

function ofPasid(domainId: number, pasid: number): bigint {
  return (BigInt(pasid) << 32n) | (BigInt(domainId) << 16n);
}
