import type { ErrnoName } from '#uapi/errno.ts';

import type { Hpa, MemoryBus } from '../../../hardware/bus.ts';
import {
  SECOND_STAGE_PAGE_SIZE,
  addressIn,
  entryIndex,
  entrySpan,
  isLeaf,
} from '../../../hardware/vtd/second-stage.ts';
import { invariant, ReferenceBug } from '../../../reference-bug.ts';
import type { Folio, Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT } from '../../mm/user-memory.ts';

/** Superpages of 2 MiB and 1 GiB. */
const LARGEST_LEAF_LEVEL = 3;

/** In what the tables of the two stages differ. */
export interface TableFormat {
  readonly levels: 3 | 4;
  /** An entry with any of them is present. */
  readonly presentBits: bigint;
  /** Of an entry that leads to a table. */
  readonly tableBits: bigint;
}

/** A leaf, told to who looks at a range. */
export interface VisitedLeaf {
  readonly iova: bigint;
  /** Bytes. */
  readonly size: bigint;
  readonly entry: bigint;
  /** Where it lies. */
  readonly at: Hpa;
}

export interface Extent {
  readonly iova: bigint;
  readonly physical: bigint;
  readonly length: bigint;
  /** Bits of the leaves. */
  readonly rights: bigint;
  /** Largest leaf allowed, bytes. */
  readonly maxPageSize: bigint;
}

/** A table of 512 entries in physical memory, and what the kernel remembers of it. */
interface Table {
  readonly folio: Folio;
  readonly base: Hpa;
  /** Entries that are present. */
  live: number;
}

/** Writes tables of 512 entries a level, of either stage: drivers/iommu/generic_pt, fmt/vtdss.h and fmt/x86_64.h. */
export class RadixTableBuilder {
  private readonly pages: Pages;
  private readonly memory: MemoryBus;
  private readonly tables = new Map<Hpa, Table>();
  private readonly rootTable: Table;
  private readonly format: TableFormat;

  constructor(pages: Pages, format: TableFormat) {
    this.pages = pages;
    this.format = format;
    this.memory = pages.memory;
    const root = this.newTable();
    if (!root) throw new ReferenceBug('out of memory for the root of a page table');
    this.rootTable = root;
  }

  get root(): Hpa {
    return this.rootTable.base;
  }

  /** ENOMEM: what was mapped until then stays, for the caller to unmap. */
  map(extent: Extent): ErrnoName | undefined {
    return this.mapIn(this.rootTable, this.format.levels, extent);
  }

  /** Clears all entries of the range. Returns the tables that nothing refers to now; free() them once no cache does. */
  unmap(iova: bigint, length: bigint): readonly Folio[] {
    const unused: Folio[] = [];
    this.unmapIn(this.rootTable, this.format.levels, {
      first: iova,
      last: iova + length - 1n,
      unused,
    });
    return unused;
  }

  lookup(iova: bigint): Hpa | undefined {
    let table = this.rootTable;
    for (let level: number = this.format.levels; ; level -= 1) {
      const entry = this.memory.read64(slot(table, iova, level));
      if (!this.isPresent(entry)) return undefined;
      if (isLeaf(entry, level)) return addressIn(entry) + (iova % entrySpan(level));
      table = this.tableAt(addressIn(entry));
    }
  }

  /** All leaves that touch the range, both ends included, in ascending order. */
  visit(first: bigint, last: bigint, told: (leaf: VisitedLeaf) => void): void {
    this.visitIn(this.rootTable, this.format.levels, { first, last, told });
  }

  free(): void {
    for (const table of this.tables.values()) this.pages.put(table.folio);
    this.tables.clear();
  }

  private mapIn(table: Table, level: number, extent: Extent): ErrnoName | undefined {
    const span = entrySpan(level);
    for (let done = 0n; done < extent.length;) {
      const [iova, physical] = [extent.iova + done, extent.physical + done];
      const border = span - (iova % span);
      const length = border < extent.length - done ? border : extent.length - done;
      const piece = { ...extent, iova, physical, length };
      const error = this.takesLeaf(piece, level)
        ? this.writeLeaf(table, level, piece)
        : this.mapBelow(table, level, piece);
      if (error) return error;
      done += length;
    }
    return undefined;
  }

  /** `piece` lies within one entry of that level. */
  protected takesLeaf(piece: Extent, level: number): boolean {
    const span = entrySpan(level);
    const isAllowed = level <= LARGEST_LEAF_LEVEL && span <= piece.maxPageSize;
    return isAllowed && piece.length === span && piece.physical % span === 0n;
  }

  private writeLeaf(table: Table, level: number, piece: Extent): undefined {
    const at = slot(table, piece.iova, level);
    invariant(!this.isPresent(this.memory.read64(at)), `IOVA ${piece.iova} is mapped already`);
    const size = level > 1 ? SECOND_STAGE_PAGE_SIZE : 0n;
    this.memory.write64(at, piece.physical | piece.rights | size);
    table.live += 1;
  }

  private mapBelow(table: Table, level: number, piece: Extent): ErrnoName | undefined {
    const at = slot(table, piece.iova, level);
    const entry = this.memory.read64(at);
    invariant(
      !this.isPresent(entry) || !isLeaf(entry, level),
      `IOVA ${piece.iova} is mapped already`,
    );
    const below = this.isPresent(entry) ? this.tableAt(addressIn(entry)) : this.addTable(table, at);
    return below ? this.mapIn(below, level - 1, piece) : 'ENOMEM';
  }

  private addTable(parent: Table, at: Hpa): Table | undefined {
    const table = this.newTable();
    if (!table) return undefined;
    this.memory.write64(at, table.base | this.format.tableBits);
    parent.live += 1;
    return table;
  }

  private unmapIn(
    table: Table,
    level: number,
    range: { readonly first: bigint; readonly last: bigint; readonly unused: Folio[] },
  ): void {
    const span = entrySpan(level);
    for (let iova = range.first; iova <= range.last; iova = iova - (iova % span) + span) {
      const at = slot(table, iova, level);
      const entry = this.memory.read64(at);
      if (!this.isPresent(entry)) continue;
      const end = iova - (iova % span) + span - 1n;
      const last = end < range.last ? end : range.last;
      if (isLeaf(entry, level)) {
        invariant(last - iova + 1n === span, `an entry of ${span} bytes is unmapped in part`);
      } else {
        const below = this.tableAt(addressIn(entry));
        this.unmapIn(below, level - 1, { first: iova, last, unused: range.unused });
        if (below.live > 0) continue;
        this.tables.delete(below.base);
        range.unused.push(below.folio);
      }
      this.memory.write64(at, 0n);
      table.live -= 1;
    }
  }

  private visitIn(
    table: Table,
    level: number,
    range: { first: bigint; last: bigint; told: (leaf: VisitedLeaf) => void },
  ): void {
    const span = entrySpan(level);
    for (let iova = range.first; iova <= range.last; iova = iova - (iova % span) + span) {
      const at = slot(table, iova, level);
      const entry = this.memory.read64(at);
      if (!this.isPresent(entry)) continue;
      const begin = iova - (iova % span);
      if (isLeaf(entry, level)) {
        range.told({ iova: begin, size: span, entry, at });
        continue;
      }
      const end = begin + span - 1n;
      const last = end < range.last ? end : range.last;
      this.visitIn(this.tableAt(addressIn(entry)), level - 1, { ...range, first: iova, last });
    }
  }

  private isPresent(entry: bigint): boolean {
    return (entry & this.format.presentBits) !== 0n;
  }

  private newTable(): Table | undefined {
    const folio = this.pages.allocate(0);
    if (!folio) return undefined;
    const table = { folio, base: folio.pfn << PAGE_SHIFT, live: 0 };
    this.tables.set(table.base, table);
    return table;
  }

  private tableAt(base: Hpa): Table {
    const table = this.tables.get(base);
    invariant(table !== undefined, `an entry points to ${base}, which is no table of this domain`);
    return table;
  }
}

function slot(table: Table, iova: bigint, level: number): Hpa {
  return table.base + entryIndex(iova, level) * 8n;
}
