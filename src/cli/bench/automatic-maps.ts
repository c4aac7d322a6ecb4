import { IOMMU_IOAS_MAP, IOMMU_IOAS_MAP_READABLE, IOMMU_IOAS_UNMAP } from '#uapi/iommufd/ioas.ts';
import { IOMMU_TEST_CMD, IOMMU_TEST_OP_ADD_RESERVED } from '#uapi/iommufd/selftest.ts';

import { cpuTime } from './scaling.ts';
import { User } from './user.ts';

const page = 4096n;
const operations = 300;

/**
 * Maps and unmaps memory of three pages, which wants to be aligned to four, in an IOAS with that many reserved pages. None
 * of the three pages between two of them is aligned so. Microseconds, as if each hole had been looked at.
 */
export async function mapAmongHoles(holes: number): Promise<number> {
  const user = await User.start('mock');
  const ioas_id = await user.newIoas();
  const memory = await user.memory(8n * page);
  const user_va = (memory + 4n * page - 1n) & ~(4n * page - 1n);
  for (let hole = 0; hole < holes; hole += 1) await reserve(user, ioas_id, hole);
  const mapAndUnmap = async (): Promise<void> => {
    const flags = IOMMU_IOAS_MAP_READABLE;
    const length = 3n * page;
    const map = { flags, ioas_id, user_va, length };
    const { iova } = await user.call(user.iommufd, IOMMU_IOAS_MAP, map);
    await user.call(user.iommufd, IOMMU_IOAS_UNMAP, { ioas_id, iova, length });
  };
  // The first one makes the index.
  await mapAndUnmap();
  const spent = await cpuTime(async () => {
    for (let count = 0; count < operations; count += 1) await mapAndUnmap();
  });
  return (spent / operations) * holes;
}

async function reserve(user: User, id: number, hole: number): Promise<void> {
  await user.call(user.iommufd, IOMMU_TEST_CMD, {
    op: IOMMU_TEST_OP_ADD_RESERVED,
    id,
    operation: { add_reserved: { start: BigInt(hole) * 4n * page, length: page } },
  } as never);
}
