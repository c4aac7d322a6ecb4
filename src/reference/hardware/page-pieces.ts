const PAGE_SIZE = 4096;

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
    const piece = Math.min(PAGE_SIZE - offsetInPage(at), length - done);
    yield { address: at, length: piece, done };
    done += piece;
  }
}

export function offsetInPage(address: bigint): number {
  return Number(address & 0xfffn);
}
