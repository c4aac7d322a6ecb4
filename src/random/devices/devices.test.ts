import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { implementation as reference } from '#adapters/reference/index.ts';
import { implementation as mutant } from '#mutants/adapter.ts';

import { runSequences, type Report } from '../run.ts';
import { deviceMachines, startDevices } from './machines.ts';
import { onDevices } from './sequence.ts';

const plan = { seed: 1, longest: 200 };

/** Without shrinking: a seeded bug on one of the machines. */
async function hunt(bug: string, machine: string, calls: number): Promise<Report> {
  const settings = { mutant: bug };
  const machines = await deviceMachines(mutant, settings);
  const description = machines.find(({ name }) => name === machine);
  assert.ok(description);
  const running = await startDevices(mutant, description, { every: 8, settings });
  return runSequences(onDevices(running), { ...plan, calls, shrinks: false });
}

describe('random sequences on devices', () => {
  it('find nothing on the reference, behind any IOMMU', async () => {
    const machines = await deviceMachines(reference);
    assert.ok(machines.length >= 9);
    for (const description of machines) {
      const running = await startDevices(reference, description, { every: 8 });
      const report = await runSequences(onDevices(running), { ...plan, calls: 80 });
      assert.equal(report.failure?.scenario, undefined);
      assert.ok(report.calls >= 80, description.name);
    }
  });

  for (const [bug, machine, cause] of [
    ['SEED-1001', 'vt-d-nested', /a (read|write) .*"ram"; it may come to blocked/],
    ['SEED-1002', 'vt-d-nested', /a (read|write) .*; it may come to/],
    ['SEED-1300', 'vt-d-nested', /was answered nothing; due was group \d+ INVALID/],
    ['SEED-1332', 'vt-d-nested', /group \d+ goes on after it was refused/],
  ] as const)
    it(`find ${bug}`, async () => {
      const { failure } = await hunt(bug, machine, 1000);
      assert.match(failure?.cause ?? '', cause);
    });
});
