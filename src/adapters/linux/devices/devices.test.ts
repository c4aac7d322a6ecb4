import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { smmuEvents, vtdEvents } from './fault-events.ts';
import { FaultLog } from './fault-log.ts';
import { samplesOf } from './samples.ts';
import { requesterId } from './vfio-pci.ts';

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
  it('counts by requester and direction', async () => {
    const log = new FaultLog(vtdEvents);
    log.add('12@1.5:vtd_dmar_fault sid 0x20 fault 6 addr 0x1000 write 0');
    log.add('vtd_dmar_fault sid 0x21 fault 5 addr 0x1000 write 1');
    assert.equal(await log.count(0x20, 'read'), 1);
    assert.equal(await log.count(0x20, 'write'), 0);
    assert.equal(await log.count(0x21, 'write'), 1);
  });

  it('knows a cached entry without the permission', async () => {
    const log = new FaultLog(vtdEvents);
    log.add('vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0x1000 slpte 0x5001 domain 0x1');
    assert.equal(await log.count(0x20, 'read'), 0);
    assert.equal(await log.count(0x20, 'write'), 1);
  });

  it('takes an event of an SMMUv3 for either direction, and knows a stream that aborts', async () => {
    const log = new FaultLog(smmuEvents);
    log.add('12@1.5:smmuv3_record_event F_TRANSLATION sid=0x20');
    log.add(
      'smmuv3_translate_abort smmuv3-iommu-memory-region-40-1 sid=0x21 abort on iova:0x1000 is_write=1',
    );
    assert.equal(await log.count(0x20, 'read'), 1);
    assert.equal(await log.count(0x20, 'write'), 1);
    assert.equal(await log.count(0x21, 'read'), 0);
    assert.equal(await log.count(0x21, 'write'), 1);
    assert.ok(log.isEvent('smmuv3_record_event F_TRANSLATION sid=0x20'));
  });

  it('numbers devices as they appear in requests', () => {
    assert.equal(requesterId('0000:00:04.1'), 0x21);
    assert.equal(requesterId('0000:01:1f.7'), 0x1ff);
  });
});
