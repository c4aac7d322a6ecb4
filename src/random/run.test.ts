import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { implementation as mutant } from '#mutants/adapter.ts';
import { implementation as reference } from '#adapters/reference/index.ts';
import { ImplementationBroken, type Implementation } from '#port/implementation.ts';

import { sideBySide, startMock, type Machines } from './machines.ts';
import { run, type Plan, type Report } from './run.ts';

async function machinesOf(
  one: Implementation,
  other?: Implementation,
  bug = '',
): Promise<Machines> {
  const first = await startMock(one, { mutant: bug });
  const second = other && (await startMock(other));
  assert.ok(first);
  return sideBySide([first, second], { every: 1, met: () => {} });
}

async function hunt(bug: string, plan: Partial<Plan> = {}): Promise<Report> {
  const machines = await machinesOf(mutant, undefined, bug);
  return run(machines, { calls: 4000, seed: 1, longest: 60, ...plan });
}

/** Steps of the calls, without those that the opening has. */
function callsIn(scenario: string): number {
  return scenario.split('\n').filter((line) => / calls (IOMMU|VFIO)_/.test(line)).length;
}

describe('a run', () => {
  it('finds nothing on the reference, nor between two of them', async () => {
    const alone = await run(await machinesOf(reference), { calls: 500, seed: 3, longest: 60 });
    assert.equal(alone.failure, undefined);
    const both = await machinesOf(reference, reference);
    const report = await run(both, { calls: 500, seed: 3, longest: 60 });
    assert.equal(report.failure, undefined);
    assert.ok(report.calls >= 500 && report.sequences > 5);
  });

  it('shrinks what it finds to a short scenario', async () => {
    const { failure } = await hunt('SEED-0006');
    assert.match(failure?.cause ?? '', /a new object has id \d+; the lowest free one is \d+/);
    assert.ok(callsIn(failure?.scenario ?? '') <= 9, failure?.scenario);
    assert.match(
      failure?.scenario ?? '',
      /Then it fails with E[A-Z]+\n.*IOMMU_IOAS_ALLOC\n.*returns:/,
    );
  });

  it('repeats a finding by its seed and paths', async () => {
    const { failure } = await hunt('SEED-0006');
    const [, seed = '', path = '', replayPath = ''] =
      /--seed (\S+) --path (\S+) --replay-path '(.*?)'/.exec(failure?.repeat ?? '') ?? [];
    const again = await hunt('SEED-0006', { seed: Number(seed), path, replayPath });
    assert.equal(again.failure?.cause, failure?.cause);
    const steps = (text = ''): string => text.split('\n').slice(1).join('\n');
    assert.equal(steps(again.failure?.scenario), steps(failure?.scenario));
    assert.ok(again.sequences <= 2, `${again.sequences} sequences`);
  });

  it('compares every result with that of the other machine', async () => {
    const machines = await machinesOf(mutant, reference, 'SEED-0022');
    const { failure } = await run(machines, { calls: 4000, seed: 1, longest: 60 });
    assert.match(failure?.cause ?? '', /^ok .*, on the other EOPNOTSUPP$/);
  });

  it('ends where it is asked to, and keeps what it has', async () => {
    let asked = 0;
    const isStopped = (): boolean => (asked += 1) > 3;
    const machines = await machinesOf(reference);
    const report = await run(machines, { calls: 4000, seed: 1, longest: 60, isStopped });
    assert.equal(report.sequences, 3);
    assert.equal(report.failure, undefined);
    assert.equal(asked, 4, 'no sequence is drawn that is not made');
  });

  it('tells of a machine that has ended, without shrinking', async () => {
    const machines = await machinesOf(dying(200));
    const { failure, sequences } = await run(machines, { calls: 4000, seed: 1, longest: 60 });
    assert.equal(failure?.broken, true);
    assert.equal(failure.cause, 'the machine hung up');
    assert.match(failure.scenario, /Scenario: the machine hung up/);
    assert.ok(sequences < 20);
  });
});

/** The reference, until that many ioctls were made. */
function dying(ioctls: number): Implementation {
  let left = ioctls;
  return {
    ...reference,
    async start(options) {
      const machine = await reference.start(options);
      const newProcess: typeof machine.newProcess = async () => {
        const process = await machine.newProcess();
        const ioctl = process.ioctl.bind(process);
        process.ioctl = async (...call) => {
          if ((left -= 1) < 0) throw new ImplementationBroken('the machine hung up');
          return ioctl(...call);
        };
        return process;
      };
      return {
        identity: machine.identity,
        bench: machine.bench,
        complaints: () => machine.complaints(),
        stop: () => machine.stop(),
        newProcess,
      };
    },
  };
}
