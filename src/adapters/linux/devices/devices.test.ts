import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FaultLog, isFault } from './fault-log.ts';
import { samplesOf } from './samples.ts';

describe('the samples of a range', () => {
  const at = (iova: bigint, length: number) =>
    samplesOf({ iova, length }, iova + 0x7000_0000n).map((sample) => {
      assert.equal(sample.address, sample.iova + 0x7000_0000n);
      return [sample.iova, sample.length];
    });

  it('are one for two pages, across their border', () => {
    assert.deepEqual(at(0x10000n, 0x2000), [[0x10fe0n, 64]]);
    assert.deepEqual(at(0x10000n, 0x3000), [
      [0x10fe0n, 64],
      [0x12fe0n, 32],
    ]);
  });

  it('never leave the range', () => {
    assert.deepEqual(at(0x10000n, 1), [[0x10000n, 1]]);
    assert.deepEqual(at(0x10ff8n, 16), [[0x10ff8n, 16]]);
  });

  it('are few, and have both ends of a long range', () => {
    const samples = at(0n, 64 << 20);
    assert.equal(samples.length, 8);
    assert.deepEqual(samples.at(0), [0xfe0n, 64]);
    assert.deepEqual(samples.at(-1), [(64n << 20n) - 0x1020n, 64]);
  });
});

describe('the fault log of QEMU', () => {
  it('counts by direction', async () => {
    const log = new FaultLog();
    log.add("Invalid read at addr 0xFFFFFF, size 1, region '(null)', reason: rejected");
    log.add("Invalid write at addr 0x1000000, size 8, region '(null)', reason: rejected");
    log.add("Invalid write at addr 0x1000008, size 8, region '(null)', reason: rejected");
    assert.equal(await log.count('read'), 1);
    assert.equal(await log.count('write'), 2);
  });

  it('leaves alone what else QEMU says', async () => {
    const log = new FaultLog();
    log.add('qemu-system-x86_64: warning: Invalid read at addr nobody knows');
    assert.equal(await log.count('read'), 0);
    assert.ok(!isFault('qemu-system-x86_64: vtd_iommu_translate: detected translation failure'));
  });
});
