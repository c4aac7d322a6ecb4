import {
  IOMMU_HWPT_ALLOC,
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_DIRTY_TRACKING_ENABLE,
  IOMMU_HWPT_GET_DIRTY_BITMAP,
  IOMMU_HWPT_SET_DIRTY_TRACKING,
} from '#uapi/iommufd/hwpt.ts';
import {
  IOMMU_IOAS_COPY,
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
} from '#uapi/iommufd/ioas.ts';
import * as selftest from '#uapi/iommufd/selftest.ts';
import { MAP_HUGETLB } from '#uapi/mman.ts';

import { cpuTime } from './scaling.ts';
import { User } from './user.ts';

const GiB = 2n ** 30n;
const page = 4096n;
/** An entry of the page table, which is dirty as a whole. */
const entry = 2n ** 20n;
/** Of so many bytes of the range one is mapped: 64 GiB of 1 TiB. No mock page table is larger than 256 GiB. */
const sparseness = 16n;
const flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE;

interface Tracked {
  readonly user: User;
  readonly hwpt_id: number;
  /** Bytes from IOVA 0 on, mapped without a hole. */
  readonly mapped: bigint;
}

/** An IOAS in which one piece of memory is mapped over and over, as one would have to own the memory otherwise. */
async function newTracked(mapped: bigint): Promise<Tracked> {
  const user = await User.start('mock');
  const { iommufd } = user;
  const ioas_id = await user.newIoas();
  const length = mapped / 16n;
  const user_va = await user.memory(length, MAP_HUGETLB);
  await user.call(iommufd, IOMMU_IOAS_MAP, { flags, ioas_id, user_va, length, iova: 0n });
  const copy = { flags, dst_ioas_id: ioas_id, src_ioas_id: ioas_id, length, src_iova: 0n };
  for (let dst_iova = length; dst_iova < mapped; dst_iova += length) {
    await user.call(iommufd, IOMMU_IOAS_COPY, { ...copy, dst_iova });
  }
  const other = await user.newIoas();
  const mock = { op: selftest.IOMMU_TEST_OP_MOCK_DOMAIN, id: other, operation: {} };
  const made = await user.call(iommufd, selftest.IOMMU_TEST_CMD, mock as never);
  const dev_id = made.operation.mock_domain.out_idev_id;
  return { user, mapped, hwpt_id: await newTable(user, { dev_id, pt_id: ioas_id }) };
}

async function newTable(user: User, of: { dev_id: number; pt_id: number }): Promise<number> {
  const { iommu_hwpt_selftest: data, MOCK_IOMMUPT_HUGE: pagetable_type } = selftest;
  const data_uptr = await user.memory(page);
  await user.process.store(data_uptr, data.pack({ pagetable_type }));
  const { out_hwpt_id: hwpt_id } = await user.call(user.iommufd, IOMMU_HWPT_ALLOC, {
    ...of,
    flags: IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
    data_type: selftest.IOMMU_HWPT_DATA_SELFTEST,
    data_len: data.size,
    data_uptr,
  });
  const enable = { hwpt_id, flags: IOMMU_HWPT_DIRTY_TRACKING_ENABLE };
  await user.call(user.iommufd, IOMMU_HWPT_SET_DIRTY_TRACKING, enable);
  return hwpt_id;
}

/** A device writes into every entry. */
async function writeAll({ user, hwpt_id, mapped }: Tracked): Promise<void> {
  const uptr = await user.memory(mapped / entry);
  await user.process.store(uptr, new Uint8Array(Number(mapped / entry / 8n)).fill(0xff));
  const dirty = { iova: 0n, length: mapped, page_size: entry, uptr };
  const write = { op: selftest.IOMMU_TEST_OP_DIRTY, id: hwpt_id, operation: { dirty } };
  await user.call(user.iommufd, selftest.IOMMU_TEST_CMD, write as never);
}

/** The bitmap of so many GiB at 4 KiB a bit: all of what is mapped is dirty. */
export async function dirtyBitmap(gibibytes: number): Promise<number> {
  const length = BigInt(gibibytes) * GiB;
  const mapped = (length / sparseness / (32n * entry)) * 32n * entry;
  const tracked = await newTracked(mapped);
  await writeAll(tracked);
  const { user, hwpt_id } = tracked;
  const data = await user.memory(length / page / 8n);
  return cpuTime(() => {
    const range = { hwpt_id, iova: 0n, length, page_size: page, data };
    return user.call(user.iommufd, IOMMU_HWPT_GET_DIRTY_BITMAP, range);
  });
}
