import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Iotlb } from './iotlb.ts';

const page = (address: bigint, size = 0x1000n) => ({ address, size, read: true, write: true });

describe('the IOTLB', () => {
  it('finds a page by any of its addresses, in its domain only', () => {
    const iotlb = new Iotlb();
    iotlb.insert(1, 0x20_3123n, page(0x8000_0000n, 0x20_0000n));
    assert.equal(iotlb.lookup(1, 0x3f_ffffn)?.address, 0x8000_0000n);
    assert.equal(iotlb.lookup(1, 0x40_0000n), undefined);
    assert.equal(iotlb.lookup(2, 0x20_0000n), undefined);
  });

  it('drops each page that a range touches, and no other', () => {
    const iotlb = new Iotlb();
    for (const iova of [0x1000n, 0x2000n, 0x3000n]) iotlb.insert(1, iova, page(iova));
    iotlb.insert(1, 0x20_0000n, page(0x20_0000n, 0x20_0000n));
    iotlb.insert(2, 0x2000n, page(0x2000n));
    iotlb.invalidatePages(1, 0x2000n, 0x1000n);
    iotlb.invalidatePages(1, 0x3f_f000n, 0x1000n);
    const left = [0x1000n, 0x2000n, 0x3000n, 0x20_0000n].map((iova) => !!iotlb.lookup(1, iova));
    assert.deepEqual(left, [true, false, true, false]);
    assert.ok(iotlb.lookup(2, 0x2000n));
  });

  it('drops by a range that is larger than itself', () => {
    const iotlb = new Iotlb();
    iotlb.insert(1, 0x1000n, page(0n));
    iotlb.insert(1, 0x4000_0000n, page(0n, 0x4000_0000n));
    iotlb.invalidatePages(1, 0n, 0x4000_0000n);
    assert.equal(iotlb.lookup(1, 0x1000n), undefined);
    assert.ok(iotlb.lookup(1, 0x4000_0000n));
  });
});
