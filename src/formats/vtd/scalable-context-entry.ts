import type { Hpa, Rid } from '../addresses.ts';
import { ADDRESS_MASK, FAULT_PROCESSING_DISABLE, PRESENT } from './entry.ts';
import type { Decoded } from './entry.ts';

const DEVICE_TLB = 1n << 2n;
const PASIDS = 1n << 3n;
const PAGE_REQUESTS = 1n << 4n;
const LOW_RESERVED = 0xfff0_0000_0000_01e0n;
const HIGH_RESERVED = ~0x1f_ffffn;
const ENTRY_SIZE = 32n;
const SMALLEST_DIRECTORY = 128;

/** VT-d, 9.4 Scalable-Mode Context Entry. HW-VTD-04 */
export interface ScalableContextEntry {
  readonly directory: Hpa;
  /** Of 64 PASIDs each; a power of two from 128 on. */
  readonly directoryEntries: number;
  /** DTE: translation requests are answered. */
  readonly deviceTlb: boolean;
  /** PASIDE */
  readonly pasids: boolean;
  /** PRE */
  readonly pageRequests: boolean;
  /** What requests without PASID are translated as. */
  readonly ridPasid: number;
}

export function scalableContextAddress(contextTable: Hpa, rid: Rid): Hpa {
  return contextTable + BigInt(rid & 0x7f) * ENTRY_SIZE;
}

/** The two words of a present entry that are not zero. */
export function encodeScalableContext(entry: Omit<ScalableContextEntry, 'ridPasid'>): {
  readonly low: bigint;
  readonly high: bigint;
} {
  const size = BigInt(Math.log2(entry.directoryEntries / SMALLEST_DIRECTORY)) << 9n;
  const flags =
    (entry.deviceTlb ? DEVICE_TLB : 0n) |
    (entry.pasids ? PASIDS : 0n) |
    (entry.pageRequests ? PAGE_REQUESTS : 0n);
  return { low: entry.directory | size | flags | PRESENT, high: 0n };
}

/** Of four words. */
export function decodeScalableContext([low = 0n, high = 0n, ...rest]: readonly bigint[]): Decoded<
  ScalableContextEntry,
  'not-present' | 'reserved'
> {
  const silent = (low & FAULT_PROCESSING_DISABLE) !== 0n;
  if (!(low & PRESENT)) return { silent, entry: 'not-present' };
  if (low & LOW_RESERVED || high & HIGH_RESERVED || rest.some((word) => word !== 0n)) {
    return { silent, entry: 'reserved' };
  }
  const entry = {
    directory: low & ADDRESS_MASK,
    directoryEntries: SMALLEST_DIRECTORY << Number((low >> 9n) & 7n),
    deviceTlb: (low & DEVICE_TLB) !== 0n,
    pasids: (low & PASIDS) !== 0n,
    pageRequests: (low & PAGE_REQUESTS) !== 0n,
    ridPasid: Number(high & 0xf_ffffn),
  };
  return { silent, entry };
}
