import BTree from 'sorted-btree';

import { compareBigints } from '../lib/math.ts';
import type { Pfn } from './user-memory.ts';

/** A folio is one page, or a huge page of 2 MiB: 2^order pages. */
export type Order = 0 | 9;

const PAGES_PER_BLOCK = 512n;

/**
 * Which frames are free. Frames come in blocks of 2 MiB; a block is given out whole, or page by page. The block with
 * the lowest number and the page freed last go first: memory that was given back is in use again soon, so that whoever
 * still refers to it is found out.
 */
export class FreeFrames {
  /** Blocks from here to `end` were never given out. */
  private fresh: bigint;
  private readonly end: bigint;
  private readonly wholeBlocks: bigint[] = [];
  /** Block number to its free pages, for blocks that are given out page by page and have any. */
  private readonly partialBlocks = new BTree<bigint, Pfn[]>(undefined, compareBigints);

  /** First frame and number of frames, multiples of 512. */
  constructor(first: Pfn, count: bigint) {
    this.fresh = first / PAGES_PER_BLOCK;
    this.end = this.fresh + count / PAGES_PER_BLOCK;
  }

  /** First frame of 2^order that are free and aligned; undefined where there are none. */
  take(order: Order): Pfn | undefined {
    return order === 0 ? this.takePage() : this.takeBlock();
  }

  release(pfn: Pfn, order: Order): void {
    const block = pfn / PAGES_PER_BLOCK;
    if (order === 9) this.wholeBlocks.push(block);
    else this.releasePage(pfn, block);
  }

  private takeBlock(): Pfn | undefined {
    const block = this.wholeBlocks.pop() ?? this.takeFreshBlock();
    return block === undefined ? undefined : block * PAGES_PER_BLOCK;
  }

  private takeFreshBlock(): bigint | undefined {
    if (this.fresh === this.end) return undefined;
    this.fresh += 1n;
    return this.fresh - 1n;
  }

  private takePage(): Pfn | undefined {
    const block = this.partialBlocks.minKey();
    if (block === undefined) return this.openBlock();
    const pages = this.partialBlocks.get(block) ?? [];
    const page = pages.pop();
    if (pages.length === 0) this.partialBlocks.delete(block);
    return page;
  }

  private openBlock(): Pfn | undefined {
    const first = this.takeBlock();
    if (first === undefined) return undefined;
    const rest: Pfn[] = [];
    for (let page = first + PAGES_PER_BLOCK - 1n; page > first; page -= 1n) rest.push(page);
    this.partialBlocks.set(first / PAGES_PER_BLOCK, rest);
    return first;
  }

  private releasePage(pfn: Pfn, block: bigint): void {
    const pages = this.partialBlocks.get(block) ?? [];
    pages.push(pfn);
    if (pages.length < Number(PAGES_PER_BLOCK)) {
      this.partialBlocks.set(block, pages);
      return;
    }
    this.partialBlocks.delete(block);
    this.wholeBlocks.push(block);
  }
}
