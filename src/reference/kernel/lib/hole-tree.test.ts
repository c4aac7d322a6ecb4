import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { HoleTree } from './hole-tree.ts';
import type { Hole } from './hole-tree.ts';

const SIZE = 48;

/** The same as a row of cells. */
class Cells {
  private readonly free = new Array<boolean>(SIZE).fill(false);

  set(first: number, last: number, free: boolean): void {
    this.free.fill(free, first, last + 1);
  }

  holes(): Hole[] {
    const holes: { first: bigint; last: bigint }[] = [];
    this.free.forEach((free, index) => {
      const open = holes.at(-1);
      if (!free) return;
      if (open?.last === BigInt(index - 1)) open.last = BigInt(index);
      else holes.push({ first: BigInt(index), last: BigInt(index) });
    });
    return holes;
  }
}

function ends(hole: Hole | undefined): Hole | undefined {
  return hole && { first: hole.first, last: hole.last };
}

function* allHoles(tree: HoleTree): Generator<Hole> {
  for (let hole = tree.firstAbove(-1n, 1n); hole; hole = tree.firstAbove(hole.first, 1n)) {
    yield { first: hole.first, last: hole.last };
  }
}

const operation = fc.record({
  free: fc.boolean(),
  first: fc.nat(SIZE - 1),
  length: fc.integer({ min: 1, max: 12 }),
});

test('it holds what is free after any sequence of occupy() and release()', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const tree = new HoleTree();
      const cells = new Cells();
      for (const { free, first, length } of operations) {
        const last = Math.min(first + length, SIZE) - 1;
        const range = { first: BigInt(first), last: BigInt(last) };
        tree.occupy(range);
        if (free) tree.release(range);
        cells.set(first, last, free);
        deepEqual([...allHoles(tree)], cells.holes());
      }
    }),
  );
});

test('it finds the lowest hole that is long enough', () => {
  fc.assert(
    fc.property(
      fc.array(operation, { maxLength: 40 }),
      fc.nat(SIZE),
      fc.integer({ min: 1, max: 12 }),
      (operations, from, length) => {
        const tree = new HoleTree();
        for (const { free, first, length: bytes } of operations) {
          const range = { first: BigInt(first), last: BigInt(first + bytes - 1) };
          tree.occupy(range);
          if (free) tree.release(range);
        }
        const expected = [...allHoles(tree)].find(
          (hole) => hole.first > BigInt(from) && hole.last - hole.first + 1n >= BigInt(length),
        );
        deepEqual(ends(tree.firstAbove(BigInt(from), BigInt(length))), expected);
      },
    ),
  );
});

test('it knows the hole that an address is in', () => {
  const tree = new HoleTree();
  tree.release({ first: 10n, last: 19n });
  equal(tree.at(9n), undefined);
  deepEqual(ends(tree.at(10n)), { first: 10n, last: 19n });
  deepEqual(ends(tree.at(19n)), { first: 10n, last: 19n });
  equal(tree.at(20n), undefined);
});
