import assert from 'node:assert/strict';
import { test } from 'node:test';

import { observedOutcome } from '#conformance/outcome.ts';
import { failure } from '#uapi/errno.ts';

import { demand, demandMemory } from './scratch.ts';

/** What becomes of a scenario with a step that does this. */
function outcomeOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    const { name: type, message } = error as Error;
    const step = {
      source: 'step',
      text: '',
      status: 'failed',
      exception: { type, message },
    } as const;
    const outcome = observedOutcome([step], undefined);
    return `${outcome.kind} by ${'by' in outcome ? outcome.by : 'nobody'}: ${message}`;
  }
  return 'pass';
}

test("a call of the suite's own that fails breaks the scenario, and names itself", () => {
  assert.equal(
    outcomeOf(() => demand('munmap', failure('EINVAL'))),
    "broken by implementation: a call of the suite's own: munmap returned -1 EINVAL; expected success",
  );
});

test("a call of the suite's own that moves fewer bytes breaks the scenario", () => {
  assert.equal(
    outcomeOf(() => demand('pread of 8 bytes', 4, 8)),
    "broken by implementation: a call of the suite's own: pread of 8 bytes returned 4; expected 8",
  );
});

test("a signal in an access of the suite's own breaks the scenario", () => {
  assert.equal(
    outcomeOf(() => demandMemory('load of fail-nth', 'SIGBUS')),
    "broken by implementation: an access of the suite's own: load of fail-nth gave SIGBUS; expected no signal",
  );
});

test('what went well is handed on', () => {
  assert.equal(demand('open', 3), 3);
  assert.equal(demandMemory('store', undefined), undefined);
});
