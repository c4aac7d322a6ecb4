import { deepEqual, equal, notDeepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { FreeFrames, type Order } from './free-frames.ts';
import { MemoryLayout } from './memory-layout.ts';
import type { Pfn } from './user-memory.ts';

const FIRST = 0x10_0000n;

function frames(layout: number, blocks = 64n): FreeFrames {
  return new FreeFrames(FIRST, blocks * 512n, new MemoryLayout(layout));
}

function take(free: FreeFrames, count: number, order: Order = 0): Pfn[] {
  return Array.from({ length: count }, () => free.take(order) ?? -1n);
}

/** How often a page lies right behind the one before it. */
function contiguity(pages: readonly Pfn[]): number {
  return pages.filter((page, index) => index > 0 && page === (pages[index - 1] ?? 0n) + 1n).length;
}

test('a machine that was just booted gives one page after the other, and again what it got back last', () => {
  const free = frames(0);
  deepEqual(take(free, 3), [FIRST, FIRST + 1n, FIRST + 2n]);
  free.release(FIRST + 1n, 0);
  free.release(FIRST, 0);
  deepEqual(take(free, 3), [FIRST, FIRST + 1n, FIRST + 3n]);
});

test('layouts differ in how many pages lie behind each other', () => {
  const neighbours = (layout: number): number => contiguity(take(frames(layout), 512));
  equal(neighbours(0), 511);
  equal(neighbours(1), 511);
  ok(neighbours(2) < 10, 'none but by chance');
  ok(neighbours(4) >= 256 && neighbours(4) < 300, 'pairs');
  ok(neighbours(6) >= 480 && neighbours(6) < 511, 'runs of 16');
  equal(neighbours(8), 0, 'downwards');
});

test('an odd layout uses memory that was given back as late as it can', () => {
  for (const layout of [1, 3, 5, 7]) {
    const free = frames(layout);
    const used = take(free, 100);
    for (const page of used) free.release(page, 0);
    const next = take(free, 100);
    ok(!next.some((page) => used.includes(page)), `layout ${layout}`);
    const [block] = take(free, 1, 9);
    free.release(block ?? 0n, 9);
    ok(!take(free, 60, 9).includes(block ?? 0n), `layout ${layout}`);
  }
});

test('an even one uses it again at once', () => {
  for (const layout of [0, 2, 4, 6]) {
    const free = frames(layout);
    const [page = 0n] = take(free, 7).slice(3);
    free.release(page, 0);
    deepEqual(take(free, 1), [page], `layout ${layout}`);
  }
});

test('two layouts of one kind differ, and one is the same each time', () => {
  deepEqual(take(frames(2), 20), take(frames(2), 20));
  notDeepEqual(take(frames(2), 20), take(frames(18), 20));
});

const action = fc.record({ order: fc.constantFrom<Order[]>(0, 0, 0, 9), back: fc.nat(400) });

test('with any layout each frame has one owner, and none is lost', () => {
  const blocks = 5n;
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.array(action, { maxLength: 200 }), (layout, actions) => {
      const free = frames(layout, blocks);
      const owned = new Map<Pfn, Order>();
      for (const { order, back } of actions) {
        const pfn = free.take(order);
        if (pfn !== undefined) owned.set(pfn, order);
        const [given] = [...owned.keys()].slice(back);
        if (given === undefined) continue;
        free.release(given, owned.get(given) ?? 0);
        owned.delete(given);
      }
      for (const [pfn, order] of owned) free.release(pfn, order);
      const all = take(free, 512 * Number(blocks)).sort((a, b) => (a < b ? -1 : 1));
      deepEqual(
        all,
        Array.from({ length: all.length }, (_, index) => FIRST + BigInt(index)),
      );
      equal(free.take(0), undefined);
    }),
    { numRuns: 30 },
  );
});
