import type { MadeKind } from '#commands/field.ts';
import { madeKinds, wordFor } from '#commands/index.ts';
import { IOMMUFD_PATH } from '#uapi/paths.ts';

import type { ContainerHandle, Handle, IommufdHandle, ObjectHandle } from '../handles.ts';
import { containerNamed, groupOf, iommufdNamed } from './names.ts';
import { named, oneOf, parameter, quoted, re } from './parameter.ts';
import type { World } from '../world.ts';

/** What a step can give a name to after the call that made it, by the noun. */
const made = new Map(madeKinds.map((kind) => [wordFor(kind), kind]));

/** An id that no scenario ever gets: ids are handed out from 1 upwards, the lowest free one first. */
export const noSuchId = 0x7ffffffe;

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

const iommufd = parameter(re(`the iommufd|iommufd ${quoted}`), function (name): IommufdHandle {
  return iommufdNamed(this, name);
});

const container = parameter(
  re(`the container|container ${quoted}`),
  function (name): ContainerHandle {
    return containerNamed(this, name);
  },
);

/** What a call or a step can be about. */
const object = oneOf<Handle>(
  iommufd,
  container,
  parameter(/no such object/, function () {
    return numbered(this, noSuchId, 'no such object');
  }),
  parameter(/object (\d+)/, function (id) {
    return numbered(this, Number(id), `object ${id}`);
  }),
  ...[...made].flatMap(([noun, kind]) =>
    kind === 'mock device' || kind === 'dma-buf' ? [] : [named(noun, kind)],
  ),
  named('device', 'device'),
  named('memfd', 'memfd'),
  named('dma-buf', 'memfd'),
  named('eventfd', 'eventfd'),
  named('migration data', 'migration data'),
  parameter(re(`mock device ${quoted}`), function (device) {
    return mockDevice(this, device);
  }),
  parameter(re(`the page table of device ${quoted}`), function (device) {
    return pageTableOf(this, device);
  }),
  parameter(re(`the group of device ${quoted}`), function (device) {
    return groupOf(this, this.handles.get('device', device));
  }),
);

/** The same in the cell of a table. */
export function objectNamed(world: World, text: string): Handle {
  return object.transform.call(world, text);
}

/** An iommufd, and what it has of any kind. */
export const objects = {
  iommufd,
  newIommufd: parameter(
    re(`an iommufd(?: ${quoted})?(?: opened as (/dev/vfio/vfio))?`),
    (name, path): { name: string; path: string } => ({
      name: name ?? '',
      path: path ?? IOMMUFD_PATH,
    }),
  ),
  container,
  newContainer: parameter(re(`a container(?: ${quoted})?`), (name): string => name ?? ''),
  object,
  presence: parameter(
    /(exists|no longer exists|does not exist)/,
    (text): boolean => text === 'exists',
  ),
  madeObject: parameter(
    re(`(${[...made.keys()].join('|')}) ${quoted}`),
    (noun = '', name = ''): { kind: MadeKind; name: string } => ({
      kind: made.get(noun)!,
      name,
    }),
  ),
  newFaultQueue: parameter(re(`a fault queue ${quoted}`), (name): string => name ?? ''),
  access: named('access', 'access'),
  newAccess: parameter(
    re(`an access ${quoted}( that pins)?`),
    (name, pins): { name: string; pins: boolean } => ({
      name: name ?? '',
      pins: pins !== undefined,
    }),
  ),
};
