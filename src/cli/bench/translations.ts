import type { DmaAccess } from '#port/bench.ts';
import {
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
} from '#uapi/iommufd/ioas.ts';
import { O_RDWR } from '#uapi/mman.ts';
import { VFIO_DEVICE_ATTACH_IOMMUFD_PT, VFIO_DEVICE_BIND_IOMMUFD } from '#uapi/vfio/device.ts';

import { cpuSeconds } from './cpu-time.ts';
import { User } from './user.ts';

export interface TranslationRate {
  /** Accesses of a device in a second of a processor, each to a page that the IOTLB does not hold. */
  readonly cold: number;
  /** The same pages again. */
  readonly warm: number;
}

const page = 4096n;
const pages = 20_000;
const first = 16n * 2n ** 20n;

/** Reads of eight bytes, one a page, by a device on the reference's VT-d unit. */
export async function measureTranslations(): Promise<TranslationRate> {
  const user = await User.start();
  const ioas_id = await user.newIoas();
  // Pages of two regions in turn: nothing is contiguous, so that no entry covers more than a page.
  const user_va = await user.memory(BigInt(pages) * page * 2n);
  const { id, cdev = '' } = await user.bench.plug({});
  const deviceFd = await user.process.open(cdev, O_RDWR);
  await user.call(deviceFd, VFIO_DEVICE_BIND_IOMMUFD, { iommufd: user.iommufd });
  await user.call(deviceFd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, { pt_id: ioas_id });
  for (let index = 0n; index < pages; index += 1n) {
    await user.call(user.iommufd, IOMMU_IOAS_MAP, {
      flags: IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE,
      ioas_id,
      user_va: user_va + index * 2n * page,
      length: page,
      iova: first + index * page,
    });
  }
  const attachment = { process: user.process, iommufd: user.iommufd, deviceFd };
  const pass = async (): Promise<number> => {
    const start = cpuSeconds();
    for (let index = 0n; index < pages; index += 1n) {
      const access: DmaAccess = { device: id, attachment, iova: first + index * page, length: 8 };
      if ((await user.bench.dmaRead(access)) === 'blocked') throw new Error('a read was blocked');
    }
    return pages / (cpuSeconds() - start);
  };
  return { cold: await pass(), warm: await pass() };
}
