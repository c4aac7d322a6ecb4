import BTree from 'sorted-btree';

import { compareBigints } from '../lib/math.ts';
import { MemoryLayout, PAGES_PER_BLOCK } from './memory-layout.ts';
import type { Pfn } from './user-memory.ts';

/** A folio is one page, or a huge page of 2 MiB: 2^order pages. */
export type Order = 0 | 9;

/**
 * Which frames are free. Frames come in blocks of 2 MiB; a block is given out whole, or page by page. Of the blocks that
 * are given out page by page the lowest goes first. What else goes first is a matter of the layout: where that is memory
 * that was given back, whoever still refers to it is found out.
 */
export class FreeFrames {
  private readonly layout: MemoryLayout;
  private readonly firstBlock: bigint;
  /** Of blocks. */
  private readonly count: bigint;
  /** How many blocks were ever given out. */
  private opened = 0n;
  private readonly wholeBlocks: bigint[] = [];
  /** Block number to its free pages, for blocks that are given out page by page and have any. */
  private readonly partialBlocks = new BTree<bigint, Pfn[]>(undefined, compareBigints);

  /** First frame and number of frames, multiples of 512. */
  constructor(first: Pfn, count: bigint, layout = new MemoryLayout(0)) {
    this.firstBlock = first / PAGES_PER_BLOCK;
    this.count = count / PAGES_PER_BLOCK;
    this.layout = layout;
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
    const block = this.layout.reusesLate
      ? (this.takeFreshBlock() ?? this.wholeBlocks.shift())
      : (this.wholeBlocks.pop() ?? this.takeFreshBlock());
    return block === undefined ? undefined : block * PAGES_PER_BLOCK;
  }

  private takeFreshBlock(): bigint | undefined {
    if (this.opened === this.count) return undefined;
    this.opened += 1n;
    return this.firstBlock + this.layout.block(this.opened - 1n, this.count);
  }

  private takePage(): Pfn | undefined {
    const block = this.partialBlocks.minKey() ?? this.openBlock();
    if (block === undefined) return undefined;
    const pages = this.partialBlocks.get(block) ?? [];
    const page = this.layout.reusesLate ? pages.shift() : pages.pop();
    if (pages.length === 0) this.partialBlocks.delete(block);
    return page;
  }

  private openBlock(): bigint | undefined {
    const first = this.takeBlock();
    if (first === undefined) return undefined;
    const pages = this.layout.pages().map((page) => first + page);
    const block = first / PAGES_PER_BLOCK;
    this.partialBlocks.set(block, this.layout.reusesLate ? pages : pages.reverse());
    return block;
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
