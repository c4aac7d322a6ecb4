import type { Fd } from '#port/process.ts';

import type {
  DeviceHandle,
  GroupHandle,
  Handle,
  IommufdHandle,
  Kind,
  ObjectHandle,
  Spot,
} from '../handles.ts';
import type { World } from '../world.ts';

/** How the words of a scenario become handles. */

export function iommufdNamed(world: World, name: string | undefined): IommufdHandle {
  return name === undefined ? world.handles.first('iommufd') : world.handles.get('iommufd', name);
}

export type SpotOf<K extends 'buffer' | 'memfd'> = Spot<Extract<Handle, { kind: K }>>;

export function spotNamed<K extends 'buffer' | 'memfd'>(
  world: World,
  kind: K,
  name: string,
  offset: string | undefined,
): SpotOf<K> {
  const handle = world.handles.get(kind, name);
  return { handle, offset: offset === undefined ? 0n : world.size(offset) };
}

const kinds: Readonly<Record<string, Kind>> = {
  IOAS: 'ioas',
  HWPT: 'hwpt',
  'dma-buf': 'memfd',
};

/** An id that no scenario ever gets: ids are handed out from 1 upwards, the lowest free one first. */
export const noSuchId = 0x7ffffffe;

export function objectNamed(
  world: World,
  words: {
    readonly id: string | undefined;
    readonly kind: string | undefined;
    readonly name: string | undefined;
  },
): Handle {
  const { id, kind, name = '' } = words;
  if (id !== undefined) return numbered(world, Number(id), `object ${id}`);
  if (kind === 'the page table of device') return pageTableOf(world, name);
  if (kind === 'the group of device') return groupOf(world, world.handles.get('device', name));
  if (kind === 'mock device') return mockDevice(world, name);
  if (kind !== undefined) return world.handles.get(kinds[kind] ?? (kind as Kind), name);
  return numbered(world, noSuchId, 'no such object');
}

function numbered(world: World, id: number, name: string): ObjectHandle {
  return { kind: 'ioas', name, id, iommufd: world.handles.first('iommufd') };
}

/** The test object that a mock device comes into being with, and goes with. */
function mockDevice(world: World, device: string): ObjectHandle {
  const made = world.handles.all('mock device').find(({ name }) => name === device);
  if (made !== undefined) return made;
  const { mockId: id, iommufd } = world.handles.get('device', device);
  if (id !== undefined && iommufd !== undefined) {
    return { kind: 'mock device', name: device, id, iommufd };
  }
  throw new Error(`device "${device}" is no mock device, or was never attached in this scenario`);
}

/** Where a device is attached, or was last: it need not exist any more. */
function pageTableOf(world: World, device: string): ObjectHandle {
  const { pageTable: id, iommufd, ioas } = world.handles.get('device', device);
  if (id === undefined || iommufd === undefined) {
    throw new Error(`device "${device}" was never attached in this scenario`);
  }
  return { kind: 'hwpt', name: `of device ${device}`, id, iommufd, ioas };
}

/** The group of a device, once its node was opened. */
export function groupOf({ handles }: World, { name, info }: DeviceHandle): GroupHandle {
  const found = handles.all('group').find((group) => group.name === info.group);
  if (found !== undefined) return found;
  throw new Error(`the group of device "${name}" was never opened in this scenario`);
}

/** The fd that a handle stands for, where it stands for one. */
export function fdOf(handle: Handle): Fd {
  if ('fd' in handle && handle.fd !== undefined) return handle.fd;
  if ('iommufd' in handle && handle.iommufd !== undefined) return handle.iommufd.fd;
  throw new Error(`${handle.kind} "${handle.name}" has no file descriptor`);
}

/** The object id that a handle stands for, where it stands for one. */
export function idOf(handle: Handle): number {
  if ('id' in handle && handle.id !== undefined) return handle.id;
  throw new Error(`${handle.kind} "${handle.name}" has no object id`);
}

/** The IOAS behind the object of that id, where the scenario has a name for it. */
export function ioasBehind({ handles }: World, id: number): number | undefined {
  const ioas = handles.all('ioas').find((handle) => handle.id === id);
  return ioas?.id ?? handles.all('hwpt').find((handle) => handle.id === id)?.ioas;
}
