import type { ErrnoName } from '#uapi/errno.ts';
import { HoleTree } from '../lib/hole-tree.ts';
import type { Hole } from '../lib/hole-tree.ts';
import {
  ULONG_MAX,
  alignUp,
  lowestSetBit,
  maximum,
  minimum,
  roundUpToPowerOfTwo,
} from '../lib/math.ts';
import type { Range } from '../lib/range-counts.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';

/** HPAGE_SIZE with transparent huge pages: automatic IOVAs are aligned to no more. */
const HUGE_PAGE_SIZE = 0x20_0000n;

export interface PlaceRequest {
  /** Of the memory to map, in its process or its file: the IOVA is aligned like it. */
  readonly address: bigint;
  /** Bytes, 1 or more. */
  readonly length: bigint;
  /** Of the IOAS. */
  readonly iovaAlignment: bigint;
  /** Where it may lie, ascending. */
  readonly allowed: Iterable<Range>;
}

interface Slot {
  readonly length: bigint;
  readonly alignment: bigint;
  /** Bits below a page that the IOVA takes on. */
  readonly offset: bigint;
}

/** What an address space is made of, both in ascending order. */
export interface Occupation {
  /** What is not reserved. */
  usable(): Iterable<Range>;
  areas(): Iterable<Range>;
}

/**
 * io_pagetable.c: iopt_alloc_iova(): where a mapping without a fixed IOVA goes: the lowest hole that it fits into. The
 * index of holes comes into being with the first such mapping, as many users place all of theirs themselves.
 */
export class IovaAllocator {
  protected readonly occupation: Occupation;
  protected holes: HoleTree | undefined;

  constructor(occupation: Occupation) {
    this.occupation = occupation;
  }

  /** Nothing is placed in that range from now on. */
  occupy(range: Range): void {
    this.holes?.occupy(range);
  }

  release(range: Range): void {
    this.holes?.release(range);
  }

  /**
   * EOVERFLOW for half the address space; EINVAL where the memory is aligned less than the IOAS; ENOSPC without a hole.
   * IOAS-MAP-18 19 22 23 24 25 26 IOAS-ALLOW-09 10
   */
  place({ address, length, iovaAlignment, allowed }: PlaceRequest): bigint | ErrnoName {
    if (length >= ULONG_MAX / 2n) return 'EOVERFLOW';
    const alignment = this.alignment(address, length);
    if (alignment < iovaAlignment) return 'EINVAL';
    const slot = { length, alignment, offset: address % PAGE_SIZE };
    for (const range of allowed) {
      const iova = this.lowest(range, slot);
      if (iova !== undefined) return iova;
    }
    return 'ENOSPC';
  }

  /** As much of the alignment of the memory as helps large pages. IOAS-MAP-20 */
  protected alignment(address: bigint, length: bigint): bigint {
    const wanted = roundUpToPowerOfTwo(length);
    const offered = address === 0n ? wanted : minimum(wanted, lowestSetBit(address));
    return minimum(offered, HUGE_PAGE_SIZE);
  }

  /** __alloc_iova_check_range(): the first place in the hole. IOAS-MAP-21 25 */
  protected fit(hole: Hole, { length, alignment, offset }: Slot): bigint | undefined {
    const start = this.alignStart(hole.first, alignment) | offset;
    if (start >= hole.last || hole.last - start < length - 1n) return undefined;
    return start;
  }

  /** Beyond 2^64 where it would wrap, so that nothing fits. */
  protected alignStart(first: bigint, alignment: bigint): bigint {
    return alignUp(first, alignment);
  }

  protected lowest(range: Range, slot: Slot): bigint | undefined {
    const from = this.fit(range, slot);
    if (from === undefined) return undefined;
    const holes = (this.holes ??= this.findHoles());
    let hole = holes.at(from) ?? holes.firstAbove(from, slot.length);
    while (hole && hole.first <= range.last) {
      const first = maximum(hole.first, from);
      const iova = this.fit({ first, last: minimum(hole.last, range.last) }, slot);
      if (iova !== undefined) return iova;
      hole = holes.firstAbove(hole.first, slot.length);
    }
    return undefined;
  }

  protected findHoles(): HoleTree {
    const holes = new HoleTree();
    for (const range of this.occupation.usable()) holes.release(range);
    for (const area of this.occupation.areas()) holes.occupy(area);
    return holes;
  }
}
