import type { Hpa, Rid } from '#formats/addresses.ts';
import { contextEntryAddress, decodeContextEntry } from '#formats/vtd/context-entry.ts';
import type { ContextEntry } from '#formats/vtd/context-entry.ts';
import type { Decoded, Defect } from '#formats/vtd/entry.ts';
import { FaultReason } from '#formats/vtd/fault-reason.ts';
import {
  PASIDS_OF_A_TABLE,
  decodeDirectoryEntry,
  decodePasidEntry,
  directoryOffset,
  pasidEntryOffset,
} from '#formats/vtd/pasid-entry.ts';
import type { PasidEntry } from '#formats/vtd/pasid-entry.ts';
import {
  decodeRootEntry,
  rootEntryAddress,
  scalableRootEntryAddress,
} from '#formats/vtd/root-entry.ts';
import {
  decodeScalableContext,
  scalableContextAddress,
} from '#formats/vtd/scalable-context-entry.ts';
import type { ScalableContextEntry } from '#formats/vtd/scalable-context-entry.ts';

import type { MemoryBus } from '../bus.ts';
import type { Refusal } from './faults.ts';

/** An entry as it was found. `silent`: FPD of this one, or of one on the way to it. */
export type Found<Entry> = Entry & { readonly silent: boolean };

/** The reasons for which requests are refused by entries that are none. HW-VTD-51 52 */
const rootReasons = {
  'not-present': FaultReason.RootEntryNotPresent,
  reserved: FaultReason.RootEntryReserved,
};
const scalableRootReasons = {
  'not-present': FaultReason.ScalableRootNotPresent,
  reserved: FaultReason.ScalableRootReserved,
};
const contextReasons = {
  'not-present': FaultReason.ContextEntryNotPresent,
  reserved: FaultReason.ContextEntryReserved,
  invalid: FaultReason.ContextEntryInvalid,
};
const scalableContextReasons = {
  'not-present': FaultReason.ScalableContextNotPresent,
  reserved: FaultReason.ScalableContextReserved,
};
const directoryReasons = {
  'not-present': FaultReason.DirectoryNotPresent,
  reserved: FaultReason.DirectoryReserved,
};
const pasidReasons = {
  'not-present': FaultReason.PasidEntryNotPresent,
  reserved: FaultReason.PasidEntryReserved,
  invalid: FaultReason.PasidEntryInvalid,
};

/** VT-d, 3.4.3 Context-Table: by the root entry of the bus. HW-VTD-02 03 */
export function readContext(
  memory: MemoryBus,
  rootTable: Hpa,
  rid: Rid,
): Found<ContextEntry> | Refusal {
  const root = decodeRootEntry(...pairAt(memory, rootEntryAddress(rootTable, rid)));
  if (typeof root === 'string') return { reason: rootReasons[root], silent: false };
  const words = pairAt(memory, contextEntryAddress(root.contextTable, rid));
  return found(decodeContextEntry(...words), contextReasons);
}

/** VT-d, 3.4.4 Context Table in Scalable Mode. HW-VTD-02 04 */
export function readScalableContext(
  memory: MemoryBus,
  rootTable: Hpa,
  rid: Rid,
): Found<ScalableContextEntry> | Refusal {
  const root = decodeRootEntry(memory.read64(scalableRootEntryAddress(rootTable, rid)));
  if (typeof root === 'string') return { reason: scalableRootReasons[root], silent: false };
  const words = wordsAt(memory, scalableContextAddress(root.contextTable, rid), 4);
  return found(decodeScalableContext(words), scalableContextReasons);
}

/** VT-d, 3.4.5 PASID Directory and Table. HW-VTD-05 06 */
export function readPasidEntry(
  memory: MemoryBus,
  context: Found<ScalableContextEntry>,
  pasid: number,
): Found<PasidEntry> | Refusal {
  const { silent } = context;
  if (pasid >= context.directoryEntries * PASIDS_OF_A_TABLE) {
    return { reason: FaultReason.PasidTooLarge, silent };
  }
  const word = memory.read64(context.directory + directoryOffset(pasid));
  const directory = found(decodeDirectoryEntry(word), directoryReasons, silent);
  if ('reason' in directory) return directory;
  const words = wordsAt(memory, directory.table + pasidEntryOffset(pasid), 8);
  return found(decodePasidEntry(words), pasidReasons, directory.silent);
}

function found<Entry extends object, Defects extends Defect>(
  decoded: Decoded<Entry, Defects>,
  reasons: Readonly<Record<Defects, FaultReason>>,
  quiet = false,
): Found<Entry> | Refusal {
  const { entry } = decoded;
  const silent = quiet || decoded.silent;
  return typeof entry === 'string' ? { reason: reasons[entry], silent } : { ...entry, silent };
}

function pairAt(memory: MemoryBus, address: Hpa): readonly [low: bigint, high: bigint] {
  return [memory.read64(address), memory.read64(address + 8n)];
}

function wordsAt(memory: MemoryBus, address: Hpa, count: number): readonly bigint[] {
  return Array.from({ length: count }, (_, index) => memory.read64(address + BigInt(index) * 8n));
}
