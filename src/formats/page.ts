/** A page of 4 KiB: what memory is given out in, and what most tables and rings of an IOMMU are cut to. */
export const PAGE_SHIFT = 12n;
/** Bytes. */
export const PAGE_SIZE = 1n << PAGE_SHIFT;
/** Of an address: what tells the page. */
export const PAGE_MASK = ~(PAGE_SIZE - 1n);

const BYTES = Number(PAGE_SIZE);
const OFFSET_MASK = PAGE_SIZE - 1n;

export interface PagePiece {
  readonly address: bigint;
  /** Bytes. */
  readonly length: number;
  /** Bytes in the pieces before this one. */
  readonly done: number;
}

/** Cuts a range of bytes at page borders. */
export function* pagePieces(address: bigint, length: number): Iterable<PagePiece> {
  for (let done = 0; done < length;) {
    const at = address + BigInt(done);
    const piece = Math.min(BYTES - offsetInPage(at), length - done);
    yield { address: at, length: piece, done };
    done += piece;
  }
}

export function offsetInPage(address: bigint): number {
  return Number(address & OFFSET_MASK);
}
