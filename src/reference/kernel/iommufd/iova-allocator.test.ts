import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { ULONG_MAX } from '../lib/math.ts';
import type { Range } from '../lib/range-counts.ts';
import { AllowedIovas } from './allowed-iovas.ts';
import { IovaAllocator } from './iova-allocator.ts';
import type { PlaceRequest } from './iova-allocator.ts';

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
  const areas: Range[] = [];
  const allocator = new IovaAllocator({ ...empty, areas: () => areas });
  equal(allocator.place(request(PAGE, PAGE)), PAGE);
  areas.push({ first: 0n, last: 0x2388n });
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

const SPACE = 0x80_0000n;

/** By definition: each hole in turn. */
function firstFit(holes: readonly Range[], { address, length, allowed }: PlaceRequest): bigint {
  const wanted = 2n ** BigInt((length - 1n).toString(2).length - (length === 1n ? 1 : 0));
  const candidates = [wanted, 0x20_0000n, ...(address === 0n ? [] : [address & -address])];
  const alignment = candidates.reduce((a, b) => (a < b ? a : b));
  const fit = ({ first, last }: Range): bigint | undefined => {
    const start = (((first + alignment - 1n) / alignment) * alignment) | (address % PAGE);
    return start < last && start + length - 1n <= last ? start : undefined;
  };
  for (const range of allowed) {
    const from = fit(range);
    for (const hole of from === undefined ? [] : holes) {
      const [first, last] = [max(hole.first, from ?? 0n), min(hole.last, range.last)];
      const iova = first <= last ? fit({ first, last }) : undefined;
      if (iova !== undefined) return iova;
    }
  }
  return -1n;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Ends that are whole pages, or any: `ends` are fractions of the space, in ascending order. */
function rangesOf(ends: readonly number[], unit: bigint): Range[] {
  const points = [...new Set(ends)].sort((a, b) => a - b).map((end) => BigInt(end) * unit);
  return points.flatMap((first, index) => {
    const next = points[index + 1];
    return index % 2 === 1 || next === undefined ? [] : [{ first, last: next - 1n }];
  });
}

const PAGES = Number(SPACE / PAGE);
const units = fc.constantFrom(PAGE, PAGE, PAGE / 2n, 8n);
const ends = (most: number) => fc.array(fc.nat(PAGES - 1), { maxLength: most });
const wishes = fc.record({
  page: fc.nat(1024).map(BigInt),
  offset: fc.constantFrom(0n, 0n, 0x138n, 0x800n, 1n),
  length: fc.oneof(
    fc.nat(9).map((pages) => BigInt(pages + 1) * PAGE),
    fc.nat(0x5000).map((bytes) => BigInt(bytes + 1)),
  ),
  forget: fc.boolean(),
});

test('it finds what a look at each hole finds, whatever is mapped and unmapped', () => {
  fc.assert(
    fc.property(
      ends(60),
      units,
      ends(6),
      fc.array(wishes, { maxLength: 20 }),
      (usedEnds, unit, allowedEnds, wanted) => {
        const used = rangesOf(usedEnds, unit);
        const allowed = allowedEnds.length < 2 ? everywhere : rangesOf(allowedEnds, PAGE);
        const allocator = new IovaAllocator({
          usable: () => [{ first: 0n, last: SPACE - 1n }],
          areas: () => [...used].sort((a, b) => (a.first < b.first ? -1 : 1)),
        });
        for (const { page, offset, length, forget } of wanted) {
          const asked = { ...request(page * PAGE + offset, length), allowed };
          const expected = firstFit(holesBetween(used), asked);
          const placed = allocator.place(asked);
          equal(placed, expected === -1n ? 'ENOSPC' : expected);
          if (typeof placed === 'bigint') {
            const range = { first: placed, last: placed + length - 1n };
            used.push(range);
            allocator.occupy(range);
          }
          const gone = forget ? used.shift() : undefined;
          if (gone) allocator.release(gone);
        }
      },
    ),
    { numRuns: 300 },
  );
});

function holesBetween(used: readonly Range[]): Range[] {
  const holes: Range[] = [];
  let first = 0n;
  for (const range of [...used].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    if (range.first > first) holes.push({ first, last: range.first - 1n });
    first = range.last + 1n;
  }
  if (first < SPACE) holes.push({ first, last: SPACE - 1n });
  return holes;
}
