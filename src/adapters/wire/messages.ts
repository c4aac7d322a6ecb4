import { everyFeature } from '#port/features.ts';
import type { Capability, Signal } from '#port/process.ts';
import {
  either,
  hex64,
  hexBytes,
  integer,
  listOf,
  mapOf,
  nothing,
  object,
  oneOf,
  text,
  truth,
} from './shapes.ts';
import type { Of } from './shapes.ts';

/**
 * The wire protocol, version 1: JSON-RPC 2.0, one object a line, requests on the child's stdin, responses on its
 * stdout. The method is the port's, in kebab-case; `docs/wire-protocol.md` is the page for authors of other programs,
 * `docs/wire-protocol.schema.json` is generated from this table.
 *
 * u64 values and addresses are lower-case hex strings, `"0x7f0000001000"`; bytes are hex without prefix; everything
 * else is a number. A system call that failed is a *result*, a negative number; a JSON-RPC error means that the
 * implementation is broken.
 */
export const protocolVersion = 1;

export type { Hex64, HexBytes } from './shapes.ts';

const u32 = integer(0, 0xffffffff);
/** An `int` or an `unsigned int`, as the suite happens to write it. */
const word = integer(-0x80000000, 0xffffffff);
const count = integer(0, Number.MAX_SAFE_INTEGER);
/** 0 or more, or a negative errno: what a Linux system call returns in a register. */
const systemCall = integer(-4095, Number.MAX_SAFE_INTEGER);
const errno = integer(-4095, -1);
const capability = oneOf([
  'IPC_LOCK',
  'SYS_RESOURCE',
  'SYS_RAWIO',
  'SYS_ADMIN',
  'DAC_OVERRIDE',
] satisfies Capability[]);
const died = object({ signal: oneOf(['SIGSEGV', 'SIGBUS'] satisfies Signal[]) });
const bytes = object({ bytes: hexBytes });

const none = object({});
/** As `new-process` or `spawn` returned it. */
const processNumber = integer(1, Number.MAX_SAFE_INTEGER);
const ofProcess = { process: processNumber };
const ofFd = { ...ofProcess, fd: word };
const transfer = { ...ofFd, buffer: hex64, length: count };
const pollFd = object({ fd: word, events: integer(0, 0xffff), revents: integer(0, 0xffff) });

const attachment = object(
  { ...ofProcess, iommufd: word },
  { deviceFd: word, hwpt: u32, ioas: u32 },
);
const deviceOnly = { device: text };
const access = { ...deviceOnly, attachment, iova: hex64, length: count };
const pasid = { pasid: u32 };
const dmaResult = either(bytes, object({ blocked: oneOf([true]) }));
const deviceInfo = object(
  { id: text, kind: oneOf(['vfio', 'selftest']) },
  { cdev: text, group: text },
);

const machine = object({ name: text, features: listOf(oneOf(everyFeature)) });
const identity = object({
  name: text,
  version: text,
  kernel: text,
  architecture: text,
  pageSize: integer(1, 0xffffffff),
});

/** method → [params, result]. */
export const methods = {
  hello: [
    object({ protocol: u32, settings: mapOf(text) }),
    object({ protocol: u32, name: text, machines: listOf(machine) }),
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
    object({ ...ofProcess, fds: listOf(pollFd), timeoutMs: integer(0, 0x7fffffff) }),
    either(errno, listOf(pollFd)),
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
    either(hex64, errno),
  ],
  munmap: [object({ ...ofProcess, address: hex64, length: hex64 }), systemCall],
  load: [object({ ...ofProcess, address: hex64, length: count }), either(bytes, died)],
  store: [object({ ...ofProcess, address: hex64, bytes: hexBytes }), either(nothing, died)],
  memfd: [object({ ...ofProcess, length: hex64, flags: u32 }), systemCall],
  eventfd: [object({ ...ofProcess, initial: u32, flags: word }), systemCall],
  'set-limit': [
    object({ ...ofProcess, resource: oneOf(['memlock', 'nofile']), limit: hex64 }),
    systemCall,
  ],

  devices: [none, listOf(deviceInfo)],
  plug: [object({}, { sharesGroupWith: text }), deviceInfo],
  unplug: [object(deviceOnly), nothing],
  sees: [object({ ...access, address: hex64 }, pasid), truth],
  'dma-read': [object(access, pasid), dmaResult],
  'dma-write': [object({ ...access, bytes: hexBytes }, pasid), dmaResult],
  settle: [none, nothing],
  reset: [none, nothing],
} as const;

export type Method = keyof typeof methods;
export type Params<M extends Method> = Of<(typeof methods)[M][0]>;
export type Result<M extends Method> = Of<(typeof methods)[M][1]>;
export type WireAttachment = Of<typeof attachment>;
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
