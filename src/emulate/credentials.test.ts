import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { capabilitiesOf, effectiveCapabilities, lockedMemoryLimit } from './credentials.ts';

const IPC_LOCK = 1n << 14n;
const SYS_ADMIN = 1n << 21n;

describe('the capabilities of a program', () => {
  it('are read from its status', () => {
    assert.equal(effectiveCapabilities('Name:\ta\nCapEff:\t000001ffffffffff\n'), 0x1ff_ffff_ffffn);
    assert.equal(effectiveCapabilities(''), 0n);
  });

  it('are all where it is root, but for those that it has dropped', () => {
    const own = IPC_LOCK | SYS_ADMIN;
    const dropped = capabilitiesOf(SYS_ADMIN, { user: 'root', own });
    assert.deepEqual([...dropped].sort(), [
      'DAC_OVERRIDE',
      'SYS_ADMIN',
      'SYS_RAWIO',
      'SYS_RESOURCE',
    ]);
    assert.equal(capabilitiesOf(0n, { user: 'root', own: 0n }).size, 5);
  });

  it('are its own where it is who it really is', () => {
    const real = capabilitiesOf(IPC_LOCK, { user: 'real', own: IPC_LOCK });
    assert.deepEqual([...real], ['IPC_LOCK']);
  });
});

describe('what a program may lock', () => {
  it('is its soft limit', () => {
    const line = (soft: string): string =>
      `Limit   Soft Limit   Hard Limit   Units\nMax locked memory         ${soft}              8388608  bytes\n`;
    assert.equal(lockedMemoryLimit(line('65536')), 65536n);
    assert.equal(lockedMemoryLimit(line('unlimited')), (1n << 64n) - 1n);
  });
});
