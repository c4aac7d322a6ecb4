/** A piece of a range of bytes that is reached at once. */
export interface Access {
  /** Bytes from the begin of the range. */
  readonly done: number;
  /** 8, 4, 2 or 1. */
  readonly width: number;
}

/** Cuts a range into accesses that are naturally aligned: each as wide as address, rest and `widest` allow. */
export function* accessesOf(address: bigint, length: number, widest = 8): Iterable<Access> {
  for (let done = 0; done < length;) {
    const width = widthAt(address + BigInt(done), length - done, widest);
    yield { done, width };
    done += width;
  }
}

/** Bytes of the first access of a range that is not empty. */
export function widthAt(address: bigint, length: number, widest = 8): number {
  let width = widest;
  while (width > length || address % BigInt(width) !== 0n) width /= 2;
  return width;
}
