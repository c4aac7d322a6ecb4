import assert from 'node:assert/strict';
import { test } from 'node:test';

import { byId } from '#conformance/requirements/index.ts';

import { exercised, whyNot } from './exercised.ts';
import type { Evidence } from './exercised.ts';
import { ran, resultOf } from './fixtures/result.ts';
import type { Result } from './result.ts';
import type { Scenario } from './scenario.ts';

function scenario(title: string, requirements: readonly string[], needs: readonly string[] = []) {
  const place = {
    uri: 'a.feature',
    line: 1,
    folder: 'a',
    feature: 'a',
    tags: [],
    steps: new Map(),
  };
  return { id: title, title, ...place, requirements, needs } satisfies Scenario;
}

function reason(id: string, results: readonly Result[], more: Partial<Evidence> = {}): string {
  const requirement = byId.get(id);
  assert.ok(requirement);
  return whyNot(requirement, { results, scenarios: [], absent: {}, ...more });
}

test('a requirement is exercised where one of its scenarios passed or failed as was known, on any result', () => {
  const one = resultOf({ scenarios: [ran('a', 'pass', 'ABI-01'), ran('b', 'fail', 'ABI-02')] });
  const other = resultOf({
    scenarios: [ran('c', 'known-failure', 'OPT-35'), ran('d', 'skip', 'ABI-03')],
  });
  assert.deepEqual([...exercised([one, other])], ['ABI-01', 'OPT-35']);
});

test('the features that no machine has are named, and those that no machine has together', () => {
  const scenarios = [
    scenario('a', ['OPT-40'], ['noiommu', 'dma-buf']),
    scenario('b', ['HWPT-24'], ['device', 'test-cmd']),
  ];
  const skipped = [ran('a', 'skip', 'OPT-40'), ran('b', 'skip', 'HWPT-24')];
  const one = resultOf({ offers: ['device'], scenarios: skipped });
  const other = resultOf({ offers: ['test-cmd', 'noiommu'], scenarios: skipped });
  const because = (id: string) => reason(id, [one, other], { scenarios });
  assert.equal(because('OPT-40'), 'needs dma-buf');
  assert.equal(because('HWPT-24'), 'no machine has all of device, test-cmd');
});

test('each reason stands once, the commonest first; of an old behaviour without the release', () => {
  const old = { ...ran('a', 'skip', 'INV-04'), reason: 'INV-04 changed; this is 6.12: it was so.' };
  const scenarios = [old, ran('b', 'broken', 'INV-04'), ran('c', 'broken', 'INV-04')];
  const because = reason('INV-04', [resultOf({ scenarios })]);
  assert.equal(because, 'broken: it is a broken; INV-04 changed');
});

test('what has no scenario in a result is too new, or waits, or cannot be shown', () => {
  const results = [resultOf({ kernel: '6.12.1' })];
  assert.equal(reason('PASID-01', results), 'since Linux 6.15');
  const scenarios = [scenario('a', ['ABI-01'])];
  assert.equal(reason('ABI-01', results, { scenarios }), 'its scenarios are newer than the result');
  assert.equal(reason('ABI-21', results, { absent: { 'ABI-21': 'No.' } }), 'No.');
  assert.equal(reason('ABI-21', results), 'no scenario');
});
