import type { ErrnoName } from '#uapi/errno.ts';
import { HoleTree } from '../lib/hole-tree.ts';
import type { Hole } from '../lib/hole-tree.ts';
import {
  ULONG_MAX,
  alignDown,
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
/** Stands for all alignments below a page. */
const SUB_PAGE = PAGE_SIZE / 2n;

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
 * io_pagetable.c: iopt_alloc_iova(): where a mapping without a fixed IOVA goes: the lowest hole that it fits into. An index
 * of holes, by the room that they have for one alignment, comes into being with the first such mapping, as many users
 * place all of theirs themselves, and few use more than two alignments.
 */
export class IovaAllocator {
  protected readonly occupation: Occupation;
  protected readonly holes = new Map<bigint, HoleTree>();

  constructor(occupation: Occupation) {
    this.occupation = occupation;
  }

  /** Nothing is placed in that range from now on. */
  occupy(range: Range): void {
    for (const holes of this.holes.values()) holes.occupy(range);
  }

  release(range: Range): void {
    for (const holes of this.holes.values()) holes.release(range);
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
    const holes = this.holesFor(slot.alignment);
    const room = slot.offset + slot.length;
    let hole = holes.at(from) ?? holes.firstAbove(from, room);
    while (hole && hole.first <= range.last) {
      const first = maximum(hole.first, from);
      const iova = this.fit({ first, last: minimum(hole.last, range.last) }, slot);
      if (iova !== undefined) return iova;
      hole = holes.firstAbove(hole.first, room);
    }
    return undefined;
  }

  /** Alignments below a page share an index: the offset in a page says more of where in a hole a mapping begins. */
  protected holesFor(alignment: bigint): HoleTree {
    const unit = maximum(alignment, SUB_PAGE);
    const known = this.holes.get(unit);
    if (known) return known;
    const holes = new HoleTree((hole) => roomOf(hole, unit));
    for (const range of this.occupation.usable()) holes.release(range);
    for (const area of this.occupation.areas()) holes.occupy(area);
    this.holes.set(unit, holes);
    return holes;
  }
}

/**
 * Bytes from the first place in the hole that is aligned so, at which the page begins whose offset a mapping takes on: a
 * hole with less room than offset and length does not fit. One with as much may not either, but only where it begins in
 * the middle of a page, or with its last byte.
 */
function roomOf({ first, last }: Hole, unit: bigint): bigint {
  return last + 1n - (unit === SUB_PAGE ? alignDown(first, PAGE_SIZE) : alignUp(first, unit));
}
