import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { implementation as reference } from '#adapters/reference/index.ts';
import { implementation as mutant } from '#mutants/adapter.ts';
import type { Implementation, Machine } from '#port/implementation.ts';

import { runSequences, type Report } from '../run.ts';
import { onVfio } from './sequence.ts';

function start(implementation: Implementation, bug?: string): Promise<Machine> {
  const settings = bug === undefined ? {} : { mutant: bug };
  return implementation.start({ machine: 'vt-d', timeoutMs: 30_000, settings });
}

function make(calls: number, first: Machine, second?: Machine): Promise<Report> {
  const running = { first, ...(second && { second }), options: '--vfio' };
  return runSequences(onVfio(running), { seed: 1, longest: 100, calls, shrinks: false });
}

describe('random sequences of VFIO', () => {
  it('find nothing on the reference', async () => {
    const report = await make(1000, await start(reference));
    assert.equal(report.failure?.scenario, undefined);
    assert.ok(report.calls >= 1000);
  });

  it('print the calls that led to what they find', async () => {
    const { failure } = await make(4000, await start(mutant, 'SEED-1750'));
    assert.match(failure?.scenario ?? '', /VFIO_IOMMU_UNMAP_DMA.*\n/);
  });

  it('find a result that two machines differ in', async () => {
    const { failure } = await make(4000, await start(reference), await start(mutant, 'SEED-1749'));
    assert.match(failure?.cause ?? '', /VFIO_IOMMU_UNMAP_DMA.*, on the other ok size=/);
  });
});
