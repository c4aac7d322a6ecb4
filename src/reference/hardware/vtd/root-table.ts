import type { Hpa, Rid } from '#formats/addresses.ts';

import type { MemoryBus } from '../bus.ts';
import { FaultReason } from './faults.ts';

export const ADDRESS_MASK = 0x000f_ffff_ffff_f000n;
const PRESENT = 1n;
const ENTRY_SIZE = 16n;

/** VT-d, 9.1 Root Entry. HW-VTD-02 */
export function rootEntryAddress(rootTable: Hpa, bus: number): Hpa {
  return rootTable + BigInt(bus) * ENTRY_SIZE;
}

/** The low word of a present root entry. */
export function encodeRootEntry(contextTable: Hpa): bigint {
  return contextTable | PRESENT;
}

export function busOf(rid: Rid): number {
  return rid >> 8;
}

/** RTADDR.TTM: the tables are those of scalable mode. HW-VTD-01 */
export const SCALABLE_MODE = 1n << 10n;

/** Bytes from the begin of a root entry: each half of a bus has a context table of its own in scalable mode. */
export function scalableHalf(rid: Rid): bigint {
  return rid & 0x80 ? 8n : 0n;
}

/** VT-d, 9.2 Scalable-Mode Root Entry. HW-VTD-02 */
export function readScalableRootEntry(
  memory: MemoryBus,
  rootTable: Hpa,
  rid: Rid,
): { readonly contextTable: Hpa } | FaultReason {
  const half = memory.read64(rootEntryAddress(rootTable, busOf(rid)) + scalableHalf(rid));
  if (!(half & PRESENT)) return FaultReason.ScalableRootNotPresent;
  if (half & ~(ADDRESS_MASK | PRESENT)) return FaultReason.ScalableRootReserved;
  return { contextTable: half & ADDRESS_MASK };
}

/** VT-d, 9.1 Root Entry, in legacy mode: where the context table of that bus is. */
export function readRootEntry(
  memory: MemoryBus,
  rootTable: Hpa,
  rid: Rid,
): { readonly contextTable: Hpa } | FaultReason {
  const entry = rootEntryAddress(rootTable, busOf(rid));
  const low = memory.read64(entry);
  if (!(low & PRESENT)) return FaultReason.RootEntryNotPresent;
  const reserved = low & ~(ADDRESS_MASK | PRESENT);
  if (reserved || memory.read64(entry + 8n)) return FaultReason.RootEntryReserved;
  return { contextTable: low & ADDRESS_MASK };
}
