import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { MachineDescription } from './machine-description.ts';
import { iommuKind, placeOf, placesOf } from './places.ts';

const features = ['device', 'hwpt-alloc', 'test-cmd'] as const;

function machine(
  name: string,
  iommu: MachineDescription['iommus'][number],
  offered: MachineDescription['features'] = features,
): ReturnType<typeof placeOf> {
  return placeOf({ name, features: offered, iommus: [iommu], devices: [] });
}

const offered = [
  machine('first', { name: 'a', model: 'vt-d' }),
  machine('second', { name: 'a', model: 'vt-d', nesting: true }),
  machine('scalable', { name: 'a', model: 'vt-d', scalable: true }),
  machine('first stage', { name: 'a', model: 'vt-d', scalable: true, firstStage: true }),
  machine('amd', { name: 'a', model: 'amd' }, ['device']),
];

const names = (needs: Parameters<typeof placesOf>[0]): string[] =>
  placesOf(needs, offered).map(({ name }) => name);

test('what looks at a device runs on the first machine of each kind of IOMMU', () => {
  assert.deepEqual(names(['device']), ['first', 'scalable', 'first stage', 'amd']);
  assert.deepEqual(names(['hwpt-alloc']), ['first', 'scalable', 'first stage']);
});

test('anything else runs once', () => {
  assert.deepEqual(names([]), ['first']);
  assert.deepEqual(names(['test-cmd', 'hwpt-alloc']), ['first']);
});

test('nothing runs where no machine has what it needs', () => {
  assert.deepEqual(names(['dma']), []);
});

test('a machine without an IOMMU is of a kind as well', () => {
  assert.equal(iommuKind({ iommus: [] }), 'none');
});
