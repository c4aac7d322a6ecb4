import assert from 'node:assert/strict';
import { test } from 'node:test';

import { array, flex, overlay, struct, u16, u32, u64, u8, union } from './codec.ts';
import { IOMMU_IOAS_MAP } from '#uapi/iommufd/ioas.ts';

test('a 64-bit field is aligned to 8, and the struct is padded to its strictest member', () => {
  const padded = struct('padded', { a: u8, b: u64, c: u16 });
  assert.deepEqual(
    padded.fields.map(({ offset }) => offset),
    [0, 8, 16],
  );
  assert.equal(padded.size, 24);
});

test('an overlay stands where the field before it stands', () => {
  const overlaid = struct('overlaid', { a: u32, in: u32, out: overlay(u32), tail: array(u8, 3) });
  assert.deepEqual(
    overlaid.fields.map(({ offset }) => offset),
    [0, 4, 4, 8],
  );
});

test('a union encodes the member that is set', () => {
  const either = union('either', { small: struct('small', { x: u8 }), large: u64 });
  assert.deepEqual([...either.pack({ small: { x: 7 } })], [7, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(either.unpack(either.pack({ large: 258n })).small.x, 2);
});

test('bytes missing at the end read as zero', () => {
  assert.deepEqual(struct('pair', { a: u32, b: u32 }).unpack(Uint8Array.of(1, 0, 0, 0)), {
    a: 1,
    b: 0,
  });
});

test('a command ends at its last mandatory field', () => {
  assert.equal(IOMMU_IOAS_MAP.request, 0x3b85);
  assert.equal(IOMMU_IOAS_MAP.minSize, 40);
});

test('a flexible array counts nothing towards the size and holds what follows', () => {
  const counted = struct('counted', { count: u32, values: flex(u16) });
  assert.equal(counted.size, 4);
  const bytes = counted.pack({ count: 2, values: [1, 258] });
  assert.deepEqual([...bytes], [2, 0, 0, 0, 1, 0, 2, 1]);
  assert.deepEqual(counted.unpack(bytes), { count: 2, values: [1, 258] });
  assert.deepEqual(counted.unpack(Uint8Array.of(9)), { count: 9, values: [] });
});
