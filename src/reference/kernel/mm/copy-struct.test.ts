import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';

import { copyStructFromUser } from './copy-struct.ts';
import type { UserMemory } from './user-memory.ts';

const sizes = { minSize: 8, size: 12 };
const MEMORY_SIZE = 0x1008;

/** The memory of a process: `bytes` and then zeros, up to the end of a page and a bit. */
function memoryOf(bytes: readonly number[]): UserMemory {
  const memory = new Uint8Array(MEMORY_SIZE);
  memory.set(bytes);
  const copyFromUser = (address: bigint, length: number): Uint8Array | 'EFAULT' => {
    const first = Number(address);
    return first + length > MEMORY_SIZE ? 'EFAULT' : memory.slice(first, first + length);
  };
  return { copyFromUser } as UserMemory;
}

test('a struct below the minimum is refused before its end is read', () => {
  equal(copyStructFromUser(memoryOf([7, 0, 0, 0, 0xff]), 0n, sizes), 'EINVAL');
});

test('what is missing at the end is zero', () => {
  const bytes = copyStructFromUser(memoryOf([8, 0, 0, 0, 1, 2, 3, 4, 9, 9]), 0n, sizes);
  deepEqual(bytes, Uint8Array.of(8, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0));
});

test('an end that is longer than known must be zero, as far as it can be read', () => {
  const head = [16, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
  deepEqual(copyStructFromUser(memoryOf(head), 0n, sizes), Uint8Array.from(head));
  equal(copyStructFromUser(memoryOf([...head, 0, 0, 0, 1]), 0n, sizes), 'E2BIG');
  const long = [0, 0x20, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
  equal(copyStructFromUser(memoryOf(long), 0n, sizes), 'EFAULT');
  equal(copyStructFromUser(memoryOf([...long, 1]), 0n, sizes), 'E2BIG');
});
