import type { Hpa } from '#formats/addresses.ts';
import {
  directoryEntryOffset,
  hostPasidOf,
  isInHighDirectory,
  PASID_TRANSLATION,
  tableEntryOffset,
  tableOf,
} from '#formats/x86/pasid.ts';

import type { MemoryBus } from './bus.ts';

/** Of a VMCS, what PASIDs of the guest are translated by. */
export interface GuestPasids {
  /** Secondary processor-based controls. */
  readonly controls: number;
  readonly lowDirectory: Hpa;
  readonly highDirectory: Hpa;
}

/**
 * VMX, PASID Translation: the PASID of the host that one of the guest stands for; itself where the control is off, and
 * undefined where the guest has none: the guest is left. Linux sets up no such structures. HW-ENQ-03
 */
export function translatePasid(
  memory: MemoryBus,
  guest: GuestPasids | undefined,
  pasid: number,
): number | undefined {
  if (!guest || !(guest.controls & PASID_TRANSLATION)) return pasid;
  // 1. The directory, by the highest bit.
  const directory = isInHighDirectory(pasid) ? guest.highDirectory : guest.lowDirectory;
  // 2. Its entry leads to a table.
  const table = tableOf(memory.read64(directory + directoryEntryOffset(pasid)));
  if (table === undefined) return undefined;
  // 3. The entry of that holds the PASID of the host.
  const bytes = memory.read(table + tableEntryOffset(pasid), 4);
  return hostPasidOf(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
}
