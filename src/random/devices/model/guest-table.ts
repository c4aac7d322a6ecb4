import { guestPages, pagesOfRegion, regionOf, regions } from '../addresses.ts';

/** Where an entry leads: the page of the IOAS, and whether it may be written; `absent` for an entry that is not there. */
export interface Leaf {
  readonly page: number;
  readonly write: boolean;
}

export type Entry = Leaf | 'absent';

/** Of the pages of the IOAS that "ram" can be in, as many as a leaf of 2 MiB covers in each region. */
function partOf({ write }: Leaf, guestPage: number): Leaf {
  return { page: guestPage % pagesOfRegion, write };
}

/** What a guest has written: in each region a table of pages, one leaf of 2 MiB, or nothing. Tables are never used twice. */
export class GuestTable {
  /** Does the host map the memory that it is in? */
  isMapped = true;
  readonly #tables: Entry[][] = [];
  readonly #current: (number | undefined)[] = Array.from({ length: regions }, () => undefined);
  readonly #large: (Leaf | undefined)[] = Array.from({ length: regions }, () => undefined);

  /** The number of the table that a region goes by. */
  tableOf(region: number): number | undefined {
    return this.#large[region] === undefined ? this.#current[region] : undefined;
  }

  hasLarge(region: number): boolean {
    return this.#large[region] !== undefined;
  }

  /** As a walk finds it that goes by this table of the region, which may be an old one. */
  entryIn(table: number, guestPage: number): Entry {
    return this.#tables[table]?.[guestPage % pagesOfRegion] ?? 'absent';
  }

  /** As a walk from the root finds it. */
  entry(guestPage: number): Entry {
    const region = regionOf(guestPage);
    const large = this.#large[region];
    if (large !== undefined) return partOf(large, guestPage);
    const table = this.#current[region];
    return table === undefined ? 'absent' : this.entryIn(table, guestPage);
  }

  /** Of a region without a leaf of 2 MiB. */
  set(guestPage: number, entry: Entry): void {
    const region = regionOf(guestPage);
    if (this.#current[region] === undefined) this.replace(region);
    const table = this.#tables[this.#current[region] ?? 0];
    if (table !== undefined) table[guestPage % pagesOfRegion] = entry;
  }

  /** An empty table takes the place of what there was. */
  replace(region: number): void {
    this.#large[region] = undefined;
    this.#current[region] = this.#tables.length;
    this.#tables.push(Array.from({ length: pagesOfRegion }, () => 'absent' as const));
  }

  setLarge(region: number, write: boolean): void {
    this.#large[region] = { page: 0, write };
  }
}

export const everyGuestPage: readonly number[] = Array.from({ length: guestPages }, (_, at) => at);
