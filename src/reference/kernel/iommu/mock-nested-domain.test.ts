import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  IOMMU_HWPT_INVALIDATE_DATA_SELFTEST,
  IOMMU_TEST_INVALIDATE_FLAG_ALL,
  iommu_hwpt_invalidate_selftest,
} from '#uapi/iommufd/selftest.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';

import { isErrno } from '../lib/errno.ts';
import { Machine } from '../../machine/machine.ts';
import { MockNestedDomain } from './mock-nested-domain.ts';
import type { UserDataArray } from './user-data.ts';

const PAGE = 4096n;
const ENTRY = iommu_hwpt_invalidate_selftest.size;

interface Entry {
  readonly flags?: number;
  readonly iotlb_id: number;
}

/** The entries, the last of which ends where the memory of the user ends. */
function arrayOf(entries: readonly Entry[], more: Partial<UserDataArray> = {}): UserDataArray {
  const task = new Machine().newTask();
  const [protection, flags] = [PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS];
  const page = task.memory.mmap({ address: 0n, length: PAGE, protection, flags, offset: 0n });
  assert.ok(!isErrno(page));
  const bytes = entries.flatMap((entry) => [...iommu_hwpt_invalidate_selftest.pack(entry)]);
  const address = page + PAGE - BigInt(bytes.length);
  task.memory.store(address, Uint8Array.from(bytes));
  const type = IOMMU_HWPT_INVALIDATE_DATA_SELFTEST;
  return {
    memory: task.memory,
    type,
    address,
    entryLength: ENTRY,
    entries: entries.length,
    ...more,
  };
}

describe('the invalidation of a nested mock domain', () => {
  it('empties the entries that are named', () => {
    const domain = new MockNestedDomain(7);
    assert.deepEqual(domain.invalidate(arrayOf([{ iotlb_id: 1 }, { iotlb_id: 3 }])), { done: 2 });
    assert.deepEqual([...domain.iotlb], [7, 0, 7, 0]);
  });

  it('empties all of them, if the index is one', () => {
    const domain = new MockNestedDomain(7);
    const flags = IOMMU_TEST_INVALIDATE_FLAG_ALL;
    const refused = domain.invalidate(arrayOf([{ flags, iotlb_id: 4 }]));
    assert.deepEqual(refused, { done: 0, error: 'EINVAL' });
    assert.deepEqual([...domain.iotlb], [7, 7, 7, 7]);
    domain.invalidate(arrayOf([{ flags, iotlb_id: 2 }]));
    assert.deepEqual([...domain.iotlb], [0, 0, 0, 0]);
  });

  it('stops at the first entry that is wrong', () => {
    const domain = new MockNestedDomain(7);
    const wrong = [{ iotlb_id: 0 }, { flags: 2, iotlb_id: 1 }, { iotlb_id: 2 }];
    assert.deepEqual(domain.invalidate(arrayOf(wrong)), { done: 1, error: 'EOPNOTSUPP' });
    const missing = arrayOf([{ iotlb_id: 1 }], { entries: 2 });
    assert.deepEqual(domain.invalidate(missing), { done: 1, error: 'EFAULT' });
    assert.deepEqual([...domain.iotlb], [0, 0, 7, 7]);
  });

  it('refuses another type, also without entries, and another length', () => {
    const domain = new MockNestedDomain(7);
    const invalid = { done: 0, error: 'EINVAL' } as const;
    assert.deepEqual(domain.invalidate(arrayOf([], { type: 1 })), invalid);
    assert.deepEqual(domain.invalidate(arrayOf([])), { done: 0 });
    for (const entryLength of [ENTRY - 1, ENTRY + 1]) {
      const array = arrayOf([{ iotlb_id: 0 }], { entryLength });
      assert.deepEqual(domain.invalidate(array), invalid);
    }
  });
});
