import { Type } from '@sinclair/typebox';
import type { Static, TSchema } from '@sinclair/typebox';

import { isDerived } from '#port/derived-features.ts';
import { bindings, drivers, everyFunctionKey } from '#port/device-wish.ts';
import type { FunctionWish } from '#port/device-wish.ts';
import { everyFeature } from '#port/features.ts';
import { iommuModels } from '#port/machine-description.ts';
import type { DeclaredFeature } from '#port/machine-description.ts';
import { settingForms } from '#port/setting.ts';

/**
 * The wire protocol, version 2: JSON-RPC 2.0, one object a line, requests on the child's stdin, responses on its
 * stdout. The method is the port's, in kebab-case; `docs/wire-protocol.md` is the page for authors of other programs,
 * `docs/wire-protocol.schema.json` is generated from this table.
 *
 * u64 values and addresses are lower-case hex strings, `"0x7f0000001000"`; bytes are hex without prefix; everything
 * else is a number. A system call that failed is a *result*, a negative number; a JSON-RPC error means that the
 * implementation is broken.
 */
export const protocolVersion = 2;

export type Hex64 = `0x${string}`;
export type HexBytes = string;

const hex64 = Type.Unsafe<Hex64>(Type.String({ pattern: '^0x[0-9a-f]{1,16}$' }));
const hexBytes = Type.String({ pattern: '^(?:[0-9a-f]{2})*$' });
const text = Type.String();
const nothing = Type.Null();
const u16 = Type.Integer({ minimum: 0, maximum: 0xffff });
const u32 = Type.Integer({ minimum: 0, maximum: 0xffffffff });
/** An `int` or an `unsigned int`, as the suite happens to write it. */
const word = Type.Integer({ minimum: -0x80000000, maximum: 0xffffffff });
const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** 0 or more, or a negative errno: what a Linux system call returns in a register. */
const systemCall = Type.Integer({ minimum: -4095, maximum: Number.MAX_SAFE_INTEGER });
const errno = Type.Integer({ minimum: -4095, maximum: -1 });

function oneOf<const V extends string>(values: readonly V[]) {
  return Type.Union(values.map((value) => Type.Literal(value)));
}

function listOf<S extends TSchema>(element: S) {
  return Type.Unsafe<readonly Static<S>[]>(Type.Array(element));
}

/** Keys that are not listed are allowed everywhere, so that a later version can add some. */
const object = Type.Object;
const none = object({});
/** As `new-process` or `spawn` returned it. */
const processNumber = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const ofProcess = { process: processNumber };
const ofFd = { ...ofProcess, fd: word };
const transfer = { ...ofFd, buffer: hex64, length: count };
const pollFd = object({ fd: word, events: u16, revents: u16 });
const bytes = object({ bytes: hexBytes });
const died = object({ signal: oneOf(['SIGSEGV', 'SIGBUS']) });
const capability = oneOf(['IPC_LOCK', 'SYS_RESOURCE', 'SYS_RAWIO', 'SYS_ADMIN', 'DAC_OVERRIDE']);

const attachment = object({
  ...ofProcess,
  iommufd: Type.Optional(word),
  container: Type.Optional(word),
  deviceFd: Type.Optional(word),
  hwpt: Type.Optional(u32),
  ioas: Type.Optional(u32),
});
const ofDevice = { device: text };
const access = {
  ...ofDevice,
  attachment,
  iova: hex64,
  length: count,
  pasid: Type.Optional(u32),
};
const dmaResult = Type.Union([bytes, object({ blocked: Type.Literal(true) })]);
const waitingResult = Type.Union([dmaResult, object({ waiting: Type.Literal(true) })]);
const groupNumber = Type.Integer({ minimum: 0, maximum: 511 });
const pageRequest = object({
  iova: hex64,
  pasid: Type.Optional(u32),
  permissions: u32,
  group: groupNumber,
  last: Type.Boolean(),
});
const pageResponse = object({
  group: groupNumber,
  code: Type.Integer({ minimum: 0, maximum: 15 }),
  pasid: Type.Optional(u32),
});
const refusedAccess = object({
  iova: hex64,
  write: Type.Boolean(),
  pasid: Type.Optional(u32),
  reason: Type.Integer({ minimum: 0, maximum: 255 }),
});
const stopped = object({ stopped: Type.Literal(true) });
const deviceInfo = object({
  id: text,
  kind: oneOf(['vfio', 'selftest']),
  cdev: Type.Optional(text),
  group: Type.Optional(text),
});

/** Keys of a PCI function: as wished, or the most that there is. */
const functionWish = Type.Unsafe<FunctionWish>(
  object(
    Object.fromEntries(
      everyFunctionKey.map(([key, { kind }]) => [
        key,
        Type.Optional(kind === 'count' ? count : Type.Boolean()),
      ]),
    ),
  ),
);
const wish = object({
  function: Type.Optional(functionWish),
  iommu: Type.Optional(text),
  group: Type.Optional(object({ with: text })),
  bound: Type.Optional(oneOf(bindings)),
});

const iommu = object({
  name: text,
  model: oneOf(iommuModels),
  scalable: Type.Optional(Type.Boolean()),
  firstStage: Type.Optional(Type.Boolean()),
  express: Type.Optional(Type.Boolean()),
  nesting: Type.Optional(Type.Boolean()),
  enforcesCoherency: Type.Optional(Type.Boolean()),
  coherent: Type.Optional(Type.Boolean()),
  dirtyTracking: Type.Optional(Type.Boolean()),
  addressBits: Type.Optional(u32),
  pageSizes: Type.Optional(listOf(count)),
});
const deviceOffer = object({
  kind: oneOf(['vfio', 'selftest']),
  bound: listOf(oneOf(bindings)),
  iommus: listOf(text),
  function: Type.Optional(functionWish),
  shareGroups: Type.Optional(Type.Boolean()),
});
/** For readers of the schema: what a program declares is judged where that of a module is, with a sentence for each flaw. */
const declaredFeature = Type.Unsafe<DeclaredFeature>(
  Type.String({ enum: everyFeature.filter((feature) => !isDerived(feature)) }),
);
const machine = object({
  name: text,
  features: listOf(declaredFeature),
  iommus: listOf(iommu),
  devices: listOf(deviceOffer),
});
const identity = object({
  name: text,
  version: text,
  kernel: text,
  architecture: text,
  pageSize: u32,
});

/** By name; a program that declares none of them is passed whatever the user says. */
const settings = Type.Record(
  text,
  object({ takes: Type.Union([listOf(text), oneOf(settingForms)]), says: text }),
);

/** method → [params, result]. */
export const methods = {
  hello: [
    object({ protocol: u32, settings: Type.Record(text, text) }),
    object({
      protocol: u32,
      name: text,
      settings: Type.Optional(settings),
      machines: listOf(machine),
    }),
  ],
  start: [object({ machine: text }), identity],
  stop: [none, nothing],
  complaints: [none, listOf(text)],

  'new-process': [none, processNumber],
  spawn: [object({ ...ofProcess, drop: listOf(capability) }), processNumber],
  exit: [object(ofProcess), nothing],
  open: [object({ ...ofProcess, path: text, flags: word }), systemCall],
  close: [object(ofFd), systemCall],
  ioctl: [object({ ...ofFd, request: u32, arg: hex64 }), systemCall],
  read: [object(transfer), systemCall],
  write: [object(transfer), systemCall],
  pread: [object({ ...transfer, offset: hex64 }), systemCall],
  pwrite: [object({ ...transfer, offset: hex64 }), systemCall],
  poll: [
    object({
      ...ofProcess,
      fds: listOf(pollFd),
      timeoutMs: Type.Integer({ minimum: 0, maximum: 0x7fffffff }),
    }),
    Type.Union([errno, listOf(pollFd)]),
  ],
  mmap: [
    object({
      ...ofFd,
      address: hex64,
      length: hex64,
      protection: word,
      flags: word,
      offset: hex64,
    }),
    Type.Union([hex64, errno]),
  ],
  munmap: [object({ ...ofProcess, address: hex64, length: hex64 }), systemCall],
  load: [object({ ...ofProcess, address: hex64, length: count }), Type.Union([bytes, died])],
  store: [object({ ...ofProcess, address: hex64, bytes: hexBytes }), Type.Union([nothing, died])],
  memfd: [object({ ...ofProcess, length: hex64, flags: u32 }), systemCall],
  eventfd: [object({ ...ofProcess, initial: u32, flags: word }), systemCall],
  'set-limit': [
    object({ ...ofProcess, resource: oneOf(['memlock', 'nofile']), limit: hex64 }),
    systemCall,
  ],

  devices: [none, listOf(deviceInfo)],
  plug: [wish, deviceInfo],
  unplug: [object(ofDevice), nothing],
  bind: [object({ ...ofDevice, driver: oneOf(drivers) }), systemCall],
  sees: [object({ ...access, address: hex64 }), Type.Boolean()],
  'dma-read': [object(access), dmaResult],
  'dma-write': [object({ ...access, bytes: hexBytes }), dmaResult],
  'request-pages': [object({ ...ofDevice, requests: listOf(pageRequest) }), nothing],
  'page-responses': [object(ofDevice), listOf(pageResponse)],
  'start-dma': [object({ ...access, group: groupNumber, bytes: Type.Optional(hexBytes) }), nothing],
  'finish-dma': [object({ ...ofDevice, group: groupNumber }), waitingResult],
  'answer-device': [object({ ...ofDevice, response: pageResponse }), nothing],
  'refused-accesses': [object(ofDevice), listOf(refusedAccess)],
  'virtio-request': [
    object({ bytes: hexBytes, room: count }),
    Type.Union([object({ bytes: hexBytes, written: count }), stopped]),
  ],
  'virtio-events': [
    object({ buffers: listOf(count) }),
    Type.Union([object({ events: listOf(hexBytes) }), stopped]),
  ],
  'virtio-configuration': [
    object({ change: Type.Optional(object({ offset: count, bytes: hexBytes })) }),
    bytes,
  ],
  'virtio-reset': [none, nothing],
  settle: [none, nothing],
  reset: [none, nothing],
} as const satisfies Record<string, readonly [TSchema, TSchema]>;

export type Method = keyof typeof methods;
export type Params<M extends Method> = Static<(typeof methods)[M][0]>;
export type Result<M extends Method> = Static<(typeof methods)[M][1]>;
export type WireAttachment = Static<typeof attachment>;
export type WirePageRequest = Static<typeof pageRequest>;
export type WireDmaAccess = Params<'dma-read'>;

/** JSON-RPC 2.0, section 5.1, and one of our own. */
export const errorCodes = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  /** The implementation threw: it is broken. */
  broken: -32000,
} as const;
