import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { privateRanges } from './private-ranges.ts';
import { parseMaps } from './vmas.ts';

const maps = parseMaps(`10000-14000 rw-p 00000000 00:00 0
14000-16000 rw-s 00000000 00:01 7 /memfd:guest (deleted)
16000-18000 rwxp 00000000 00:00 0
18000-19000 r--p 00000000 00:00 0
19000-1a000 rw-p 00000000 08:01 9 /usr/bin/program
4000000-4021000 rw-p 00000000 00:00 0
4021000-8000000 ---p 00000000 00:00 0
7ff000000-7ff021000 rw-p 00000000 00:00 0 [stack]
`);

function found(start: number, length: number): readonly string[] {
  return privateRanges(maps, BigInt(start), BigInt(length)).map(
    (each) => `${each.start.toString(16)}-${each.end.toString(16)} ${each.protection}`,
  );
}

describe('private memory that could be a file', () => {
  it('is what a range reaches of it, in whole pages', () => {
    assert.deepEqual(found(0x11010, 0x20), ['11000-12000 3']);
    assert.deepEqual(found(0x12000, 0x5000), ['12000-14000 3', '16000-17000 7']);
  });

  it('is neither shared, nor of a file, nor read-only, nor a stack', () => {
    assert.deepEqual(found(0x14000, 0x2000), []);
    assert.deepEqual(found(0x18000, 0x2000), []);
    assert.deepEqual(found(0x7ff000000, 0x1000), []);
  });

  it("is none of glibc's arenas, whose free parts have to be zeros", () => {
    assert.deepEqual(found(0x4000000, 0x1000), []);
  });

  it('is nothing where a part of the range is not mapped', () => {
    assert.deepEqual(found(0x10000, 0x10000000), []);
    assert.deepEqual(found(0x8000, 0x9000), []);
    assert.deepEqual(found(0x10000, 0), []);
  });
});
