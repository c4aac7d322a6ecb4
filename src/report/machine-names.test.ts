import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compare } from './compare.ts';
import { ran, resultOf } from './fixtures/result.ts';
import { withoutPlace } from './machine-names.ts';
import type { Result, ScenarioResult } from './result.ts';

function on(machine: string, scenario: ScenarioResult): ScenarioResult {
  return { ...scenario, id: `${scenario.id}@${machine}`, machine };
}

/** Of machines and their kinds. */
function result(kinds: Readonly<Record<string, string>>, ...scenarios: ScenarioResult[]): Result {
  const made = resultOf({ scenarios });
  const [machine] = made.machines;
  assert.ok(machine);
  const machines = Object.entries(kinds).map(([name, iommu]) => ({ ...machine, name, iommu }));
  return { ...made, machines };
}

const ids = (before: Result, after: Result): string[] =>
  compare(before, after).differences.map(({ scenario }) => scenario);

const passes = ran('a', 'pass', 'DMA-01');
const fails = ran('a', 'fail', 'DMA-01');

test('machines of one kind are compared, whatever they are called', () => {
  const before = result({ 'vt-d': 'vt-d', smmu: 'smmuv3' }, on('vt-d', passes), on('smmu', passes));
  const after = result({ edu: 'vt-d', arm: 'smmuv3' }, on('edu', passes), on('arm', fails));
  assert.deepEqual(ids(before, after), ['a@arm']);
  assert.deepEqual(compare(before, after).renamed, []);
});

test('a machine that has its own name in both keeps it', () => {
  const kinds = { one: 'vt-d', two: 'vt-d' };
  const before = result(kinds, on('one', passes), on('two', fails));
  assert.deepEqual(ids(before, result(kinds, on('one', passes), on('two', fails))), []);
});

test('an older result is that of the first machine', () => {
  const after = result({ edu: 'vt-d', amd: 'amd' }, on('edu', passes), on('amd', passes));
  assert.deepEqual(ids(resultOf({ scenarios: [passes] }), after), ['a@amd']);
});

test('a scenario that ran once, as the run said, is compared with each', () => {
  const before = result({ edu: 'vt-d' }, on('edu', passes));
  assert.deepEqual(ids(before, resultOf({ scenarios: [passes] })), []);
});

test('a title may hold what stands before a machine', () => {
  assert.equal(withoutPlace({ id: 'a@b', machine: 'b' }), 'a');
  assert.equal(withoutPlace({ id: 'a@b' }), 'a@b');
});
