import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { RangeCounts } from './range-counts.ts';
import type { Range } from './range-counts.ts';

const SIZE = 32;

const someRange = fc
  .tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1))
  .map(([a, b]) => ({ first: BigInt(Math.min(a, b)), last: BigInt(Math.max(a, b)) }));

function covers(range: Range, point: bigint): boolean {
  return range.first <= point && point <= range.last;
}

function points(ranges: Iterable<Range>): bigint[] {
  const all: bigint[] = [];
  for (const { first, last } of ranges) {
    for (let point = first; point <= last; point++) all.push(point);
  }
  return all;
}

const everyPoint = points([{ first: 0n, last: BigInt(SIZE - 1) }]);

test('gaps() is what no range covers, whatever was added and removed', () => {
  fc.assert(
    fc.property(fc.array(someRange, { maxLength: 12 }), fc.nat(12), (ranges, removed) => {
      const counts = new RangeCounts();
      for (const range of ranges) counts.add(range);
      for (const range of ranges.slice(0, removed)) counts.remove(range);
      const left = ranges.slice(removed);
      const free = everyPoint.filter((point) => !left.some((range) => covers(range, point)));
      deepEqual(points(counts.gaps({ first: 0n, last: BigInt(SIZE - 1) })), free);
    }),
  );
});

test('intersects() is true exactly if one point of the range is covered', () => {
  fc.assert(
    fc.property(fc.array(someRange, { maxLength: 6 }), someRange, (ranges, asked) => {
      const counts = new RangeCounts();
      for (const range of ranges) counts.add(range);
      const expected = ranges.some(
        (range) => range.first <= asked.last && asked.first <= range.last,
      );
      equal(counts.intersects(asked), expected);
    }),
  );
});

test('add() and remove() tell what changed', () => {
  const counts = new RangeCounts();
  deepEqual(counts.add({ first: 10n, last: 19n }), [{ first: 10n, last: 19n }]);
  deepEqual(points(counts.add({ first: 8n, last: 12n })), [8n, 9n]);
  deepEqual(points(counts.remove({ first: 10n, last: 19n })), points([{ first: 13n, last: 19n }]));
});
