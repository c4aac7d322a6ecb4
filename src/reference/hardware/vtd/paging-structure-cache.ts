import type { Hpa, Iova } from '#formats/addresses.ts';
import { entrySpan } from '#formats/page-table.ts';

/** A table that a walk was led to by an entry that is no leaf. */
export interface CachedTable {
  /** Of the table: 1 is the lowest. */
  readonly level: number;
  /** As the entry tells it, which in a nested walk is an address of the guest. */
  readonly address: Hpa;
  /** Where it is in memory. */
  readonly place: Hpa;
  /** Right bits that all entries on the way grant. */
  readonly rights: bigint;
}

/** What a walk remembers, and begins with the next time. */
export interface WalkMemory {
  /** The lowest table on the way to that address. */
  nearest(iova: Iova): CachedTable | undefined;
  keep(iova: Iova, table: CachedTable): void;
}

/** Second stages have no PASID. */
const SECOND_STAGE = -1;
/** Of tables below a root. */
const LEVELS = [1, 2, 3] as const;

/** By what the entry that leads there covers, and the level, which takes the lower three bits. */
type Tables = Map<number, CachedTable>;

/**
 * VT-d, 6.2.3 Paging-structure caches: entries that lead to tables, tagged as the leaves behind them are: of a second stage
 * with the domain, of a first one with domain and PASID, also where it is nested. Not architecture, but for the tags and
 * for what takes them away; a first reader may skip it. What is not present is never kept. HW-PSC-01 08
 */
export class PagingStructureCache {
  /** By domain, then by PASID. */
  protected readonly domains = new Map<number, Map<number, Tables>>();

  ofSecondStage(domainId: number): WalkMemory {
    return this.walkMemory(domainId, SECOND_STAGE);
  }

  ofFirstStage(domainId: number, pasid: number): WalkMemory {
    return this.walkMemory(domainId, pasid);
  }

  invalidateAll(): void {
    this.domains.clear();
  }

  invalidateDomain(domainId: number): void {
    this.domains.delete(domainId);
  }

  invalidatePasid(domainId: number, pasid: number): void {
    this.domains.get(domainId)?.delete(pasid);
  }

  /**
   * Pages of a second stage changed: all that was found by means of them holds addresses of the host, whatever range of the
   * guest it is for. `leavesOnly`: the tables of the second stage itself are as they were. HW-PSC-02 07
   */
  invalidateSecondStage(domainId: number, range: TableRange, leavesOnly: boolean): void {
    const spaces = this.domains.get(domainId);
    if (!spaces) return;
    for (const pasid of spaces.keys()) if (pasid !== SECOND_STAGE) spaces.delete(pasid);
    if (!leavesOnly) drop(spaces.get(SECOND_STAGE), range);
  }

  /** Entries that map a part of the range. */
  invalidateFirstStage(domainId: number, pasid: number, range: TableRange): void {
    drop(this.domains.get(domainId)?.get(pasid), range);
  }

  private walkMemory(domainId: number, pasid: number): WalkMemory {
    return {
      nearest: (iova) => {
        const tables = this.domains.get(domainId)?.get(pasid);
        if (!tables) return undefined;
        for (const level of LEVELS) {
          const found = tables.get(keyOf(iova, level));
          if (found) return found;
        }
        return undefined;
      },
      keep: (iova, table) => {
        const spaces = this.domains.get(domainId) ?? new Map<number, Tables>();
        this.domains.set(domainId, spaces);
        const tables: Tables = spaces.get(pasid) ?? new Map<number, CachedTable>();
        spaces.set(pasid, tables);
        tables.set(keyOf(iova, table.level), table);
      },
    };
  }
}

interface TableRange {
  readonly first: Iova;
  /** Bytes. */
  readonly length: bigint;
}

/** The entry that leads to a table covers as much as the whole table. */
const SHIFTS: readonly bigint[] = [0n, 21n, 30n, 39n];

function keyOf(iova: Iova, level: number): number {
  return Number(iova >> (SHIFTS[level] ?? 0n)) * 8 + level;
}

function drop(tables: Tables | undefined, { first, length }: TableRange): void {
  if (!tables) return;
  for (const key of tables.keys()) {
    const span = entrySpan((key % 8) + 1);
    const start = BigInt(Math.floor(key / 8)) * span;
    if (start < first + length && first < start + span) tables.delete(key);
  }
}
