import {
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_UNMAP,
} from '#uapi/iommufd/ioas.ts';

import { User } from './user.ts';

export interface MapUnmapCost {
  readonly areas: number;
  /** Microseconds of processor time for a map and the unmap after it. */
  readonly microseconds: number;
  /** Bytes of heap that each area takes. */
  readonly bytesPerArea: number;
}

const page = 4096n;
const operations = 4000;
const flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE;

/** An area at every second page, so that no two touch. */
function placeOf(index: number): bigint {
  return BigInt(index) * 2n * page;
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** What a map and an unmap cost in an IOAS that already holds `areas` areas. */
export async function measureMapUnmap(areas: number): Promise<MapUnmapCost> {
  const user = await User.start();
  const ioas_id = await user.newIoas();
  const user_va = await user.memory(page);
  const map = (iova: bigint): Promise<unknown> =>
    user.call(user.iommufd, IOMMU_IOAS_MAP, { flags, ioas_id, user_va, length: page, iova });
  const before = heap();
  for (let index = 0; index < areas; index += 1) await map(placeOf(index));
  const bytesPerArea = (heap() - before) / areas;
  const step = Math.max(1, Math.floor((areas * 7919) / operations));
  const start = process.cpuUsage();
  for (let index = 0; index < operations; index += 1) {
    const iova = placeOf((index * step) % areas) + page;
    await map(iova);
    await user.call(user.iommufd, IOMMU_IOAS_UNMAP, { ioas_id, iova, length: page });
  }
  const { user: spent, system } = process.cpuUsage(start);
  const microseconds = (spent + system) / operations;
  return { areas, microseconds, bytesPerArea };
}
