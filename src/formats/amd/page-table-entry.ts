import type { Hpa } from '../addresses.ts';
import { PAGE_SHIFT } from '../page.ts';

/** AMD IOMMU, 2.2.3 I/O Page Tables for Host Translations. HW-AMD-04 */
export const V1_PRESENT = 1n << 0n;
/** A and D: with HAD, set by the unit. */
export const V1_ACCESSED = 1n << 5n;
export const V1_DIRTY = 1n << 6n;
export const V1_READ = 1n << 61n;
export const V1_WRITE = 1n << 62n;
/** FC: the device's accesses are coherent whether or not it asks for that. */
export const V1_FORCE_COHERENCE = 1n << 60n;
const ADDRESS_MASK = 0x000f_ffff_ffff_f000n;
/** Next Level 7: a leaf whose size stands in its address. */
export const SIZE_IN_ADDRESS = 7;

export function v1Address(entry: bigint): Hpa {
  return entry & ADDRESS_MASK;
}

/** 0 for a leaf of the size that its level gives. */
export function v1NextLevel(entry: bigint): number {
  return Number((entry >> 9n) & 7n);
}

export function v1Table(address: Hpa, nextLevel: number): bigint {
  return address | V1_PRESENT | V1_READ | V1_WRITE | (BigInt(nextLevel) << 9n);
}

/** The lowest address bit from 12 on that is 0 tells the size: 8 KiB for bit 12. */
export function sizeInAddress(address: bigint): bigint {
  let bit = PAGE_SHIFT;
  while (address & (1n << bit)) bit += 1n;
  return 2n << bit;
}
