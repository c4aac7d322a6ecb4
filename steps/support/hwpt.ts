import {
  IOMMU_HWPT_ALLOC,
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_FAULT_ID_VALID,
} from '#uapi/iommufd/hwpt.ts';
import {
  iommu_hwpt_selftest,
  IOMMU_HWPT_DATA_SELFTEST,
  IOMMU_TEST_IOTLB_DEFAULT,
  MOCK_IOMMUPT_HUGE,
} from '#uapi/iommufd/selftest.ts';

import type { DeviceHandle, Handle } from './handles.ts';
import { idOf } from './names.ts';
import type { NewHwpt } from './parameter-types.ts';
import type { World } from './world.ts';

interface Place {
  readonly device: DeviceHandle;
  /** An IOAS, or the page table that a guest's one is put on. */
  readonly base: Handle;
}

/** IOMMU_HWPT_ALLOC of a page table that later steps name. */
export async function allocHwpt(
  world: World,
  hwpt: NewHwpt,
  { device, base }: Place,
): Promise<void> {
  world.require('hwpt-alloc');
  if (base.kind !== 'ioas' && base.kind !== 'hwpt')
    throw new Error(`a page table cannot be put on ${base.kind} "${base.name}"`);
  const { iommufd } = base;
  const values = {
    flags: flagsOf(hwpt),
    dev_id: idOf(device),
    pt_id: base.id,
    fault_id: hwpt.fault ?? 0,
    ...(base.kind === 'hwpt' || hwpt.huge ? await mockData(world, hwpt) : {}),
  };
  const target = { fd: iommufd.fd, command: IOMMU_HWPT_ALLOC };
  const { out_hwpt_id: id } = await world.must(world.it, target, values);
  const ioas = base.kind === 'ioas' ? base.id : base.ioas;
  world.handles.add({ kind: 'hwpt', name: hwpt.name, id: Number(id), iommufd, ioas });
}

function flagsOf({ nesting, dirtyTracking, fault }: NewHwpt): number {
  return (
    (nesting ? IOMMU_HWPT_ALLOC_NEST_PARENT : 0) |
    (dirtyTracking ? IOMMU_HWPT_ALLOC_DIRTY_TRACKING : 0) |
    (fault === undefined ? 0 : IOMMU_HWPT_FAULT_ID_VALID)
  );
}

/** What the driver of mock devices is told. Of a guest's table Linux 6.12 takes the first field only. */
async function mockData(world: World, { huge }: NewHwpt): Promise<Record<string, unknown>> {
  world.require('test-cmd');
  const { port, scratch } = world.it;
  const fields = { iotlb: IOMMU_TEST_IOTLB_DEFAULT, pagetable_type: MOCK_IOMMUPT_HUGE };
  const length = huge ? iommu_hwpt_selftest.size : iommu_hwpt_selftest.codecs.iotlb.size;
  const data = iommu_hwpt_selftest.pack(fields).subarray(0, length);
  await port.store(scratch.array, data);
  return {
    data_type: IOMMU_HWPT_DATA_SELFTEST,
    data_len: data.length,
    data_uptr: scratch.array,
  };
}
