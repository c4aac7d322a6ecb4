import { IOMMUFD_PATH } from '#uapi/paths.ts';

import type { Handle, IommufdHandle, ObjectKind } from '../handles.ts';
import { iommufdNamed, objectNamed } from './names.ts';
import { named, parameter, quoted, re } from './parameter.ts';

/** What a step can give a name to after the call that made it. */
const madeKinds = {
  IOAS: 'ioas',
  HWPT: 'hwpt',
  'bound device': 'bound device',
  'mock device': 'mock device',
  'fault queue': 'fault queue',
  access: 'access',
  vIOMMU: 'vIOMMU',
  vDEVICE: 'vDEVICE',
  vEVENTQ: 'vEVENTQ',
  'HW queue': 'HW queue',
  'dma-buf': 'dma-buf',
} as const satisfies Record<string, ObjectKind | 'dma-buf'>;

/** An iommufd, and what it has of any kind. */
export const objects = {
  iommufd: parameter(re(`the iommufd|iommufd ${quoted}`), function (name): IommufdHandle {
    return iommufdNamed(this, name);
  }),
  newIommufd: parameter(
    re(`an iommufd(?: ${quoted})?(?: opened as (/dev/vfio/vfio))?`),
    (name, path): { name: string; path: string } => ({
      name: name ?? '',
      path: path ?? IOMMUFD_PATH,
    }),
  ),
  object: parameter(
    re(
      `(the iommufd)|no such object|object (\\d+)|(iommufd|IOAS|HWPT|fault queue|access|bound device|mock device|device|memfd|the (?:page table|group) of device|vIOMMU|vDEVICE|vEVENTQ|HW queue) ${quoted}`,
    ),
    function (the, id, kind, name): Handle {
      if (the !== undefined) return this.handles.first('iommufd');
      return objectNamed(this, { id, kind, name });
    },
  ),
  presence: parameter(
    /(exists|no longer exists|does not exist)/,
    (text): boolean => text === 'exists',
  ),
  madeObject: parameter(
    re(`(${Object.keys(madeKinds).join('|')}) ${quoted}`),
    (kind = '', name = ''): { kind: ObjectKind | 'dma-buf'; name: string } => ({
      kind: madeKinds[kind as keyof typeof madeKinds],
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
