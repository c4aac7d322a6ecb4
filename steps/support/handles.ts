import type { MadeKind } from '#commands/field.ts';
import type { Attachment, DeviceInfo, DmaResult } from '#port/bench.ts';
import type { Fd, Process } from '#port/process.ts';

import type { GuestFormat } from './guest/page-tables.ts';
import type { Scratch } from './calls/scratch.ts';
import type { WishInWords } from './words/wishes.ts';

/** What the names in a scenario stand for. */
export interface ProcessHandle {
  readonly kind: 'process';
  readonly name: string;
  readonly port: Process;
  /** Where the structs of ioctls go. */
  readonly scratch: Scratch;
  exited: boolean;
  /** A write that it has begun, and what it will return. */
  writing?: { readonly over: boolean; readonly result: Promise<number> } | undefined;
}

export interface IommufdHandle {
  readonly kind: 'iommufd';
  readonly name: string;
  readonly fd: Fd;
}

/** /dev/vfio/vfio, whoever serves it. */
export interface ContainerHandle {
  readonly kind: 'container';
  readonly name: string;
  readonly fd: Fd;
}

export type ObjectKind = Exclude<MadeKind, 'dma-buf'>;

/** What a guest has of an IOMMU. */
export type GuestKind = 'vIOMMU' | 'vDEVICE' | 'vEVENTQ' | 'HW queue';

/** Anything with an object id. */
export interface ObjectOf<K extends ObjectKind> {
  readonly kind: K;
  readonly name: string;
  readonly id: number;
  readonly iommufd: IommufdHandle;
  /** The fd that comes with a fault queue or an access. */
  readonly fd?: Fd;
  /** The item of the last pin of an access. */
  pin?: number | undefined;
  /** Where the kernel put the last mapping of an IOAS whose place it chose. */
  landing?: { readonly iova: bigint; readonly length: bigint };
  /** What IOMMU_IOAS_NOIOMMU_GET_PA said last of an IOAS. */
  physical?: { readonly address: bigint; readonly length: bigint } | undefined;
  /** The IOAS behind a page table. */
  readonly ioas?: number | undefined;
  /** What mmap() of the iommufd gives of a vIOMMU: where, and how many bytes. */
  readonly region?: { readonly offset: bigint; readonly length: bigint } | undefined;
  /** A page table on top of another one. */
  readonly nested?: boolean;
}

/** A file of memory: a memfd, or a dma-buf. */
export interface MemfdHandle {
  readonly kind: 'memfd';
  readonly name: string;
  readonly fd: Fd;
  readonly length: bigint;
}

export interface BufferHandle {
  readonly kind: 'buffer';
  readonly name: string;
  readonly process: ProcessHandle;
  readonly address: bigint;
  readonly length: bigint;
}

/** A page table of a guest, in memory of the process. */
export interface GuestTableHandle {
  readonly kind: 'guest table';
  readonly name: string;
  readonly format: GuestFormat;
  readonly process: ProcessHandle;
  readonly address: bigint;
  /** Bytes that there are for tables. */
  readonly length: bigint;
  /** Where the guest has them; the root is the first. */
  readonly guestAddress: bigint;
  pagesUsed: number;
}

export type ObjectHandle = { [K in ObjectKind]: ObjectOf<K> }[ObjectKind];

/** A place inside a buffer or a memfd. */
export interface Spot<H> {
  readonly handle: H;
  readonly offset: bigint;
}

export interface DeviceHandle {
  readonly kind: 'device';
  readonly name: string;
  readonly info: DeviceInfo;
  readonly wish: WishInWords;
  /** Who opened it, or attached it where that is the first that is done. */
  process: ProcessHandle | undefined;
  iommufd: IommufdHandle | undefined;
  /** What its group had when it was opened through that. */
  container: ContainerHandle | undefined;
  /** The VFIO device fd, once opened. */
  fd: Fd | undefined;
  /** Object id in the iommufd, once bound. */
  id: number | undefined;
  /** Object id of the mock device, for a selftest device. */
  mockId: number | undefined;
  hwpt: number | undefined;
  /** The id of `hwpt`, and after a detach of what it was. */
  pageTable: number | undefined;
  ioas: number | undefined;
  /** MOCK_FLAGS_DEVICE_*, for a selftest device. */
  readonly flags: number;
  /** Those that were attached. */
  readonly pasids: Set<number>;
  /** What its last access gave, and the last one of each of its PASIDs. */
  readonly accesses: Map<number | undefined, DmaResult | 'waiting'>;
}

/** A VFIO group whose node was opened; its name is the path of the node. */
export interface GroupHandle {
  readonly kind: 'group';
  readonly name: string;
  fd: Fd;
  /** What was last set as its container. */
  container: IommufdHandle | ContainerHandle | undefined;
}

/** The ways in which a VMM brings devices to memory: a container of VFIO, an iommufd in its place, or an IOAS. */
export type Transport = 'type1 v2' | 'compat' | 'IOAS';

/** What devices that came by one of them share. */
export interface AddressSpaceHandle {
  readonly kind: 'address space';
  readonly name: string;
  readonly transport: Transport;
  readonly file: ContainerHandle | IommufdHandle;
  /** Of the transport that has one; else what is mapped belongs to the file. */
  readonly ioas: ObjectOf<'ioas'> | undefined;
  readonly members: Set<DeviceHandle>;
}

/** What the kernel counts for a process. */
export interface EventfdHandle {
  readonly kind: 'eventfd';
  readonly name: string;
  readonly fd: Fd;
  readonly process: ProcessHandle;
}

/** The state of a device on its way to another, a file. */
export interface MigrationDataHandle {
  readonly kind: 'migration data';
  readonly name: string;
  readonly fd: Fd;
  /** What was read of it, in all. */
  bytes: Uint8Array;
}

export type Handle =
  | ProcessHandle
  | EventfdHandle
  | MigrationDataHandle
  | IommufdHandle
  | ContainerHandle
  | ObjectHandle
  | MemfdHandle
  | BufferHandle
  | DeviceHandle
  | GroupHandle
  | AddressSpaceHandle
  | GuestTableHandle;

export type Kind = Handle['kind'];

/** How the bench is told where a device stands. */
export function attachmentOf(device: DeviceHandle): Attachment {
  const { process, iommufd, container, fd, hwpt, ioas } = device;
  if (process === undefined || (iommufd ?? container) === undefined) {
    throw new Error(`device "${device.name}" was never bound in this scenario`);
  }
  return {
    process: process.port,
    ...(iommufd === undefined ? {} : { iommufd: iommufd.fd }),
    ...(container === undefined ? {} : { container: container.fd }),
    ...(fd === undefined ? {} : { deviceFd: fd }),
    ...(hwpt === undefined ? {} : { hwpt }),
    ...(ioas === undefined ? {} : { ioas }),
  };
}

/** The names of a scenario, in the order in which they came up. */
export class Handles {
  readonly #byKind = new Map<Kind, Map<string, Handle>>();

  add<H extends Handle>(handle: H): H {
    const names = this.#byKind.get(handle.kind) ?? new Map<string, Handle>();
    if (names.has(handle.name)) throw new Error(`two ${handle.kind}s named "${handle.name}"`);
    names.set(handle.name, handle);
    this.#byKind.set(handle.kind, names);
    return handle;
  }

  all<K extends Kind>(kind: K): Extract<Handle, { kind: K }>[] {
    return [...(this.#byKind.get(kind)?.values() ?? [])] as Extract<Handle, { kind: K }>[];
  }

  get<K extends Kind>(kind: K, name: string): Extract<Handle, { kind: K }> {
    const handle = this.#byKind.get(kind)?.get(name);
    if (handle !== undefined) return handle as Extract<Handle, { kind: K }>;
    const known = this.all(kind).map(({ name: other }) => `"${other}"`);
    const others = known.length === 0 ? `none` : known.join(', ');
    throw new Error(`no ${kind} named "${name}"; this scenario has ${others}`);
  }

  /** The one that a call means when it names none: the first of its kind. */
  first<K extends Kind>(kind: K): Extract<Handle, { kind: K }> {
    const [handle] = this.all(kind);
    if (handle === undefined) throw new Error(`this scenario has no ${kind} yet`);
    return handle;
  }
}
