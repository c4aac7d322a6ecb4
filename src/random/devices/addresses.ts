/** Which addresses the sequences use: few, so that calls and accesses meet. Pages of 4 KiB, whatever the machine. */

const MIB = 1n << 20n;
export const PAGE = 4096n;

/** Of buffer "ram". */
export const ramPages = 16;
/** Where an IOAS has its memory: page 0 of as many as "ram" has. */
const hostBase = 16n * MIB;
/** Buffers with the tables of guests, where the guest has them, and pages of each. */
export const tableBuffers = ['tables', 'second tables'] as const;
export const tableBases = [1n * MIB, 2n * MIB] as const;
export const tablePages = 24;

/** Of a guest: ranges of 2 MiB, the first two side by side, of which so many pages each are used. */
const regionBases = [64n * MIB, 66n * MIB, 1024n * MIB] as const;
export const regions = regionBases.length;
export const pagesOfRegion = 8;
export const guestPages = regions * pagesOfRegion;

export function regionOf(guestPage: number): number {
  return Math.floor(guestPage / pagesOfRegion);
}

export function hostAddress(page: number): bigint {
  return hostBase + BigInt(page) * PAGE;
}

export function regionAddress(region: number): bigint {
  return regionBases[region] ?? regionBases[0];
}

export function guestAddress(page: number): bigint {
  return regionAddress(regionOf(page)) + BigInt(page % pagesOfRegion) * PAGE;
}

/** The pages of guests in a range of bytes. */
export function guestPagesIn(first: bigint, length: bigint): readonly number[] {
  return Array.from({ length: guestPages }, (_, page) => page).filter((page) => {
    const at = guestAddress(page);
    return at >= first && at < first + length;
  });
}

export function count(pages: number): string {
  return pages === 1 ? '1 page' : `${pages} pages`;
}

/** As scenarios write an address: `64 MiB + 3 pages`. */
export function shownAddress(address: bigint): string {
  const rest = Number((address % MIB) / PAGE);
  return `${address / MIB} MiB${rest === 0 ? '' : ` + ${count(rest)}`}`;
}

/** A page of buffer "ram". */
export function shownRam(page: number): string {
  return `buffer "ram"${page === 0 ? '' : ` + ${count(page)}`}`;
}
