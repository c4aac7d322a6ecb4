import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FaultInjection } from '#reference/kernel/mm/fault-injection.ts';

import type { Request } from './messages.ts';
import { PlannedFault } from './planned-fault.ts';

const request: Request = {
  ...{ operation: 'READ', fd: 3, newFd: -1, inode: 0n, newInode: 0n, text: '' },
  arguments: [0n, 8n, 0n, 0n, 0n],
};
const caller = {
  pid: 1,
  operations: undefined,
  memory: { copyFromUser: () => 'EFAULT' as const, registers: { at: () => undefined } },
};

/** Calls that allocate so often each, and what failed in which of them. */
function failing(nth: number, allocations: readonly number[], own = 0): string[] {
  const faults = new FaultInjection();
  const told: string[] = [];
  const fault = new PlannedFault(nth, faults, (line) => void told.push(line));
  allocations.forEach((count, call) => {
    const task = { failNth: own, makeItFail: false };
    faults.current = task;
    const takeBack = fault.lend(task);
    const ended = fault.begin(request, caller);
    for (let made = 0; made < count; made += 1)
      if (faults.kmalloc()) told.push(`call ${call}, allocation ${made}`);
    takeBack();
    assert.equal(task.failNth, Math.max(0, own - count), 'nothing is left with the task');
    ended({ result: -12 });
  });
  fault.conclude();
  return told;
}

describe('an allocation that is to fail', () => {
  it('is counted from the start, over all calls and processes, and fails once', () => {
    const line = 'allocation 4 failed: read(3, 0x0, 8) = -1 ENOMEM';
    assert.deepEqual(failing(4, [2, 3, 5]), ['call 1, allocation 1', line]);
    assert.deepEqual(failing(1, [1, 1])[0], 'call 0, allocation 0');
  });

  it('is told of where there were fewer', () => {
    assert.deepEqual(failing(6, [2, 3]), ['no allocation failed: the calls made 5, not 6']);
  });

  it('leaves a process alone that has said itself which one is to fail', () => {
    assert.deepEqual(failing(1, [2], 2)[0], 'call 0, allocation 1');
  });
});
