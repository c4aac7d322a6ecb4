import assert from 'node:assert/strict';
import { openSync, fstatSync, closeSync } from 'node:fs';
import { describe, it } from 'node:test';

import { fileKeyOf, findVma, parseMaps, VmaList } from './vmas.ts';

const text = `55d0c0000000-55d0c0002000 r--p 00000000 fe:01 1234                       /usr/bin/a b
7f0000000000-7f0000001000 rw-s 00003000 00:01 77                         /memfd:x (deleted)
7f0000001000-7f0000003000 ---p 00000000 00:00 0
`;

describe('the map of a process', () => {
  it('is read line by line', () => {
    const [first, second, third, ...rest] = parseMaps(text);
    assert.deepEqual(rest, []);
    assert.deepEqual(first, {
      start: 0x55d0_c000_0000n,
      end: 0x55d0_c000_2000n,
      readable: true,
      writable: false,
      executable: false,
      shared: false,
      offset: 0n,
      file: '254:1:1234',
      path: '/usr/bin/a b',
    });
    assert.equal(second?.shared, true);
    assert.equal(second?.offset, 0x3000n);
    assert.equal(second?.path, '/memfd:x (deleted)');
    assert.equal(third?.readable, false);
  });

  it('is searched by address, to the byte', () => {
    const vmas = parseMaps(text);
    const pathAt = (address: bigint): string | undefined => findVma(vmas, address)?.path;
    assert.equal(pathAt(0x7f00_0000_0000n - 1n), undefined);
    assert.equal(pathAt(0x7f00_0000_0000n), '/memfd:x (deleted)');
    assert.equal(pathAt(0x7f00_0000_1000n - 1n), '/memfd:x (deleted)');
    assert.equal(pathAt(0x7f00_0000_1000n), '');
    assert.equal(pathAt(0x7f00_0000_3000n), undefined);
  });

  it('names a file as stat() does', () => {
    assert.equal(fileKeyOf({ dev: 0xfe01n, ino: 1234n }), '254:1:1234');
    const own = new VmaList(process.pid);
    const fd = openSync(process.execPath, 'r');
    const key = fileKeyOf(fstatSync(fd, { bigint: true }));
    closeSync(fd);
    assert.ok(own.now.some(({ file }) => file === key));
    assert.equal(own.isGone, false);
    own.close();
  });
});
