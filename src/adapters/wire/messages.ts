import type { DeviceInfo, DeviceModel } from '#port/bench.ts';
import type { Identity, MachineDescription } from '#port/implementation.ts';
import type { Capability, Signal } from '#port/process.ts';

/**
 * The wire protocol, version 1: JSON-RPC 2.0, one object a line, requests on the child's stdin, responses on its
 * stdout. The method is the port's, in kebab-case; `docs/wire-protocol.md` is the page for authors of other programs.
 *
 * u64 values and addresses are lower-case hex strings, `"0x7f0000001000"`; bytes are hex without prefix; everything
 * else is a number. A system call that failed is a *result*, a negative number; a JSON-RPC error means that the
 * implementation is broken.
 */
export const protocolVersion = 1;

export type Hex64 = `0x${string}`;
export type HexBytes = string;

interface OfProcess {
  /** As `new-process` or `spawn` returned it, 1 or more. */
  readonly process: number;
}
interface OfFd extends OfProcess {
  readonly fd: number;
}
interface Transfer extends OfFd {
  readonly buffer: Hex64;
  readonly length: number;
}
export interface WireAttachment extends OfProcess {
  readonly iommufd: number;
  readonly deviceFd?: number;
  readonly hwpt?: number;
  readonly ioas?: number;
}
export interface WireDmaAccess {
  readonly device: string;
  readonly attachment: WireAttachment;
  readonly iova: Hex64;
  readonly length: number;
  readonly pasid?: number;
}
interface WirePollFd {
  readonly fd: number;
  readonly events: number;
  readonly revents: number;
}
type WireDmaResult = { readonly bytes: HexBytes } | { readonly blocked: true };

/** method → [params, result]. */
export interface Methods {
  hello: [
    { readonly protocol: number; readonly settings: Readonly<Record<string, string>> },
    {
      readonly protocol: number;
      readonly name: string;
      readonly machines: readonly MachineDescription[];
    },
  ];
  start: [{ readonly machine: string }, Identity];
  stop: [Record<string, never>, null];
  complaints: [Record<string, never>, readonly string[]];

  'new-process': [Record<string, never>, number];
  spawn: [OfProcess & { readonly drop: readonly Capability[] }, number];
  exit: [OfProcess, null];
  open: [OfProcess & { readonly path: string; readonly flags: number }, number];
  close: [OfFd, number];
  ioctl: [OfFd & { readonly request: number; readonly arg: Hex64 }, number];
  read: [Transfer, number];
  write: [Transfer, number];
  pread: [Transfer & { readonly offset: Hex64 }, number];
  pwrite: [Transfer & { readonly offset: Hex64 }, number];
  poll: [
    OfProcess & { readonly fds: readonly WirePollFd[]; readonly timeoutMs: number },
    number | readonly WirePollFd[],
  ];
  mmap: [
    OfFd & {
      readonly address: Hex64;
      readonly length: Hex64;
      readonly protection: number;
      readonly flags: number;
      readonly offset: Hex64;
    },
    Hex64 | number,
  ];
  munmap: [OfProcess & { readonly address: Hex64; readonly length: Hex64 }, number];
  load: [
    OfProcess & { readonly address: Hex64; readonly length: number },
    { readonly bytes: HexBytes } | { readonly signal: Signal },
  ];
  store: [
    OfProcess & { readonly address: Hex64; readonly bytes: HexBytes },
    null | { readonly signal: Signal },
  ];
  memfd: [OfProcess & { readonly length: Hex64; readonly flags: number }, number];
  eventfd: [OfProcess & { readonly initial: number; readonly flags: number }, number];
  'set-limit': [
    OfProcess & { readonly resource: 'memlock' | 'nofile'; readonly limit: Hex64 },
    number,
  ];

  devices: [Record<string, never>, readonly DeviceInfo[]];
  plug: [DeviceModel, DeviceInfo];
  unplug: [{ readonly device: string }, null];
  sees: [WireDmaAccess & { readonly address: Hex64 }, boolean];
  'dma-read': [WireDmaAccess, WireDmaResult];
  'dma-write': [WireDmaAccess & { readonly bytes: HexBytes }, WireDmaResult];
  settle: [Record<string, never>, null];
  reset: [Record<string, never>, null];
}

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M][0];
export type Result<M extends Method> = Methods[M][1];
