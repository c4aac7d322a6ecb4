import {
  VFIO_DMA_MAP_FLAG_READ,
  VFIO_DMA_MAP_FLAG_WRITE,
  VFIO_DMA_UNMAP_FLAG_ALL,
  VFIO_IOMMU_MAP_DMA,
  VFIO_IOMMU_UNMAP_DMA,
} from '#uapi/vfio/iommu-type1.ts';
import { VFIO_TYPE1v2_IOMMU } from '#uapi/vfio/container.ts';

import type { DeviceHandle } from '../../handles.ts';
import { commandNamed } from '../../words/commands.ts';
import { groupOf } from '../../words/names.ts';
import type { World } from '../../world.ts';
import { closeFile } from '../close.ts';
import { openGroup, openInGroup } from '../group.ts';
import { closeDevice, type Way } from './way.ts';

/** By the group of a device and a container, whoever serves it: a VMM makes the same calls. */
export const byGroup: Way = {
  async join(world, device, { file, members }) {
    const { it } = world;
    await openGroup(world, it, device);
    const group = groupOf(world, device);
    const set = { fd: group.fd, command: commandNamed('VFIO_GROUP_SET_CONTAINER') };
    const { result } = await world.call(it, set, { fd: file.fd });
    if (result < 0) return;
    group.container = file;
    // A container has a type for as long as it has groups.
    if (members.size === 0) {
      const form = { kind: 'argument', value: BigInt(VFIO_TYPE1v2_IOMMU) } as const;
      await world.call(it, { fd: file.fd, command: commandNamed('VFIO_SET_IOMMU'), form }, {});
    }
    await openInGroup(world, it, device);
  },

  async leave(world, device) {
    await closeDevice(world, device);
    await leaveGroup(world, device);
  },

  map(world, { file }, { iova, length: size }, { address: vaddr, rights: { read, write } }) {
    const flags = (read ? VFIO_DMA_MAP_FLAG_READ : 0) | (write ? VFIO_DMA_MAP_FLAG_WRITE : 0);
    const target = { fd: file.fd, command: VFIO_IOMMU_MAP_DMA };
    return world.call(world.it, target, { flags, vaddr, iova, size });
  },

  unmap(world, { file }, { iova, length: size }) {
    const target = { fd: file.fd, command: VFIO_IOMMU_UNMAP_DMA };
    return world.call(world.it, target, { iova, size });
  },

  unmapAll(world, { file }) {
    const target = { fd: file.fd, command: VFIO_IOMMU_UNMAP_DMA };
    return world.call(world.it, target, { flags: VFIO_DMA_UNMAP_FLAG_ALL });
  },

  told: 'size',
};

async function leaveGroup(world: World, device: DeviceHandle): Promise<void> {
  const { fd } = groupOf(world, device);
  await world.call(world.it, { fd, command: commandNamed('VFIO_GROUP_UNSET_CONTAINER') }, {});
  await closeFile(world, world.it, fd);
}
