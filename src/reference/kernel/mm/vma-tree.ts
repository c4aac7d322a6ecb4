import BTree from 'sorted-btree';

import { compareBigints } from '../lib/math.ts';
import { clip } from './vma.ts';
import type { Vma } from './vma.ts';

/** mm->mm_mt: the VMAs of a process by address. They never overlap. */
export class VmaTree {
  private readonly byStart = new BTree<bigint, Vma>(undefined, compareBigints);
  private readonly bottom: bigint;
  private readonly top: bigint;
  /** Where the search for a gap goes on, from high to low. */
  private cursor: bigint;
  /** No gap above the cursor is larger. */
  private largestGapAbove = 0n;

  /** VMAs that may lie anywhere are put from `bottom` up to, not including, `top`. */
  constructor(bottom: bigint, top: bigint) {
    this.bottom = bottom;
    this.top = top;
    this.cursor = top;
  }

  /** vma_lookup(): the VMA that holds that byte. */
  find(address: bigint): Vma | undefined {
    const vma = this.byStart.getPairOrNextLower(address)?.[1];
    return vma && address < vma.end ? vma : undefined;
  }

  /** VMAs with a byte from `start` up to, not including, `end`. */
  overlapping(start: bigint, end: bigint): readonly Vma[] {
    const low = this.find(start)?.start ?? start;
    return this.byStart.getRange(low, end).map(([, vma]) => vma);
  }

  /** Is there a hugetlb VMA with bytes on both sides of this address? */
  cutsHugetlb(address: bigint): boolean {
    const vma = this.find(address);
    return vma !== undefined && vma.hugetlb && vma.start < address;
  }

  insert(vma: Vma): void {
    this.byStart.set(vma.start, vma);
  }

  /** Cuts that range out. Returns the parts that went and those, of VMAs that were cut, that stay. */
  remove(
    start: bigint,
    end: bigint,
  ): { readonly gone: readonly Vma[]; readonly kept: readonly Vma[] } {
    const hit = this.overlapping(start, end);
    for (const vma of hit) this.byStart.delete(vma.start);
    const kept = hit
      .flatMap((vma) => [clip(vma, 0n, start), clip(vma, end, vma.end)])
      .filter(hasBytes);
    for (const vma of kept) this.insert(vma);
    this.searchAgainFrom(end);
    return { gone: hit.map((vma) => clip(vma, start, end)), kept };
  }

  all(): readonly Vma[] {
    return this.byStart.valuesArray();
  }

  /**
   * vm_unmapped_area(), top down: the highest free range below `top`, undefined where none is left. The cursor, as in
   * the free_area_cache of older kernels, keeps a million calls from looking at a million VMAs each.
   */
  findGap(length: bigint, alignment: bigint): bigint | undefined {
    if (length <= this.largestGapAbove) this.searchAgainFromTop();
    for (;;) {
      const below = this.byStart.nextLowerPair(this.cursor)?.[1];
      const floor = below?.end ?? this.bottom;
      const start = ((this.cursor - length) / alignment) * alignment;
      if (start >= floor) {
        this.noteGap(this.cursor - start - length);
        this.cursor = start;
        return start;
      }
      if (!below) return undefined;
      this.noteGap(this.cursor - floor);
      this.cursor = below.start;
    }
  }

  private noteGap(size: bigint): void {
    if (size > this.largestGapAbove) this.largestGapAbove = size;
  }

  private searchAgainFromTop(): void {
    this.cursor = this.top;
    this.largestGapAbove = 0n;
  }

  /** A gap grew that ends at or above this address. */
  private searchAgainFrom(address: bigint): void {
    if (address < this.cursor) return;
    const above = this.byStart.getPairOrNextHigher(address)?.[0];
    this.cursor = above === undefined || above > this.top ? this.top : above;
  }
}

function hasBytes(vma: Vma): boolean {
  return vma.start < vma.end;
}
