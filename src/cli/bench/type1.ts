import { O_RDWR, O_WRONLY } from '#uapi/mman.ts';
import { VFIO_CONTAINER_PATH } from '#uapi/paths.ts';
import { VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU } from '#uapi/vfio/container.ts';
import { VFIO_GROUP_SET_CONTAINER } from '#uapi/vfio/group.ts';
import {
  VFIO_DMA_MAP_FLAG_READ,
  VFIO_DMA_UNMAP_FLAG_ALL,
  VFIO_IOMMU_MAP_DMA,
  VFIO_IOMMU_UNMAP_DMA,
} from '#uapi/vfio/iommu-type1.ts';

import { cpuTime } from './scaling.ts';
import { demand, User } from './user.ts';

const page = 4096n;
/** Below the IOVAs that devices reserve, or far above them. */
const first = 8n * 2n ** 30n;
const limitPath = '/sys/module/vfio_iommu_type1/parameters/dma_entry_limit';

/** Every second page, so that no two mappings touch. */
function placeOf(index: number): bigint {
  return first + BigInt(index) * 2n * page;
}

/** A container with a group, and room for so many mappings. */
class Container {
  readonly #user: User;
  readonly #fd: number;
  readonly #memory: bigint;

  private constructor(user: User, fd: number, memory: bigint) {
    this.#user = user;
    this.#fd = fd;
    this.#memory = memory;
  }

  static async open(mappings: number): Promise<Container> {
    const user = await User.start('vt-d');
    const { process } = user;
    const memory = await user.memory(page);
    const limit = Buffer.from(String(mappings));
    await process.store(memory, limit);
    const parameter = await process.open(limitPath, O_WRONLY);
    demand('write of dma_entry_limit', await process.write(parameter, memory, limit.length));
    const { group = '' } = await user.bench.plug({});
    const fd = await process.open(VFIO_CONTAINER_PATH, O_RDWR);
    const groupFd = await process.open(group, O_RDWR);
    await process.store(memory, new Uint8Array(Int32Array.of(fd).buffer));
    const { request } = VFIO_GROUP_SET_CONTAINER;
    demand('VFIO_GROUP_SET_CONTAINER', await process.ioctl(groupFd, request, memory));
    const type = BigInt(VFIO_TYPE1v2_IOMMU);
    demand('VFIO_SET_IOMMU', await process.ioctl(fd, VFIO_SET_IOMMU.request, type));
    return new Container(user, fd, memory);
  }

  async map(mappings: number): Promise<void> {
    const flags = VFIO_DMA_MAP_FLAG_READ;
    for (let index = 0; index < mappings; index += 1) {
      const map = { flags, vaddr: this.#memory, iova: placeOf(index), size: page };
      await this.#user.call(this.#fd, VFIO_IOMMU_MAP_DMA, map);
    }
  }

  async unmap(mappings: number): Promise<void> {
    for (let index = 0; index < mappings; index += 1) {
      const unmap = { iova: placeOf(index), size: page };
      await this.#user.call(this.#fd, VFIO_IOMMU_UNMAP_DMA, unmap);
    }
  }

  async unmapAll(): Promise<void> {
    await this.#user.call(this.#fd, VFIO_IOMMU_UNMAP_DMA, { flags: VFIO_DMA_UNMAP_FLAG_ALL });
  }
}

/** So many mappings are made in a container with type1, one by one, and removed one by one. */
export async function mapAndUnmap(mappings: number): Promise<number> {
  const container = await Container.open(mappings);
  return cpuTime(async () => {
    await container.map(mappings);
    await container.unmap(mappings);
  });
}

/** So many mappings are removed by one call. */
export async function unmapAll(mappings: number): Promise<number> {
  const container = await Container.open(mappings);
  await container.map(mappings);
  return cpuTime(() => container.unmapAll());
}
