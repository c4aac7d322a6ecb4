import type { Fd } from '#port/process.ts';

import type {
  ContainerHandle,
  DeviceHandle,
  GroupHandle,
  Handle,
  IommufdHandle,
  Spot,
} from '../handles.ts';
import type { World } from '../world.ts';

/** How the words of a scenario become handles. */

export function iommufdNamed(world: World, name: string | undefined): IommufdHandle {
  return name === undefined ? world.handles.first('iommufd') : world.handles.get('iommufd', name);
}

export function containerNamed(world: World, name: string | undefined): ContainerHandle {
  return name === undefined
    ? world.handles.first('container')
    : world.handles.get('container', name);
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
