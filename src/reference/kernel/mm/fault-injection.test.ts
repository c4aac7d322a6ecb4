import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FaultInjection } from './fault-injection.ts';
import { Machine } from '../../machine/machine.ts';

function faults(): { injection: FaultInjection; task: ReturnType<Machine['newTask']> } {
  const injection = new FaultInjection();
  const task = new Machine().newTask();
  injection.current = task;
  return { injection, task };
}

function checks(injection: FaultInjection, count: number): boolean[] {
  return Array.from({ length: count }, () => injection.shouldFail());
}

describe('fault injection', () => {
  it('has the n-th check of a task fail, and no other', () => {
    const { injection, task } = faults();
    task.failNth = 3;
    assert.deepEqual(checks(injection, 4), [false, false, true, false]);
  });

  it('lets so many pass, one fail, and no more', () => {
    const { injection } = faults();
    Object.assign(injection.iommufd, { probability: 100n, space: 3, times: 1 });
    assert.deepEqual(checks(injection, 4), [false, false, true, false]);
  });

  it('fails at intervals', () => {
    const { injection } = faults();
    Object.assign(injection.iommufd, { probability: 100n, interval: 2n, times: -1 });
    assert.deepEqual(checks(injection, 4), [false, true, false, true]);
  });

  it('fails about as often as the probability says', () => {
    const { injection } = faults();
    Object.assign(injection.iommufd, { probability: 30n, times: -1 });
    const failed = checks(injection, 1000).filter((fails) => fails).length;
    assert.ok(failed > 200 && failed < 400, `${failed} of 1000`);
  });

  it('spares allocations unless it is told otherwise', () => {
    const { injection, task } = faults();
    task.failNth = 1;
    assert.equal(injection.kmalloc(), undefined);
    assert.equal(injection.allocPages(1), undefined);
    injection.slab.ignoreGfpWait = false;
    injection.page.ignoreGfpWait = false;
    assert.equal(injection.allocPages(0), undefined);
    assert.equal(injection.kmalloc(), 'ENOMEM');
    task.failNth = 1;
    assert.equal(injection.allocPages(1), 'ENOMEM');
  });

  it('lets a large allocation be made of pieces', () => {
    const { injection, task } = faults();
    injection.slab.ignoreGfpWait = false;
    task.failNth = 1;
    assert.equal(injection.kvmalloc(4096n), 'ENOMEM');
    task.failNth = 1;
    assert.equal(injection.kvmalloc(4097n), undefined);
  });
});
