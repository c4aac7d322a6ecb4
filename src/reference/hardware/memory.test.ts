import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { PhysicalMemory } from './memory.ts';

describe('physical memory', () => {
  it('reads zeros where it was not written, ones where there is none', () => {
    const memory = new PhysicalMemory();
    memory.provide(0x1000n, 0x1000n);
    assert.deepEqual(memory.read(0x0fffn, 3), Uint8Array.of(0xff, 0, 0));
    assert.equal(memory.read64(0x2000n), 0xffff_ffff_ffff_ffffn);
  });

  it('keeps bytes across frames', () => {
    const memory = new PhysicalMemory();
    memory.provide(0x1000n, 0x2000n);
    memory.write(0x1ffen, Uint8Array.of(1, 2, 3, 4));
    assert.deepEqual(memory.read(0x1ffdn, 6), Uint8Array.of(0, 1, 2, 3, 4, 0));
  });

  it('is little endian', () => {
    const memory = new PhysicalMemory();
    memory.provide(0n, 0x1000n);
    memory.write64(8n, 0x0807_0605_0403_0201n);
    assert.deepEqual(memory.read(8n, 8), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    assert.equal(memory.read64(8n), 0x0807_0605_0403_0201n);
  });

  it('forgets and counts what is written to a frame that was withdrawn', () => {
    const memory = new PhysicalMemory();
    memory.provide(0n, 0x1000n);
    memory.write64(0n, 1n);
    memory.withdraw(0n, 0x1000n);
    memory.write64(0n, 2n);
    assert.equal(memory.strayWrites, 1);
    memory.provide(0n, 0x1000n);
    assert.equal(memory.read64(0n), 0n);
  });
});
