import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { everyFeature } from '#port/features.ts';
import { iommufdCommands } from '#uapi/iommufd/index.ts';
import * as test from '#uapi/iommufd/selftest.ts';

import { fieldOf, locate, pack, type Call } from './call.ts';
import { calls } from './calls.ts';
import { needsOf } from './needs.ts';
import { openings } from './openings.ts';

const any = fc.oneof(...calls.map(([weight, arbitrary]) => ({ weight, arbitrary })));
const sample: readonly Call[] = fc.sample(any, { seed: 1, numRuns: 5000 });

/** Those that are not in the mix, each with its reason. */
const leftOut = new Map([
  ['IOMMU_IOAS_NOIOMMU_GET_PA', 'tells physical addresses, which differ from machine to machine'],
  ['MD_CHECK_REFS', 'is an invariant'],
  ['SET_TEMP_MEMORY_LIMIT', 'changes no result, and the whole kernel for good'],
]);

describe('the mix of calls', () => {
  it('has every command of an iommufd', () => {
    const used = new Set(sample.flatMap((call) => ('command' in call ? [call.command.name] : [])));
    const missing = iommufdCommands
      .map(({ name }) => name)
      .filter((name) => !used.has(name) && !leftOut.has(name));
    assert.deepEqual(missing, []);
  });

  it('has every operation of the test command', () => {
    const used = new Set(
      sample.flatMap((call) => {
        const op = call.kind === 'ioctl' ? call.fields['op'] : undefined;
        return op?.kind === 'value' ? [Number(op.value)] : [];
      }),
    );
    const prefix = 'IOMMU_TEST_OP_';
    const missing = Object.entries(test)
      .filter(([name, op]) => name.startsWith(prefix) && !used.has(op as number))
      .map(([name]) => name.slice(prefix.length))
      .filter((name) => !leftOut.has(name));
    assert.deepEqual(missing, []);
  });

  it('names fields that the structs have, and features that the port lists', () => {
    for (const call of [...sample, ...openings.flatMap((opening) => opening.calls)]) {
      for (const need of needsOf(call)) assert.ok(everyFeature.includes(need), need);
      if (call.kind !== 'ioctl') continue;
      for (const path of Object.keys(call.fields)) locate(call.command.struct, path);
    }
  });

  it('follows one of several openings, the simplest first', () => {
    const names = openings.map(({ name }) => name);
    assert.equal(new Set(names).size, openings.length);
    assert.equal(names[0], 'small', 'the simplest is what shrinking ends with');
  });
});

describe('the struct of a call', () => {
  it('has its size, the fields that were given, and zeroes', () => {
    const fields = new Map([
      ['op', 3n],
      ['check_map.length', 0x1000n],
    ]);
    const bytes = pack(test.IOMMU_TEST_CMD, fields);
    assert.equal(fieldOf(test.IOMMU_TEST_CMD, bytes, 'size'), BigInt(bytes.length));
    assert.equal(fieldOf(test.IOMMU_TEST_CMD, bytes, 'check_map.length'), 0x1000n);
    assert.equal(fieldOf(test.IOMMU_TEST_CMD, bytes, 'check_map.iova'), 0n);
    assert.throws(() => pack(test.IOMMU_TEST_CMD, new Map([['iova', 1n]])), /no field iova/);
  });

  it('takes numbers beyond its fields as the kernel would', () => {
    const bytes = pack(test.IOMMU_TEST_CMD, new Map([['check_map.iova', -1n]]));
    assert.equal(fieldOf(test.IOMMU_TEST_CMD, bytes, 'check_map.iova'), 2n ** 64n - 1n);
  });
});
