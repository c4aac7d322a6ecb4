import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { OutcomeKind } from '#conformance/outcome.ts';
import { byId } from '#conformance/requirements/index.ts';

import { makeResult } from './make-result.ts';
import { profileSentence } from './profiles.ts';
import type { ProfileResult } from './result.ts';
import type { RunRecord, ScenarioRun } from './run-record.ts';

const identity = { name: 'a', version: '1', kernel: '7.3.4', architecture: 'x', pageSize: 4096 };

function ran(kind: OutcomeKind, ...requirements: string[]): ScenarioRun {
  const outcome = { kind, reason: 'because', by: 'suite' } as ScenarioRun['outcome'];
  const scenario = { id: `${kind} ${requirements.join()}`, requirements };
  return { outcome, scenario, steps: [], start: 0, stop: 0 } as unknown as ScenarioRun;
}

function verdictOn(
  profile: string,
  runs: readonly ScenarioRun[],
  features: readonly string[] = [],
): ProfileResult {
  const record: RunRecord = {
    suite: { version: '1', commit: 'c' },
    adapter: 'a',
    settings: {},
    machines: [{ machine: 'm', identity, features }],
    selection: { paths: [], only: [], order: 'defined' },
    expectations: [],
    selected: runs.length,
    runs,
  };
  const found = makeResult(record, byId).profiles[profile];
  assert.ok(found, `no verdict on ${profile}`);
  return found;
}

test('what is broken makes a profile unknown, with the count', () => {
  const found = verdictOn('base', [ran('pass', 'ABI-01'), ran('broken', 'ABI-02')]);
  assert.equal(profileSentence(found), 'unknown (1 of 2 scenarios ran, 1 broken)');
  assert.deepEqual(found.denied, []);
});

test('a failure denies, also beside something that is broken', () => {
  const found = verdictOn('base', [ran('fail', 'ABI-02'), ran('broken', 'ABI-02')]);
  assert.equal(profileSentence(found), 'not conformant (1 of 2 scenarios ran, 1 broken): ABI-02');
});

test('a conformant profile says how many of how many ran', () => {
  const found = verdictOn('base', [ran('pass', 'ABI-01', 'ABI-02'), ran('skip', 'ABI-03')]);
  assert.equal(profileSentence(found), 'conformant (1 of 2 scenarios ran)');
});

test('a profile that is about what no machine has is not tested', () => {
  const runs = [ran('pass', 'MOCK-01'), ran('skip', 'MOCK-02')];
  assert.equal(verdictOn('test-cmd', runs).verdict, 'not tested');
  assert.equal(verdictOn('test-cmd', runs, ['test-cmd']).verdict, 'conformant');
});
