import { IOMMU_IOAS_ALLOC } from '#uapi/iommufd/ioas.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import { IOMMUFD_PATH, VFIO_CONTAINER_PATH } from '#uapi/paths.ts';

import type { AddressSpaceHandle, DeviceHandle, IommufdHandle, Transport } from '../../handles.ts';
import type { World } from '../../world.ts';
import { demand } from '../scratch.ts';
import { byGroup } from './by-group.ts';
import { byIoas } from './by-ioas.ts';
import type { Way } from './way.ts';

/** What scenarios of features/dma/transports say once, and a VMM does in another way by each transport. */

export function wayOf({ transport }: AddressSpaceHandle): Way {
  return transport === 'IOAS' ? byIoas : byGroup;
}

const needed = {
  'type1 v2': 'type1-container',
  compat: 'vfio-compat',
  IOAS: 'vfio-device',
} as const;

/** Opens what takes the mappings; the handles of the file and of the IOAS have the name as well. */
export async function openSpace(world: World, name: string, transport: Transport): Promise<void> {
  world.require(needed[transport]);
  const space = {
    kind: 'address space',
    name,
    transport,
    members: new Set<DeviceHandle>(),
  } as const;
  const { handles } = world;
  if (transport === 'type1 v2') {
    const fd = await open(world, VFIO_CONTAINER_PATH);
    const file = handles.add({ kind: 'container', name, fd } as const);
    handles.add<AddressSpaceHandle>({ ...space, file, ioas: undefined });
    return;
  }
  const fd = await open(world, IOMMUFD_PATH);
  const file = handles.add({ kind: 'iommufd', name, fd } as const);
  const ioas = transport === 'IOAS' ? await newIoas(world, name, file) : undefined;
  handles.add<AddressSpaceHandle>({ ...space, file, ioas });
}

async function open(world: World, path: string): Promise<number> {
  const fd = demand('open', await world.it.port.open(path, O_RDWR | O_CLOEXEC));
  world.trace.add(`open("${path}", O_RDWR|O_CLOEXEC)`, fd);
  return fd;
}

async function newIoas(world: World, name: string, iommufd: IommufdHandle) {
  const target = { fd: iommufd.fd, command: IOMMU_IOAS_ALLOC };
  const { out_ioas_id: id } = await world.must(world.it, target, {});
  return world.handles.add({ kind: 'ioas', name, id: Number(id), iommufd } as const);
}
