import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SystemCall } from '#port/vmm.ts';

import { brokenOrder } from './order.ts';

type Fields = Readonly<Record<string, number>>;

function call(name: string, fd: number, given: Fields = {}, after: Fields = {}): SystemCall {
  return { name, fd, file: `/fd/${fd}`, given, after, result: 0 };
}

const bind = call('VFIO_DEVICE_BIND_IOMMUFD', 5, { iommufd: 4 }, { out_devid: 1 });
const alloc = call('IOMMU_HWPT_ALLOC', 4, { dev_id: 1, pt_id: 2 }, { out_hwpt_id: 3 });
const attach = call('VFIO_DEVICE_ATTACH_IOMMUFD_PT', 5, { pt_id: 3 });
const detach = call('VFIO_DEVICE_DETACH_IOMMUFD_PT', 5);
const destroyTable = call('IOMMU_DESTROY', 4, { id: 3 });
const destroyIoas = call('IOMMU_DESTROY', 4, { id: 2 });

describe('the order of calls', () => {
  it('is that of a plug and an unplug', () => {
    assert.equal(brokenOrder([bind, alloc, attach, detach, destroyTable, destroyIoas]), undefined);
  });

  const wrong: readonly (readonly [what: string, calls: readonly SystemCall[], why: RegExp])[] = [
    ['an attach before the bind', [attach], /call 1 .* not bound/],
    ['a page table for a device that is not bound', [alloc], /device 1 is not bound/],
    ['a destroy before the detach', [bind, alloc, attach, destroyTable], /call 4 .* attached/],
    ['an IOAS before its page table', [bind, alloc, destroyIoas], /page table 3 is on it/],
    [
      'a device of a group without container',
      [call('VFIO_GROUP_GET_DEVICE_FD', 7)],
      /no container/,
    ],
  ];
  for (const [what, calls, why] of wrong) {
    it(`finds ${what}`, () => assert.match(brokenOrder(calls) ?? 'nothing', why));
  }

  it('tells the objects of one iommufd from those of another', () => {
    const other = call('IOMMU_DESTROY', 9, { id: 3 });
    assert.equal(brokenOrder([bind, alloc, attach, other]), undefined);
  });

  it('does not count calls that failed', () => {
    assert.match(brokenOrder([{ ...bind, result: -22 }, alloc]) ?? '', /not bound/);
  });
});
