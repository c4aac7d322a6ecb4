import type { Hpa } from '../addresses.ts';

/** AMD IOMMU, 2.2.6 Guest page tables: those of x86-64, called v2 by Linux. HW-AMD-03 */
export const V2_PRESENT = 1n << 0n;
export const V2_WRITE = 1n << 1n;
export const V2_USER = 1n << 2n;
export const V2_ACCESSED = 1n << 5n;
export const V2_DIRTY = 1n << 6n;
/** PS: the entry is that of a page, above the lowest level. */
const LARGE_PAGE = 1n << 7n;
const ADDRESS_MASK = 0x000f_ffff_ffff_f000n;

export function v2Address(entry: bigint): Hpa {
  return entry & ADDRESS_MASK;
}

export function isV2Leaf(entry: bigint, level: number): boolean {
  return level === 1 || (entry & LARGE_PAGE) !== 0n;
}

/** There are no pages of the size of an entry of the fourth level: PS is reserved there. */
export function isV2Reserved(entry: bigint, level: number): boolean {
  return level > 3 && (entry & LARGE_PAGE) !== 0n;
}

export function v2Leaf(address: Hpa, rights: bigint, level: number): bigint {
  return address | rights | V2_PRESENT | V2_USER | (level > 1 ? LARGE_PAGE : 0n);
}

export function v2Table(address: Hpa): bigint {
  return address | V2_PRESENT | V2_WRITE | V2_USER;
}

/** GCR3 table: entries of a word, of which each level takes nine bits of the PASID. */
export const GCR3_VALID = 1n << 0n;

export function gcr3Index(pasid: number, level: number): bigint {
  return (BigInt(pasid) >> (9n * BigInt(level))) & 0x1ffn;
}
