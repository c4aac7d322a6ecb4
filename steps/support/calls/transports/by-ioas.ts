import {
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
  IOMMU_IOAS_UNMAP,
} from '#uapi/iommufd/ioas.ts';

import type { AddressSpaceHandle } from '../../handles.ts';
import { attachDevice, detachDevice } from '../attach.ts';
import { closeDevice, type Way } from './way.ts';

/** By the node of the device itself and an IOAS. */
export const byIoas: Way = {
  join(world, device, space) {
    return attachDevice(world, world.it, device, ioasOf(space));
  },

  async leave(world, device) {
    await detachDevice(world, world.it, device);
    await closeDevice(world, device);
  },

  map(world, space, range, { address: user_va, rights: { read, write } }) {
    const { id: ioas_id, iommufd } = ioasOf(space);
    const access = (read ? IOMMU_IOAS_MAP_READABLE : 0) | (write ? IOMMU_IOAS_MAP_WRITEABLE : 0);
    const target = { fd: iommufd.fd, command: IOMMU_IOAS_MAP };
    const flags = IOMMU_IOAS_MAP_FIXED_IOVA | access;
    return world.call(world.it, target, { flags, ioas_id, user_va, ...range });
  },

  unmap(world, space, range) {
    const { id: ioas_id, iommufd } = ioasOf(space);
    return world.call(
      world.it,
      { fd: iommufd.fd, command: IOMMU_IOAS_UNMAP },
      { ioas_id, ...range },
    );
  },

  unmapAll(world, space) {
    return byIoas.unmap(world, space, { iova: 0n, length: 2n ** 64n - 1n });
  },

  told: 'length',
};

function ioasOf({ name, ioas }: AddressSpaceHandle) {
  if (ioas !== undefined) return ioas;
  throw new Error(`address space "${name}" has no IOAS`);
}
