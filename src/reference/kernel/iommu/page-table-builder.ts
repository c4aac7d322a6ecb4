import type { Hpa } from '#formats/addresses.ts';
import { entryIndex, entrySpan } from '#formats/page-table.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import type { MemoryBus } from '../../hardware/bus.ts';
import { invariant, ReferenceBug } from '../../reference-bug.ts';
import type { Folio, Pages } from '../mm/pages.ts';
import { PAGE_SHIFT } from '../mm/user-memory.ts';

/** What the vendor's book says of the entries of a page table. Each is a word of 64 bits. */
export interface TableFormat {
  /** Of a whole table; 1 is the lowest. */
  readonly levels: number;
  readonly largestLeafLevel: number;
  /** log2 of the bytes of a table, and of the smallest page: 12, or less often 16. */
  readonly granule?: bigint;
  isPresent(entry: bigint): boolean;
  isLeaf(entry: bigint, level: number): boolean;
  addressIn(entry: bigint): Hpa;
  /** `level` is that of the table which the entry is in. */
  leaf(extent: Pick<Extent, 'physical' | 'rights'>, level: number): bigint;
  /** An entry that leads to a table of the next lower level, and takes no right away. */
  table(address: Hpa, level: number): bigint;
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
  /** Right bits of the leaves. */
  readonly rights: bigint;
  /** Largest leaf allowed, bytes. */
  readonly maxPageSize: bigint;
}

/** What tables are allocated as that do not fit into a page. */
const LARGE_TABLE = 9;

/** A table in physical memory, and what the kernel remembers of it. */
interface Table {
  readonly folio: Folio;
  readonly base: Hpa;
  /** Entries that are present. */
  live: number;
}

/** Writes page tables of an IOMMU: drivers/iommu/generic_pt/iommu_pt.h. */
export class PageTableBuilder {
  private readonly format: TableFormat;
  private readonly pages: Pages;
  private readonly memory: MemoryBus;
  private readonly tables = new Map<Hpa, Table>();
  private readonly rootTable: Table;

  constructor(pages: Pages, format: TableFormat) {
    this.format = format;
    this.pages = pages;
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
    const range = { first: iova, last: iova + length - 1n, unused };
    this.unmapIn(this.rootTable, this.format.levels, range);
    return unused;
  }

  lookup(iova: bigint): Hpa | undefined {
    const { format } = this;
    let table = this.rootTable;
    for (let level = format.levels; ; level -= 1) {
      const entry = this.memory.read64(this.slot(table, iova, level));
      if (!format.isPresent(entry)) return undefined;
      const address = format.addressIn(entry);
      if (format.isLeaf(entry, level))
        return address + (iova % entrySpan(level, this.format.granule));
      table = this.tableAt(address);
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
    const span = entrySpan(level, this.format.granule);
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
    const span = entrySpan(level, this.format.granule);
    const isAllowed = level <= this.format.largestLeafLevel && span <= piece.maxPageSize;
    return isAllowed && piece.length === span && piece.physical % span === 0n;
  }

  private writeLeaf(table: Table, level: number, piece: Extent): undefined {
    const at = this.slot(table, piece.iova, level);
    const isFree = !this.format.isPresent(this.memory.read64(at));
    invariant(isFree, `IOVA ${piece.iova} is mapped already`);
    this.memory.write64(at, this.format.leaf(piece, level));
    table.live += 1;
  }

  private mapBelow(table: Table, level: number, piece: Extent): ErrnoName | undefined {
    const { format } = this;
    const at = this.slot(table, piece.iova, level);
    const entry = this.memory.read64(at);
    const isPresent = format.isPresent(entry);
    invariant(!isPresent || !format.isLeaf(entry, level), `IOVA ${piece.iova} is mapped already`);
    const below = isPresent
      ? this.tableAt(format.addressIn(entry))
      : this.addTable(table, at, level);
    return below ? this.mapIn(below, level - 1, piece) : 'ENOMEM';
  }

  private addTable(parent: Table, at: Hpa, level: number): Table | undefined {
    const table = this.newTable();
    if (!table) return undefined;
    this.memory.write64(at, this.format.table(table.base, level));
    parent.live += 1;
    return table;
  }

  private unmapIn(
    table: Table,
    level: number,
    range: { readonly first: bigint; readonly last: bigint; readonly unused: Folio[] },
  ): void {
    const span = entrySpan(level, this.format.granule);
    for (let iova = range.first; iova <= range.last; iova = iova - (iova % span) + span) {
      const at = this.slot(table, iova, level);
      const entry = this.memory.read64(at);
      if (!this.format.isPresent(entry)) continue;
      const end = iova - (iova % span) + span - 1n;
      const last = end < range.last ? end : range.last;
      if (this.format.isLeaf(entry, level)) {
        invariant(last - iova + 1n === span, `an entry of ${span} bytes is unmapped in part`);
      } else {
        const below = this.tableAt(this.format.addressIn(entry));
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
    const { format } = this;
    const span = entrySpan(level, format.granule);
    for (let iova = range.first; iova <= range.last; iova = iova - (iova % span) + span) {
      const at = this.slot(table, iova, level);
      const entry = this.memory.read64(at);
      if (!format.isPresent(entry)) continue;
      const begin = iova - (iova % span);
      if (format.isLeaf(entry, level)) {
        range.told({ iova: begin, size: span, entry, at });
        continue;
      }
      const end = begin + span - 1n;
      const last = end < range.last ? end : range.last;
      const below = this.tableAt(format.addressIn(entry));
      this.visitIn(below, level - 1, { ...range, first: iova, last });
    }
  }

  private newTable(): Table | undefined {
    const folio = this.pages.allocate(this.format.granule === undefined ? 0 : LARGE_TABLE);
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

  private slot(table: Table, iova: bigint, level: number): Hpa {
    return table.base + entryIndex(iova, level, this.format.granule) * 8n;
  }
}
