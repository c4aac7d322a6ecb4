import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import {
  answerFlags,
  encode,
  HEADER_SIZE,
  operations,
  RequestReader,
  TEXT_LIMIT,
} from './messages.ts';

const wire = readFileSync(join(__dirname, 'native', 'preload', 'wire.h'), 'utf8');

function request(operation: number, text = '', size = HEADER_SIZE + text.length): Buffer {
  const bytes = Buffer.alloc(HEADER_SIZE + text.length);
  bytes.writeUInt32LE(size, 0);
  bytes.writeUInt32LE(operation, 4);
  bytes.writeInt32LE(-1, 8);
  bytes.writeInt32LE(7, 12);
  bytes.writeBigUInt64LE(0x1234_5678_9abc_def0n, 16);
  bytes.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 64);
  bytes.write(text, HEADER_SIZE, 'latin1');
  return bytes;
}

describe('messages', () => {
  it('are numbered as in the header of the native part', () => {
    const [, body = ''] = /enum operation \{([^}]*)\}/.exec(wire) ?? [];
    const names = body.replace(/\/\*.*?\*\//gs, '').match(/\b[A-Z_]+\b/g);
    assert.deepEqual(names, operations.slice(1));
  });

  it('have the flags of the header', () => {
    const [, body = ''] = /enum answer_flag \{([^}]*)\}/.exec(wire) ?? [];
    const values = [...body.matchAll(/\b[A-Z_]+ = (\d+)/g)].map(([, value]) => Number(value));
    assert.deepEqual(values, Object.values(answerFlags));
    assert.match(wire, new RegExp(`#define TEXT_LIMIT ${TEXT_LIMIT}\n`));
  });

  it('are cut out of what comes in any pieces', () => {
    const stream = Buffer.concat([request(3, '/dev/iommu'), request(4), request(5)]);
    for (const piece of [1, 7, HEADER_SIZE, stream.length]) {
      const reader = new RequestReader();
      const seen = [];
      for (let at = 0; at < stream.length; at += piece)
        seen.push(...reader.read(stream.subarray(at, at + piece)));
      assert.deepEqual(
        seen.map(({ operation, text }) => [operation, text]),
        [
          ['OPEN', '/dev/iommu'],
          ['IOCTL', ''],
          ['READ', ''],
        ],
      );
      assert.equal(seen[0]?.fd, -1);
      assert.equal(seen[0]?.newFd, 7);
      assert.equal(seen[0]?.inode, 0x1234_5678_9abc_def0n);
      assert.equal(seen[0]?.arguments[4], 0xffff_ffff_ffff_ffffn);
    }
  });

  it('are refused where they are none', () => {
    const bad = [
      request(0),
      request(99),
      request(3, '', HEADER_SIZE - 1),
      request(3, '', HEADER_SIZE + TEXT_LIMIT + 1),
    ];
    for (const bytes of bad) assert.throws(() => [...new RequestReader().read(bytes)], RangeError);
  });

  it('have a text up to its zero, as C has it', () => {
    const [only] = new RequestReader().read(request(3, '/dev\0iommu'));
    assert.equal(only?.text, '/dev');
  });

  it('answer with a result as in a register, and a text', () => {
    const bytes = encode({ result: -17, flags: 5, text: Buffer.from('ab') });
    assert.deepEqual(
      [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readBigInt64LE(8)],
      [2, 5, -17n],
    );
    assert.equal(bytes.toString('latin1', 16), 'ab');
  });
});
