import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { implementation as reference } from '#adapters/reference/index.ts';
import { implementation as mutant } from '#mutants/adapter.ts';
import type { Implementation } from '#port/implementation.ts';

import { runSequences, type Report } from '../run.ts';
import { onGuests } from './sequence.ts';

async function make(calls: number, implementation: Implementation, bug?: string): Promise<Report> {
  const settings = bug === undefined ? {} : { mutant: bug };
  const machine = await implementation.start({ machine: 'vt-d', timeoutMs: 30_000, settings });
  const plan = { seed: 1, longest: 60, calls, shrinks: false };
  return runSequences(onGuests({ machine, options: '--guests' }), plan);
}

describe('random guests', () => {
  it('see on the reference what they were given', async () => {
    const report = await make(1000, reference);
    assert.equal(report.failure?.scenario, undefined);
    assert.ok(report.calls >= 1000);
  });

  const bugs = [
    ['SEED-2401', 'memory that one of two containers is not told of'],
    ['SEED-2410', 'memory that is not to be written'],
    ['SEED-2428', 'memory that stays within reach'],
    ['SEED-2430', 'a destroy before the detach'],
  ] as const;
  for (const [id, what] of bugs) {
    it(`find ${what}`, async () => {
      const { failure } = await make(4000, mutant, id);
      assert.match(failure?.scenario ?? '', /^# npm run random -- .*--guests/);
    });
  }
});
