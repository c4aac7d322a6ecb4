import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';

import { isErrno } from '../lib/errno.ts';
import { Machine } from '../../machine/machine.ts';
import { IovaBitmap } from './iova-bitmap.ts';

const PAGE = 4096n;
const IOVA = 0x1_0000_0000n;
/** Two windows, and a bit more. */
const MANY_PAGES = 1026n;

/** A process with memory for a bitmap. */
function withMemory(length: bigint, protection = PROT_READ | PROT_WRITE) {
  const machine = new Machine();
  const task = machine.newTask();
  const flags = MAP_PRIVATE | MAP_ANONYMOUS;
  const memory = task.memory.mmap({ address: 0n, length, protection, flags, offset: 0n });
  assert.ok(!isErrno(memory));
  const bytes = (from: bigint, count: number) => task.memory.load(memory + from, count);
  return { kernel: machine.kernel, task, memory, bytes };
}

describe('a bitmap of IOVAs', () => {
  it('sets the bits of what it is told and no others', () => {
    const piece = fc.record({ first: fc.nat(799), count: fc.integer({ min: 1, max: 90 }) });
    const pieces = fc.array(piece, { maxLength: 6 });
    const { kernel, task, memory, bytes } = withMemory(2n * PAGE);
    fc.assert(
      fc.property(
        pieces,
        fc.nat(120),
        fc.constantFrom(2048n, PAGE, 12288n),
        (told, at, pageSize) => {
          task.memory.store(memory, new Uint8Array(Number(2n * PAGE)));
          const [bits, bytesPerBit] = [800, pageSize === 2048n ? 2048n : PAGE];
          const address = memory + PAGE - BigInt(at);
          const length = BigInt(bits) * bytesPerBit;
          const bitmap = new IovaBitmap(kernel, { task, iova: IOVA, length, pageSize, address });
          const expected = new Uint8Array(bits / 8);
          for (const { first, count } of told) {
            const last = Math.min(first + count, bits) - 1;
            assert.ok(bitmap.set(iovaOf(first, bytesPerBit), iovaOf(last + 1, bytesPerBit) - 1n));
            for (let bit = first; bit <= last; bit++) {
              expected[bit >> 3] = (expected[bit >> 3] ?? 0) | (1 << (bit & 7));
            }
          }
          bitmap.free();
          assert.deepEqual(bytes(PAGE - BigInt(at), bits / 8), expected);
          assert.deepEqual(bytes(0n, Number(PAGE) - at), new Uint8Array(Number(PAGE) - at));
        },
      ),
    );
  });

  it('moves its window, forth and back', () => {
    const { kernel, task, memory, bytes } = withMemory(MANY_PAGES * PAGE);
    const [pageSize, length] = [PAGE, MANY_PAGES * 8n * PAGE * PAGE];
    const bitmap = new IovaBitmap(kernel, { task, iova: 0n, length, pageSize, address: memory });
    const bitsPerWindow = 512n * 8n * PAGE;
    for (const bit of [bitsPerWindow - 1n, 2n * bitsPerWindow, 0n]) {
      assert.ok(bitmap.set(bit * PAGE, (bit + 2n) * PAGE - 1n));
    }
    bitmap.free();
    assert.deepEqual(bytes(512n * PAGE - 1n, 2), Uint8Array.of(0x80, 1));
    assert.deepEqual(bytes(1024n * PAGE, 1), Uint8Array.of(3));
    assert.deepEqual(bytes(0n, 1), Uint8Array.of(3));
  });

  it('says where there is no memory for a bit, and pins nothing without one', () => {
    for (const protection of [PROT_READ, PROT_READ | PROT_WRITE]) {
      const { kernel, task, memory } = withMemory(PAGE, protection);
      const { inUse } = kernel.pages;
      const [pageSize, length, iova] = [PAGE, 16n * PAGE, IOVA];
      const address = memory + PAGE - 1n;
      const bitmap = new IovaBitmap(kernel, { task, iova, length, pageSize, address });
      assert.equal(kernel.pages.inUse, inUse);
      assert.equal(bitmap.set(IOVA, IOVA + 8n * PAGE - 1n), protection !== PROT_READ);
      assert.equal(bitmap.set(IOVA + 8n * PAGE, IOVA + 9n * PAGE - 1n), false);
      bitmap.free();
    }
  });
});

function iovaOf(bit: number, bytesPerBit: bigint): bigint {
  return IOVA + BigInt(bit) * bytesPerBit;
}
