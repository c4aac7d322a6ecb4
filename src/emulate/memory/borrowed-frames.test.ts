import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { PhysicalMemory } from '#reference/hardware/memory.ts';
import { Pages } from '#reference/kernel/mm/pages.ts';

import type { Backing } from './backing.ts';
import { BorrowedFrames } from './borrowed-frames.ts';

const PAGE = 4096n;

class Bytes implements Backing {
  readonly hugetlb: boolean;
  readonly all = new Uint8Array(1 << 22);

  constructor(hugetlb = false) {
    this.hugetlb = hugetlb;
  }

  read(at: bigint, length: number): Uint8Array {
    return this.all.slice(Number(at), Number(at) + length);
  }

  write(at: bigint, bytes: Uint8Array): void {
    this.all.set(bytes, Number(at));
  }
}

function frames(): { memory: PhysicalMemory; pages: Pages; borrowed: BorrowedFrames } {
  const memory = new PhysicalMemory();
  const pages = new Pages({ memory, first: 1n << 32n, size: 1n << 30n });
  return { memory, pages, borrowed: new BorrowedFrames(pages) };
}

describe('borrowed frames', () => {
  it('lead both ways to the bytes that they stand for', () => {
    const { memory, borrowed } = frames();
    const bytes = new Bytes();
    const pfn = borrowed.pin(bytes, 2n * PAGE);
    memory.write((pfn << 12n) + 5n, Uint8Array.of(7, 8));
    assert.deepEqual([...bytes.all.subarray(8192 + 4, 8192 + 8)], [0, 7, 8, 0]);
    bytes.all[8192] = 3;
    assert.deepEqual([...memory.read(pfn << 12n, 1)], [3]);
  });

  it('are the same for a page as long as it is pinned', () => {
    const { pages, borrowed } = frames();
    const bytes = new Bytes();
    const pfn = borrowed.pin(bytes, 0n);
    assert.equal(borrowed.pin(bytes, 0n), pfn);
    assert.notEqual(borrowed.pin(new Bytes(), 0n), pfn);
    assert.equal(pages.pinCount(pfn), 2);
    assert.equal(borrowed.physical(bytes, 9n), (pfn << 12n) + 9n);
    assert.equal(borrowed.physical(bytes, PAGE), undefined);
  });

  it('are pieces of one where pages are huge', () => {
    const { borrowed } = frames();
    const bytes = new Bytes(true);
    const pfn = borrowed.pin(bytes, 0x20_0000n + 3n * PAGE);
    assert.equal(borrowed.pin(bytes, 0x20_0000n), pfn - 3n);
  });

  it('keep what they held when the memory goes, and no other has it', () => {
    const { memory, pages, borrowed } = frames();
    const bytes = new Bytes();
    bytes.all.fill(9, 0, 4096);
    const pfn = borrowed.pin(bytes, 0n);
    assert.equal(borrowed.leave(bytes, 0n, PAGE), 1);
    bytes.all.fill(1);
    assert.deepEqual([...memory.read(pfn << 12n, 2)], [9, 9]);
    memory.write(pfn << 12n, Uint8Array.of(4));
    assert.equal(bytes.all[0], 1);
    assert.deepEqual([...memory.read(pfn << 12n, 2)], [4, 9]);
    assert.notEqual(borrowed.pin(bytes, 0n), pfn);
    pages.unpinPages([pfn]);
    borrowed.sweep(true);
    assert.equal(pages.inUse, 1);
  });

  it('go back where nothing is pinned', () => {
    const { pages, borrowed } = frames();
    const [bytes, huge] = [new Bytes(), new Bytes(true)];
    const pins = [borrowed.pin(bytes, 0n), borrowed.pin(bytes, PAGE), borrowed.pin(huge, 0n)];
    assert.equal(pages.inUse, 2 + 512);
    pages.unpinPages(pins.slice(1));
    borrowed.sweep(false);
    assert.equal(pages.inUse, 2 + 512);
    borrowed.sweep(true);
    assert.equal(pages.inUse, 1);
    assert.ok(borrowed.has(bytes) && !borrowed.has(huge));
    assert.equal(borrowed.leave(bytes, PAGE, 2n * PAGE), 0);
  });
});
