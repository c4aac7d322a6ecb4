import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';

import { ULONG_MAX } from '../lib/math.ts';
import { AllowedIovas } from './allowed-iovas.ts';
import { IovaAllocator } from './iova-allocator.ts';

const everywhere = [...new AllowedIovas().spans()];
const PAGE = 0x1000n;
const empty = { usable: () => [{ first: 0n, last: ULONG_MAX }], areas: () => [] };

function request(address: bigint, length: bigint, allowed = everywhere) {
  return { address, length, iovaAlignment: 1n, allowed };
}

test('the first map of an empty space keeps the offset in its page', () => {
  const allocator = new IovaAllocator(empty);
  equal(allocator.place(request(0x7000_0138n, 100n)), 0x1138n);
});

test('a hole that begins in the middle of a page does not give the offset of the memory', () => {
  const allocator = new IovaAllocator(empty);
  equal(allocator.place(request(PAGE, PAGE)), PAGE);
  allocator.occupy({ first: 0n, last: 0x2388n });
  equal(allocator.place(request(0x7000_0138n, 0x10n)), 0x23b8n);
});

test('it is aligned like the memory, up to a huge page', () => {
  const allocator = new IovaAllocator(empty);
  equal(allocator.place(request(0x4000_0000n, 0x1_0000n)), 0x1_0000n);
  equal(allocator.place(request(0x4000_0000n, 0x40_0000n)), 0x20_0000n);
  equal(allocator.place(request(0n, 0x3000n)), 0x4000n);
  equal(allocator.place({ ...request(0x801n, PAGE), iovaAlignment: 2048n }), 'EINVAL');
});

test('the lowest hole is taken, and holes join when they are free again', () => {
  const allocator = new IovaAllocator(empty);
  allocator.place(request(PAGE, PAGE));
  allocator.occupy({ first: 0n, last: 0xffffn });
  allocator.release({ first: 0x4000n, last: 0x4fffn });
  equal(allocator.place(request(PAGE, PAGE)), 0x4000n);
  equal(allocator.place(request(PAGE, 2n * PAGE)), 0x1_0000n);
  allocator.release({ first: 0x5000n, last: 0x5fffn });
  equal(allocator.place(request(PAGE, 2n * PAGE)), 0x4000n);
});

test('nothing wraps at the end of the address space', () => {
  const usable = () => [{ first: ULONG_MAX - 0xf_ffffn, last: ULONG_MAX }];
  const allocator = new IovaAllocator({ ...empty, usable });
  equal(allocator.place(request(0x20_0000n, 0x20_0000n)), 'ENOSPC');
  equal(allocator.place(request(0n, ULONG_MAX / 2n)), 'EOVERFLOW');
});

test('allowed ranges that touch are one, and nothing lies outside', () => {
  const allowed = new AllowedIovas();
  equal(allowed.add({ first: 0x2_0000n, last: 0x2_ffffn }), true);
  equal(allowed.add({ first: 0x1_0000n, last: 0x1_ffffn }), true);
  equal(allowed.add({ first: 0x2_ffffn, last: 0x3_0000n }), false);
  deepEqual([...allowed.spans()], [{ first: 0x1_0000n, last: 0x2_ffffn }]);
  const allocator = new IovaAllocator(empty);
  equal(allocator.place(request(PAGE, 0x1_8000n, [...allowed.spans()])), 0x1_0000n);
  equal(allocator.place(request(PAGE, 0x2_1000n, [...allowed.spans()])), 'ENOSPC');
});

test('the first automatic map finds what was reserved and mapped before', () => {
  const allocator = new IovaAllocator({
    usable: () => [{ first: 0x8000n, last: ULONG_MAX }],
    areas: () => [
      { first: 0x8000n, last: 0x8fffn },
      { first: 0xa000n, last: 0xafffn },
    ],
  });
  equal(allocator.place(request(PAGE, PAGE)), 0x9000n);
  equal(allocator.place(request(PAGE, 2n * PAGE)), 0xb000n);
});
