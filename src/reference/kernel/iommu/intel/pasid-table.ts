import { PRESENT } from '#formats/vtd/entry.ts';
import {
  PASID_ENTRY_SIZE,
  directoryOffset,
  encodeDirectoryEntry,
  encodePasidEntry,
  pasidEntryOffset,
  PASIDS_OF_A_TABLE,
} from '#formats/vtd/pasid-entry.ts';
import type { PasidEntry } from '#formats/vtd/pasid-entry.ts';

import type { MemoryBus } from '../../../hardware/bus.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Folio, Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT } from '../../mm/user-memory.ts';

/** Entries of 8 bytes in a page, which do for 15 bits of PASID. */
const ENTRIES_OF_A_PAGE = 512;

/** drivers/iommu/intel/pasid.c: the directory and the tables of one device. HW-VTD-04 HW-ENQ-05 */
export class PasidTable {
  readonly directory: bigint;
  readonly directoryEntries: number;
  protected readonly memory: MemoryBus;
  private readonly pages: Pages;
  private readonly folios: Folio[] = [];
  /** By directory index. */
  private readonly tables = new Map<number, bigint>();

  /** intel_pasid_alloc_table(): a directory of one page, or of as many as the PASIDs of the device need in a row. */
  constructor(pages: Pages, pasidBits: number) {
    this.pages = pages;
    this.memory = pages.memory;
    this.directoryEntries = Math.max(2 ** pasidBits / PASIDS_OF_A_TABLE, ENTRIES_OF_A_PAGE);
    this.directory = this.allocate(this.directoryEntries > ENTRIES_OF_A_PAGE ? 9 : 0);
  }

  /** All fields, then the present bit. HW-VTD-07 */
  write(pasid: number, entry: PasidEntry): void {
    const at = this.entryAt(pasid);
    const [first, second, third] = encodePasidEntry(entry);
    this.memory.write64(at + 8n, second);
    this.memory.write64(at + 16n, third);
    this.memory.write64(at, first);
  }

  /** pasid_clear_present(): before the caches forget it, after which the rest is cleared. */
  clearPresent(pasid: number): void {
    const at = this.entryAt(pasid);
    this.memory.write64(at, this.memory.read64(at) & ~PRESENT);
  }

  clear(pasid: number): void {
    const at = this.entryAt(pasid);
    for (let offset = 0n; offset < PASID_ENTRY_SIZE; offset += 8n)
      this.memory.write64(at + offset, 0n);
  }

  free(): void {
    for (const folio of this.folios.splice(0)) this.pages.put(folio);
    this.tables.clear();
  }

  /** intel_pasid_get_entry(): a table of 64 comes with the first of its PASIDs. */
  protected entryAt(pasid: number): bigint {
    const index = Math.floor(pasid / PASIDS_OF_A_TABLE);
    const table = this.tables.get(index) ?? this.addTable(pasid, index);
    return table + pasidEntryOffset(pasid);
  }

  private addTable(pasid: number, index: number): bigint {
    invariant(index < this.directoryEntries, `PASID ${pasid} is beyond the directory`);
    const table = this.allocate(0);
    this.memory.write64(this.directory + directoryOffset(pasid), encodeDirectoryEntry(table));
    this.tables.set(index, table);
    return table;
  }

  private allocate(order: Folio['order']): bigint {
    const folio = this.pages.allocate(order);
    invariant(folio !== undefined, 'out of memory for a PASID table');
    this.folios.push(folio);
    return folio.pfn << PAGE_SHIFT;
  }
}
