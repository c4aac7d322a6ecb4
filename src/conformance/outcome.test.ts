import assert from 'node:assert/strict';
import { test } from 'node:test';

import { count, observedOutcome, outcomeKinds, worst } from './outcome.ts';
import type { Observation, StepStatus } from './outcome.ts';

function step(status: StepStatus, exception?: Observation['exception']): Observation {
  return { source: 'step', text: 'a step', status, ...(exception && { exception }) };
}

function failing(type: string, message = 'no'): Observation {
  return step('failed', { type, message });
}

const passed = step('passed');

const cases: readonly [string, readonly Observation[], string][] = [
  ['steps that passed', [passed, passed], 'pass'],
  ['a failed assertion', [passed, failing('AssertionError')], 'fail'],
  ['an error of any other type', [failing('Error')], 'fail'],
  ['a wrong program in a step', [failing('TypeError')], 'broken'],
  ['an implementation that died', [failing('ImplementationBroken')], 'broken'],
  ['a reference that contradicts itself', [failing('ReferenceBug')], 'broken'],
  ['a step that hangs', [failing('Error', 'function timed out, ensure …')], 'broken'],
  ['a skip', [step('skipped')], 'skip'],
  ['a skip after a pass', [passed, step('skipped')], 'skip'],
  ['an undefined step after a skip', [step('skipped'), step('undefined')], 'broken'],
  ['a pending step', [passed, step('pending')], 'broken'],
  ['an ambiguous step', [step('ambiguous')], 'broken'],
  ['a step that did not end', [passed, step('unfinished')], 'broken'],
  ['no step', [{ source: 'Before hook', text: '', status: 'passed' }], 'broken'],
  [
    'a failure, then a broken hook',
    [failing('Error'), { ...failing('Error'), source: 'After hook' }],
    'broken',
  ],
];

for (const [title, observations, kind] of cases) {
  test(`${title}: ${kind}`, () => {
    assert.equal(observedOutcome(observations, undefined).kind, kind);
  });
}

test('a skip carries the reason that the scenario left', () => {
  const outcome = observedOutcome([step('skipped')], 'no DMA here');
  assert.deepEqual(outcome, { kind: 'skip', reason: 'no DMA here' });
});

test('broken says whose fault it is', () => {
  const by = (observation: Observation) => {
    const outcome = observedOutcome([observation], undefined);
    return outcome.kind === 'broken' ? outcome.by : undefined;
  };
  assert.equal(by(failing('ImplementationBroken')), 'implementation');
  assert.equal(by(step('undefined')), 'suite');
});

test('a group is as good as its worst member, and a pass outranks a skip', () => {
  assert.equal(worst(['pass', 'broken', 'fail']), 'broken');
  assert.equal(worst(['skip', 'pass']), 'pass');
  assert.equal(worst([]), undefined);
});

test('every outcome is counted', () => {
  assert.deepEqual(Object.keys(count([])).sort(), [...outcomeKinds].sort());
  assert.equal(count(['skip', 'skip']).skip, 2);
});
