import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { MockDomain, mockFormat, mockHugeFormat } from './mock-domain.ts';

const READ_WRITE = { read: true, write: true };
const FIRST = 0x100_0000n;
const MIB = 0x10_0000n;

describe('a mock domain', () => {
  it('has pages of 2 KiB and the aperture of the selftest driver', () => {
    const domain = new MockDomain();
    assert.deepEqual(domain.geometry, { first: FIRST, last: 0x7fff_ffffn });
    assert.equal(domain.pageSizes, (2n << 36n) - 2048n);
    assert.equal(new MockDomain(mockHugeFormat).pageSizes, 4096n | MIB);
  });

  it('resolves each byte of what is mapped', () => {
    const domain = new MockDomain();
    domain.map(FIRST, 0x1_0000_0800n, 4096n, READ_WRITE);
    assert.equal(domain.iovaToPhys(FIRST + 2049n), 0x1_0000_1001n);
    assert.equal(domain.iovaToPhys(FIRST + 4096n), undefined);
    assert.equal(domain.iovaToPhys(FIRST - 1n), undefined);
    domain.unmap(FIRST, 2048n);
    assert.equal(domain.iovaToPhys(FIRST), undefined);
    assert.equal(domain.iovaToPhys(FIRST + 2048n), 0x1_0000_1000n);
  });

  it('makes huge entries where they fit, which cannot be cut', () => {
    const domain = new MockDomain();
    domain.map(FIRST, 0x1_0000_0000n, MIB + 2048n, READ_WRITE);
    assert.throws(() => domain.unmap(FIRST, 2048n), /in part/);
    assert.throws(() => domain.unmap(FIRST + MIB - 2048n, 4096n), /in part/);
    domain.unmap(FIRST, 2n * MIB);
    domain.map(FIRST, 0x1_0000_0000n, MIB, READ_WRITE, 2048n);
    domain.unmap(FIRST, 2048n);
    assert.equal(domain.iovaToPhys(FIRST + 2048n), 0x1_0000_0800n);
  });

  it('has no entries without rights', () => {
    const domain = new MockDomain();
    const none = { read: false, write: false };
    assert.equal(domain.map(FIRST, 0x1_0000_0000n, 2048n, none), 'EINVAL');
    assert.equal(domain.iovaToPhys(FIRST), undefined);
  });

  it('refuses to be misused', () => {
    const domain = new MockDomain();
    domain.map(FIRST, 0n, 4096n, READ_WRITE);
    assert.throws(() => domain.map(FIRST + 2048n, 0n, 2048n, READ_WRITE), /mapped already/);
    assert.throws(() => domain.map(FIRST - 2048n, 0n, 2048n, READ_WRITE), /outside/);
    assert.throws(() => domain.unmap(FIRST, 1024n), /not made of pages/);
    assert.throws(() => domain.free(), /with mappings/);
  });

  it('is dirty by entries, and clean again where a whole one was told', () => {
    const domain = new MockDomain(mockFormat, true);
    domain.map(FIRST, 0x1_0000_0000n, MIB, READ_WRITE);
    domain.map(FIRST + MIB, 0x2_0000_0800n, 4096n, READ_WRITE);
    for (const offset of [5n, MIB + 2048n, MIB + 8192n]) domain.setDirty(FIRST + offset);
    const told = (first: bigint, last: bigint, clear = true) => {
      const pieces: (readonly [bigint, bigint])[] = [];
      const visit = (from: bigint, to: bigint) => {
        pieces.push([from - FIRST, to - FIRST]);
        return clear;
      };
      domain.dirtyTracking?.read(FIRST + first, FIRST + last, visit);
      return pieces;
    };
    const huge = [0n, MIB - 1n];
    const small = [MIB + 2048n, MIB + 4095n];
    assert.deepEqual(told(4096n, 8191n), [[4096n, 8191n]]);
    assert.deepEqual(told(0n, MIB + 8191n, false), [huge, small]);
    assert.deepEqual(told(4096n, MIB + 8191n), [[4096n, MIB - 1n], small]);
    assert.deepEqual(told(0n, MIB + 8191n), [huge]);
    assert.deepEqual(told(0n, MIB + 8191n), []);
  });
});
