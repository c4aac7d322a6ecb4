import { defineParameterType } from '@cucumber/cucumber';

import { everyDeviceVariety, type DeviceDriver, type DeviceVariety } from '#port/bench.ts';
import type { Capability } from '#port/process.ts';
import type { Struct } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { MOCK_FLAGS_DEVICE_NO_DIRTY, MOCK_FLAGS_DEVICE_PASID } from '#uapi/iommufd/selftest.ts';
import { IOMMUFD_PATH } from '#uapi/paths.ts';

import { iovaRegexp, sizeRegexp } from '../values.ts';
import { commandNamed, type AnyCommand } from './commands.ts';
import type { Form } from './call.ts';
import type { FaultPlan } from './faults.ts';
import { formOf } from './form.ts';
import { guestFormats, type GuestFormatName } from './guest-tables.ts';
import { structNamed } from './structs.ts';
import type {
  BufferHandle,
  DeviceHandle,
  GuestKind,
  GuestTableHandle,
  Handle,
  IommufdHandle,
  MemfdHandle,
  ObjectKind,
  ObjectOf,
  ProcessHandle,
  Spot,
} from './handles.ts';
import { iommufdNamed, objectNamed, optionNamed, spotNamed, type Option } from './names.ts';
import type { NewPasidHwpt } from './pasid.ts';
import type {
  Place,
  Rights,
  BufferSort,
  Landing,
  HwptSort,
  NewHwpt,
  NewDevice,
  NewDmaBuf,
  NewGuestObject,
  Requester,
  BitRange,
  Errnos,
  FileCall,
  DeviceNode,
} from './parameter-values.ts';
import type { Verdict } from './outcome.ts';
import type { World } from './world.ts';

type Transform<T> = (this: World, ...groups: string[]) => T;

interface ParameterType<T> {
  readonly regexp: RegExp;
  readonly transform: Transform<T>;
}

function parameter<T>(regexp: RegExp, transform: Transform<T>): ParameterType<T> {
  return { regexp, transform };
}

const size = sizeRegexp.source;
const iova = iovaRegexp.source;
const quoted = '"([^"]*)"';

function re(source: string): RegExp {
  return new RegExp(source);
}

const rights: Readonly<Record<string, Rights>> = {
  'read-only': { read: true, write: false },
  'write-only': { read: false, write: true },
  'read-write': { read: true, write: true },
  'without rights': { read: false, write: false },
};

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

const types = {
  process: parameter(re(`it|process ${quoted}`), function (name): ProcessHandle {
    return this.handles.get('process', name ?? '');
  }),
  newProcess: parameter(
    re(`a process ${quoted}(?: without ([A-Z_]+(?:, [A-Z_]+)*))?`),
    (name, drop): { name: string; drop: Capability[] } => ({
      name: name ?? '',
      drop: (drop?.split(', ') ?? []) as Capability[],
    }),
  ),
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
  ioas: parameter(re(`IOAS ${quoted}`), function (name): ObjectOf<'ioas'> {
    return this.handles.get('ioas', name ?? '');
  }),
  newIoas: parameter(re(`an IOAS ${quoted}(?: in iommufd ${quoted})?`), function (name, iommufd): {
    name: string;
    iommufd: IommufdHandle;
  } {
    return { name: name ?? '', iommufd: iommufdNamed(this, iommufd) };
  }),
  newPasidHwpt: parameter(
    re(`a (nesting |nested |dirty-tracking )?PASID HWPT ${quoted}(?: with fault queue ${quoted})?`),
    function (sort = 'ordinary', name, fault): NewPasidHwpt {
      return {
        name: name ?? '',
        sort: sort.trim() as NewPasidHwpt['sort'],
        fault: fault === undefined ? undefined : this.handles.get('fault queue', fault).id,
      };
    },
  ),
  newHwpt: parameter(
    re(
      `a (?:(nesting|nested|dirty-tracking|dirty-tracking nesting) )?HWPT ${quoted}(?: with (?:(huge entries)|page table ${quoted}|fault queue ${quoted}))?`,
    ),
    function (sort, name, huge, table, fault): NewHwpt {
      return {
        name: name ?? '',
        sort: (sort ?? 'ordinary') as HwptSort,
        huge: huge !== undefined,
        table: table === undefined ? undefined : this.handles.get('guest table', table),
        fault: fault === undefined ? undefined : this.handles.get('fault queue', fault).id,
      };
    },
  ),
  newGuestObject: parameter(
    re(
      `a (vIOMMU|vDEVICE|vEVENTQ|HW queue) ${quoted}(?: for device ${quoted})?(?: with (data|virt_id|depth|index) (${size}))?(?: at (${size}) \\.\\. \\+(${size}))?`,
    ),
    function (...groups): NewGuestObject {
      const [kind, name, device, field, value, first, length] = groups;
      const number = value === undefined ? undefined : this.size(value);
      return {
        kind: kind as GuestKind,
        name: name ?? '',
        device: device === undefined ? undefined : this.handles.get('device', device),
        number: field === undefined || number === undefined ? undefined : { field, value: number },
        range:
          first === undefined
            ? undefined
            : { iova: this.size(first), length: this.size(length ?? '') },
      };
    },
  ),
  madeObject: parameter(
    re(`(${Object.keys(madeKinds).join('|')}) ${quoted}`),
    (kind = '', name = ''): { kind: ObjectKind | 'dma-buf'; name: string } => ({
      kind: madeKinds[kind as keyof typeof madeKinds],
      name,
    }),
  ),
  struct: parameter(/(?:an array of )?struct ([a-z0-9_]+)/, (name): Struct =>
    structNamed(name ?? ''),
  ),
  newFaultQueue: parameter(re(`a fault queue ${quoted}`), (name): string => name ?? ''),
  newAccess: parameter(
    re(`an access ${quoted}( that pins)?`),
    (name, pins): { name: string; pins: boolean } => ({
      name: name ?? '',
      pins: pins !== undefined,
    }),
  ),
  access: parameter(re(`access ${quoted}`), function (name): ObjectOf<'access'> {
    return this.handles.get('access', name ?? '');
  }),
  buffer: parameter(
    re(`buffer ${quoted}(?: \\+ (${size}))?`),
    function (name, offset): Spot<BufferHandle> {
      return spotNamed(this, 'buffer', name ?? '', offset);
    },
  ),
  newBuffer: parameter(
    re(`an? (?:(read-only|inaccessible|shared|huge-page|untouched|private) )?buffer ${quoted}`),
    (sort, name): { name: string; sort: BufferSort } => ({
      name: name ?? '',
      sort: (sort ?? 'ordinary') as BufferSort,
    }),
  ),
  memfd: parameter(re(`memfd ${quoted}`), function (name): MemfdHandle {
    return this.handles.get('memfd', name ?? '');
  }),
  dmaBuf: parameter(re(`dma-buf ${quoted}`), function (name): MemfdHandle {
    return this.handles.get('memfd', name ?? '');
  }),
  newDmaBuf: parameter(
    re(`a dma-buf ${quoted}(?: from device ${quoted}(?: in (\\d+) ranges)?)?`),
    function (name, exporter, ranges): NewDmaBuf {
      return {
        name: name ?? '',
        exporter: exporter === undefined ? undefined : this.handles.get('device', exporter),
        ranges: Number(ranges ?? 1),
      };
    },
  ),
  ownership: parameter(/(revokes|restores)/, (text): 'revokes' | 'restores' => text as 'revokes'),
  newMemfd: parameter(
    re(`a (huge-page )?memfd ${quoted}`),
    (huge, name): { name: string; huge: boolean } => ({
      name: name ?? '',
      huge: huge !== undefined,
    }),
  ),
  source: parameter(
    re(`(buffer|memfd|dma-buf) ${quoted}(?: \\+ (${size}))?`),
    function (kind, name, offset): Spot<BufferHandle> | Spot<MemfdHandle> {
      return kind === 'buffer'
        ? spotNamed(this, 'buffer', name ?? '', offset)
        : spotNamed(this, 'memfd', name ?? '', offset);
    },
  ),
  device: parameter(re(`device ${quoted}`), function (name): DeviceHandle {
    return this.handles.get('device', name ?? '');
  }),
  node: parameter(
    re(`(the group of )?device ${quoted}( through its group)?`),
    function (group, name, through): DeviceNode {
      const device = this.handles.get('device', name ?? '');
      return { device, way: group ? 'group' : through ? 'through group' : 'itself' };
    },
  ),
  requester: parameter(
    re(`(?:PASID (\\d+) of )?device ${quoted}`),
    function (pasid, name): Requester {
      return {
        device: this.handles.get('device', name ?? ''),
        pasid: pasid === undefined ? undefined : Number(pasid),
      };
    },
  ),
  newGuestTable: parameter(
    re(`an? (${Object.keys(guestFormats).join('|')}) page table ${quoted}`),
    (format, name): { format: GuestFormatName; name: string } => ({
      format: format as GuestFormatName,
      name: name ?? '',
    }),
  ),
  guestTable: parameter(re(`page table ${quoted}`), function (name): GuestTableHandle {
    return this.handles.get('guest table', name ?? '');
  }),
  driver: parameter(/(the host|VFIO)/, (text): DeviceDriver => (text === 'VFIO' ? 'vfio' : 'host')),
  newDevice: parameter(
    re(
      `a device ${quoted}(?: in the group of device ${quoted})?( with PASIDs)?( without dirty tracking)?(?: that (${everyDeviceVariety.join('|')}))?`,
    ),
    function (name, beside, pasids, clean, variety): NewDevice {
      return {
        name: name ?? '',
        variety: variety as DeviceVariety | undefined,
        beside: beside === undefined ? undefined : this.handles.get('device', beside),
        flags:
          (pasids === undefined ? 0 : MOCK_FLAGS_DEVICE_PASID) |
          (clean === undefined ? 0 : MOCK_FLAGS_DEVICE_NO_DIRTY),
      };
    },
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
  size: parameter(sizeRegexp, function (text): bigint {
    return this.size(text ?? '');
  }),
  iova: parameter(iovaRegexp, function (text): bigint {
    return this.size(text ?? '');
  }),
  place: parameter(re(`anywhere|at (${iova})`), function (text): Place {
    return { fixed: text !== undefined, iova: text === undefined ? 0n : this.size(text) };
  }),
  rights: parameter(
    /(read-only|write-only|read-write|without rights)/,
    (text): Rights => rights[text ?? ''] ?? { read: false, write: false },
  ),
  verdict: parameter(
    /succeeds|(succeeds or )?fails with (?:one of )?(E[A-Z0-9]+(?:, E[A-Z0-9]+)*)/,
    (either, errnos): Verdict =>
      errnos === undefined
        ? { kind: 'succeeds' }
        : {
            kind: either === undefined ? 'fails' : 'either',
            errnos: errnos.split(', ') as ErrnoName[],
          },
  ),
  errnos: parameter(
    /(E[A-Z0-9]+(?:, E[A-Z0-9]+)*)(?:, perhaps (E[A-Z0-9]+))?/,
    (sure = '', unsure): Errnos => ({
      sure: sure.split(', '),
      unsure: unsure === undefined ? [] : [unsure],
    }),
  ),
  faultPlan: parameter(
    /the (allocations and checks|allocations|checks)/,
    (text): FaultPlan => text as FaultPlan,
  ),
  ioctl: parameter(/((?:IOMMU|VFIO)_[A-Z0-9_]+|ioctl 0x[0-9a-f]+)/, (name): AnyCommand =>
    commandNamed(name ?? ''),
  ),
  form: parameter(
    re(
      `a size of (\\d+)(?: bytes?)?|(its minimum size|one byte less than its minimum size)|(\\d+) (zero bytes?|bytes?, the last one set,) appended|(a null pointer|a bad pointer|read-only memory|a tail in bad memory|the argument \\w+)`,
    ),
    (bytes, minimum, appended, tail, pointer): Form =>
      formOf({ bytes, minimum, appended, tail, pointer }),
  ),
  option: parameter(
    re(
      `the huge pages option of IOAS ${quoted}|the rlimit mode of (?:the iommufd|iommufd ${quoted})`,
    ),
    function (ioas, name): Option {
      return optionNamed(this, ioas, name);
    },
  ),
  landing: parameter(
    re(
      `at (${size})|inside (${size}) \\.\\. \\+(${size})|on a multiple of (${size})(?: plus (${size}))?`,
    ),
    function (at, first, length, multiple, plus): Landing {
      if (at !== undefined) return { kind: 'at', iova: this.size(at) };
      if (multiple !== undefined) {
        return { kind: 'multiple', of: this.size(multiple), plus: this.size(plus ?? '0') };
      }
      return { kind: 'inside', iova: this.size(first ?? ''), length: this.size(length ?? '') };
    },
  ),
  presence: parameter(
    /(exists|no longer exists|does not exist)/,
    (text): boolean => text === 'exists',
  ),
  standing: parameter(
    re(`is not attached|is attached to (HWPT|the page table of device) ${quoted}`),
    function (kind, name): Handle | undefined {
      return kind === undefined ? undefined : objectNamed(this, { id: undefined, kind, name });
    },
  ),
  mapped: parameter(/(is mapped|is not mapped)/, (text): boolean => text === 'is mapped'),
  sight: parameter(/(sees|does not see)/, (text): boolean => text === 'sees'),
  charge: parameter(/(pinned|locked)/, (text): 'pinned' | 'locked' => text as 'pinned' | 'locked'),
  resource: parameter(/(memlock|nofile)/, (text): 'memlock' | 'nofile' => text as 'memlock'),
  bits: parameter(
    /no bits|only bits? (\d+(?: \.\. \d+)?(?:, \d+(?: \.\. \d+)?)*)/,
    (text = ''): readonly BitRange[] =>
      [...text.matchAll(/(\d+)(?: \.\. (\d+))?/g)].map(([, first, last = first]) => ({
        first: Number(first),
        last: Number(last),
      })),
  ),
  fileCall: parameter(
    /(reads|writes|preads|pwrites|polls|mmaps)/,
    (text): FileCall => text as FileCall,
  ),
};

export type ParameterTypes = {
  [K in keyof typeof types]: ReturnType<(typeof types)[K]['transform']>;
} & { int: number; string: string };

export function defineParameterTypes(): void {
  for (const [name, { regexp, transform }] of Object.entries(types)) {
    defineParameterType({
      name,
      regexp,
      transformer: transform as (...groups: string[]) => unknown,
      useForSnippets: false,
    });
  }
}
