import type { DeviceInfo } from '#port/bench.ts';
import { IOMMU_HWPT_ALLOC } from '#uapi/iommufd/hwpt.ts';
import {
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
} from '#uapi/iommufd/ioas.ts';
import { IOMMU_TEST_CMD, IOMMU_TEST_OP_MOCK_DOMAIN } from '#uapi/iommufd/selftest.ts';
import { O_RDWR } from '#uapi/mman.ts';
import { VFIO_DEVICE_ATTACH_IOMMUFD_PT, VFIO_DEVICE_BIND_IOMMUFD } from '#uapi/vfio/device.ts';

import { cpuTime } from './scaling.ts';
import { User } from './user.ts';

const page = 4096n;
/** Below this lie the reserved IOVAs of no device. */
const first = 16n * 2n ** 20n;
const flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE;

interface BoundDevice {
  readonly fd: number;
  /** Of the iommufd. */
  readonly id: number;
}

async function bind(user: User, { cdev = '' }: DeviceInfo): Promise<BoundDevice> {
  const fd = await user.process.open(cdev, O_RDWR);
  const bound = await user.call(fd, VFIO_DEVICE_BIND_IOMMUFD, { iommufd: user.iommufd });
  return { fd, id: bound.out_devid };
}

/** Maps one page at every second one, so that no two areas touch, nor share a table entry. */
async function fill(user: User, ioas_id: number, areas: number): Promise<void> {
  const user_va = await user.memory(page);
  for (let index = 0; index < areas; index += 1) {
    const iova = first + BigInt(index) * 2n * page;
    await user.call(user.iommufd, IOMMU_IOAS_MAP, { flags, ioas_id, user_va, length: page, iova });
  }
}

/** A second device is attached to an IOAS of so many areas, to a page table that is made for it. */
export async function attachSecond(areas: number): Promise<number> {
  const user = await User.start('vt-d');
  const ioas_id = await user.newIoas();
  const [one, other] = [await user.bench.plug({}), await user.bench.plug({})];
  const attached = await bind(user, one);
  await user.call(attached.fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, { pt_id: ioas_id });
  await fill(user, ioas_id, areas);
  const second = await bind(user, other);
  return cpuTime(async () => {
    const table = { dev_id: second.id, pt_id: ioas_id };
    const { out_hwpt_id: pt_id } = await user.call(user.iommufd, IOMMU_HWPT_ALLOC, table);
    await user.call(second.fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, { pt_id });
  });
}

/** So many devices, each in a group of its own, are attached to one IOAS, and detached when the iommufd is closed. */
export async function attachMany(devices: number): Promise<number> {
  const user = await User.start('mock');
  const { iommufd } = user;
  const id = await user.newIoas();
  await fill(user, id, 10);
  const mock = { op: IOMMU_TEST_OP_MOCK_DOMAIN, id, operation: { mock_domain: {} } } as never;
  return cpuTime(async () => {
    for (let count = 0; count < devices; count += 1) await user.call(iommufd, IOMMU_TEST_CMD, mock);
    await user.process.close(iommufd);
  });
}
