import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';

import { AreaTree, IoptArea } from './area.ts';
import type { IoptPages } from './pages.ts';

const pages = undefined as unknown as IoptPages;

function area(first: bigint, length: bigint, startByte = 0n): IoptArea {
  return new IoptArea(first, { pages, startByte, length }, { read: true, write: true });
}

test('the lowest area that shares a byte with a range is found', () => {
  const tree = new AreaTree();
  const low = area(0x1000n, 0x1000n);
  const high = area(0x4000n, 0x2000n);
  tree.insert(high);
  tree.insert(low);
  equal(tree.intersecting(0n, 0xfffn), undefined);
  equal(tree.intersecting(0n, 0x1000n), low);
  equal(tree.intersecting(0x1fffn, 0x9000n), low);
  equal(tree.intersecting(0x2000n, 0x3fffn), undefined);
  equal(tree.intersecting(0x2000n, 0x4000n), high);
  equal(tree.intersecting(0x5fffn, 0x5fffn), high);
  equal(tree.intersecting(0x6000n, 0x9000n), undefined);
});

test('contiguous areas end at the first hole', () => {
  const tree = new AreaTree();
  const areas = [area(0x1000n, 0x1000n), area(0x2000n, 0x800n), area(0x2800n, 0x800n)];
  for (const each of [...areas, area(0x4000n, 0x1000n)]) tree.insert(each);
  deepEqual([...tree.contiguous(0x1800n, 0x4800n)], areas);
  deepEqual([...tree.contiguous(0x3000n, 0x4800n)], []);
});

test('a page of an area that begins and ends inside pages', () => {
  const part = area(0x10_0800n, 0x1800n, 0x1c00n);
  deepEqual([part.indexAt(part.first), part.indexAt(part.last)], [1, 3]);
  deepEqual([part.iovaOf(1), part.lastIovaOf(1)], [0x10_0800n, 0x10_0bffn]);
  deepEqual([part.iovaOf(2), part.lastIovaOf(2)], [0x10_0c00n, 0x10_1bffn]);
  deepEqual([part.iovaOf(3), part.lastIovaOf(3)], [0x10_1c00n, 0x10_1fffn]);
});
