import {
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
} from '#uapi/iommufd/ioas.ts';
import {
  IOMMU_HWPT_INVALIDATE_DATA_SELFTEST,
  iommu_hwpt_invalidate_selftest,
} from '#uapi/iommufd/selftest.ts';
import { IOMMU_OPTION_OP_GET, IOMMU_VFIO_IOAS_CLEAR } from '#uapi/iommufd/objects.ts';
import * as selftest from '#uapi/iommufd/selftest.ts';
import {
  IOMMU_VEVENTQ_TYPE_ARM_SMMUV3,
  IOMMU_VIOMMU_TYPE_ARM_SMMUV3,
} from '#uapi/iommufd/viommu.ts';
import { VFIO_DMA_MAP_FLAG_READ, VFIO_DMA_MAP_FLAG_WRITE } from '#uapi/vfio/iommu-type1.ts';

import type { ProcessHandle } from './handles.ts';
import type { KnownMapping, World } from './world.ts';

/**
 * Values that make a call valid in a scenario, so that a negative scenario shows only what is wrong with it. A field
 * whose value would come from a handle that the scenario does not have stays 0.
 */
type Valid = (world: World, process: ProcessHandle) => Record<string, unknown>;

const firstIova = 16n * 2n ** 20n;
const rights = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE;

function firstIoas({ handles }: World): number {
  return handles.all('ioas')[0]?.id ?? 0;
}

/** The mapping that the scenario made first, or the place where it would make one. */
function mapping(world: World): Omit<KnownMapping, 'iommufd'> {
  const place = { ioas: firstIoas(world), iova: firstIova, length: world.pageSize };
  return world.mappings[0] ?? place;
}

function boundDevice({ handles }: World): number {
  return handles.all('device')[0]?.id ?? 0;
}

function firstHwpt({ handles }: World): number {
  return handles.all('hwpt')[0]?.id ?? 0;
}

function firstViommu({ handles }: World): number {
  return handles.all('vIOMMU')[0]?.id ?? 0;
}

/** What a virtual IOMMU and its events are: those of an SMMUv3, or of a mock device. */
function isSmmu({ running }: World): boolean {
  return running.description.features.includes('smmuv3');
}

function newMapping(world: World): Record<string, unknown> {
  return { flags: rights, ioas_id: firstIoas(world), length: world.pageSize, iova: firstIova };
}

const valid: Readonly<Record<string, Valid>> = {
  IOMMU_DESTROY: (world) => ({ id: firstIoas(world) }),
  IOMMU_IOAS_IOVA_RANGES: (world, { scratch }) => ({
    ioas_id: firstIoas(world),
    num_iovas: 16,
    allowed_iovas: scratch.array,
  }),
  IOMMU_IOAS_ALLOW_IOVAS: (world) => ({ ioas_id: firstIoas(world) }),
  IOMMU_IOAS_MAP: (world) => ({
    ...newMapping(world),
    user_va: world.handles.all('buffer')[0]?.address ?? 0n,
  }),
  IOMMU_IOAS_MAP_FILE: (world) => ({
    ...newMapping(world),
    fd: world.handles.all('memfd')[0]?.fd ?? -1,
  }),
  IOMMU_IOAS_COPY: (world) => ({
    flags: rights,
    src_ioas_id: mapping(world).ioas,
    dst_ioas_id: world.handles.all('ioas').at(-1)?.id ?? 0,
    length: mapping(world).length,
    src_iova: mapping(world).iova,
    dst_iova: 2n * firstIova,
  }),
  IOMMU_IOAS_UNMAP: (world) => ({
    ioas_id: mapping(world).ioas,
    iova: mapping(world).iova,
    length: mapping(world).length,
  }),
  IOMMU_IOAS_NOIOMMU_GET_PA: (world) => ({
    ioas_id: mapping(world).ioas,
    iova: mapping(world).iova,
    length: mapping(world).length,
  }),
  IOMMU_OPTION: () => ({ op: IOMMU_OPTION_OP_GET }),
  IOMMU_VFIO_IOAS: () => ({ op: IOMMU_VFIO_IOAS_CLEAR }),
  IOMMU_HWPT_ALLOC: (world) => ({ dev_id: boundDevice(world), pt_id: firstIoas(world) }),
  IOMMU_HWPT_SET_DIRTY_TRACKING: (world) => ({ hwpt_id: firstHwpt(world) }),
  IOMMU_HWPT_GET_DIRTY_BITMAP: (world, { scratch }) => ({
    hwpt_id: firstHwpt(world),
    iova: mapping(world).iova,
    length: mapping(world).length,
    page_size: world.pageSize,
    data: scratch.array,
  }),
  IOMMU_HWPT_INVALIDATE: (world) => ({
    hwpt_id: world.handles.all('hwpt').find(({ nested }) => nested)?.id ?? 0,
    data_type: IOMMU_HWPT_INVALIDATE_DATA_SELFTEST,
    data_uptr: world.handles.all('buffer')[0]?.address ?? 0n,
    entry_len: iommu_hwpt_invalidate_selftest.size,
    entry_num: 1,
  }),
  IOMMU_GET_HW_INFO: (world) => ({ dev_id: boundDevice(world) }),
  VFIO_IOMMU_MAP_DMA: (world) => ({
    flags: VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
    vaddr: world.handles.all('buffer')[0]?.address ?? 0n,
    iova: firstIova,
    size: world.pageSize,
  }),
  VFIO_IOMMU_UNMAP_DMA: (world) => ({
    iova: mapping(world).iova,
    size: mapping(world).length,
  }),
  IOMMU_VIOMMU_ALLOC: (world) => ({
    type: isSmmu(world) ? IOMMU_VIOMMU_TYPE_ARM_SMMUV3 : selftest.IOMMU_VIOMMU_TYPE_SELFTEST,
    dev_id: boundDevice(world),
    hwpt_id: world.handles.all('hwpt')[0]?.id ?? 0,
  }),
  IOMMU_VDEVICE_ALLOC: (world) => ({
    viommu_id: firstViommu(world),
    dev_id: boundDevice(world),
    virt_id: 1n,
  }),
  IOMMU_VEVENTQ_ALLOC: (world) => ({
    viommu_id: firstViommu(world),
    type: isSmmu(world) ? IOMMU_VEVENTQ_TYPE_ARM_SMMUV3 : selftest.IOMMU_VEVENTQ_TYPE_SELFTEST,
    veventq_depth: 16,
  }),
  IOMMU_HW_QUEUE_ALLOC: (world) => ({
    viommu_id: firstViommu(world),
    type: selftest.IOMMU_HW_QUEUE_TYPE_SELFTEST,
    nesting_parent_iova: mapping(world).iova,
    length: mapping(world).length,
  }),
  VFIO_GROUP_SET_CONTAINER: (world) => ({ fd: world.handles.all('iommufd')[0]?.fd ?? -1 }),
  VFIO_GROUP_GET_DEVICE_FD: (world) => ({ name: world.handles.all('device')[0]?.info.id ?? '' }),
  VFIO_DEVICE_BIND_IOMMUFD: (world) => ({ iommufd: world.handles.all('iommufd')[0]?.fd ?? -1 }),
  VFIO_DEVICE_ATTACH_IOMMUFD_PT: (world) => ({ pt_id: firstIoas(world) }),
};

export function validValues(
  world: World,
  process: ProcessHandle,
  name: string,
): Record<string, unknown> {
  return valid[name]?.(world, process) ?? {};
}
