import type { Hpa, MemoryBus, Rid } from '../bus.ts';
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
