import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { RandomNumbers } from '../kernel/lib/random-numbers.ts';
import { PageMap } from './page-map.ts';

describe('a map by pages', () => {
  it('does what a plain map does', () => {
    const numbers = new RandomNumbers(7);
    const [map, plain] = [new PageMap<number>(), new Map<number, number>()];
    const page = (): number =>
      numbers.below(2)
        ? numbers.below(300)
        : 2 ** 40 + numbers.below(2) * 2 ** 51 + numbers.below(80);
    const seen = new Set<number>();
    for (let step = 0; step < 20_000; step += 1) {
      const first = page();
      seen.add(first);
      if (numbers.below(5) > 0) {
        map.set(first, step);
        plain.set(first, step);
        continue;
      }
      const last = first + (numbers.below(4) ? numbers.below(100) : 2 ** 52);
      map.delete(first, last);
      for (const each of plain.keys()) if (first <= each && each <= last) plain.delete(each);
      for (const each of seen) assert.equal(map.get(each), plain.get(each), `page ${each}`);
    }
  });

  it('has nothing at first, and nothing beside what it has', () => {
    const map = new PageMap<string>();
    assert.ok(map.isUnused);
    assert.equal(map.get(0), undefined);
    map.delete(0, 10);
    map.set(31, 'last');
    map.set(32, 'first');
    map.delete(31, 31);
    assert.deepEqual(
      [30, 31, 32, 33].map((page) => map.get(page)),
      [undefined, undefined, 'first', undefined],
    );
  });
});
