import type { Hpa, Rid } from '#formats/addresses.ts';

import type { MemoryBus } from '../bus.ts';
import { FaultReason } from './faults.ts';
import type { Refusal } from './faults.ts';
import { ADDRESS_MASK } from './root-table.ts';

const PRESENT = 1n << 0n;
const FAULT_PROCESSING_DISABLE = 1n << 1n;
const DEVICE_TLB = 1n << 2n;
const PASIDS = 1n << 3n;
const PAGE_REQUESTS = 1n << 4n;
const LOW_RESERVED = 0xfff0_0000_0000_01e0n;
const HIGH_RESERVED = ~0x1f_ffffn;
const ENTRY_SIZE = 32n;
const SMALLEST_DIRECTORY = 128;

/** VT-d, 9.4 Scalable-Mode Context Entry. HW-VTD-04 */
export interface ScalableContextEntry {
  /** Context entries of scalable mode are of no domain. */
  readonly domainId: 0;
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
  /** FPD */
  readonly silent: boolean;
}

export function scalableContextAddress(contextTable: Hpa, rid: Rid): Hpa {
  return contextTable + BigInt(rid & 0x7f) * ENTRY_SIZE;
}

/** The two words of a present entry that are not zero. */
export function encodeScalableContext(
  entry: Pick<
    ScalableContextEntry,
    'directory' | 'directoryEntries' | 'deviceTlb' | 'pasids' | 'pageRequests'
  >,
): { readonly low: bigint; readonly high: bigint } {
  const size = BigInt(Math.log2(entry.directoryEntries / SMALLEST_DIRECTORY)) << 9n;
  const flags =
    (entry.deviceTlb ? DEVICE_TLB : 0n) |
    (entry.pasids ? PASIDS : 0n) |
    (entry.pageRequests ? PAGE_REQUESTS : 0n);
  return { low: entry.directory | size | flags | PRESENT, high: 0n };
}

/** VT-d, 3.4.4 Context Table in Scalable Mode. */
export function readScalableContext(
  memory: MemoryBus,
  contextTable: Hpa,
  rid: Rid,
): ScalableContextEntry | Refusal {
  const address = scalableContextAddress(contextTable, rid);
  const [low, high] = [memory.read64(address), memory.read64(address + 8n)];
  const rest = memory.read64(address + 16n) | memory.read64(address + 24n);
  const silent = (low & FAULT_PROCESSING_DISABLE) !== 0n;
  if (!(low & PRESENT)) return { reason: FaultReason.ScalableContextNotPresent, silent };
  if (low & LOW_RESERVED || high & HIGH_RESERVED || rest) {
    return { reason: FaultReason.ScalableContextReserved, silent };
  }
  return {
    domainId: 0,
    directory: low & ADDRESS_MASK,
    directoryEntries: SMALLEST_DIRECTORY << Number((low >> 9n) & 7n),
    deviceTlb: (low & DEVICE_TLB) !== 0n,
    pasids: (low & PASIDS) !== 0n,
    pageRequests: (low & PAGE_REQUESTS) !== 0n,
    ridPasid: Number(high & 0xf_ffffn),
    silent,
  };
}
