import { ImplementationBroken, type Machine } from '#port/implementation.ts';
import type { Fd, Process } from '#port/process.ts';
import type { Command } from '#uapi/ioctl.ts';
import { IOMMU_TEST_OP_CREATE_ACCESS } from '#uapi/iommufd/selftest.ts';
import { errnoName } from '#uapi/errno.ts';
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  O_RDWR,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';
import { POLLIN } from '#uapi/poll.ts';
import { IOMMUFD_PATH, SELF_STATUS_PATH } from '#uapi/paths.ts';

import {
  locate,
  pack,
  type Call,
  type FileKind,
  type IoctlCall,
  type Operand,
  type Resolved,
  type Who,
} from './call.ts';
import type { Pool } from './pool.ts';

/** Where memory lies: the same on every machine, so that results can be compared byte by byte. */
export const layout = {
  ram: 0x10_0000_0000n,
  list: 0x10_1000_0000n,
  struct: 0x10_2000_0000n,
} as const;
export const pageSize = 4096n;
export const ramPages = 16n;
const sizes = { ram: ramPages * pageSize, list: 2n * pageSize, struct: pageSize } as const;
/** Bytes of buffer "list" that are compared. */
const listBytes = 256;
const memfdPages = 8n;
const closedFd = 1000;

interface Returned {
  readonly command: Command;
  readonly result: number;
  readonly after: Uint8Array;
  readonly fields: Resolved;
}

/** Outputs that are file descriptors, whose numbers say nothing. */
function outputFiles(name: string, fields: Resolved): [path: string, kind: FileKind][] {
  if (name === 'IOMMU_FAULT_QUEUE_ALLOC') return [['out_fault_fd', 'fault']];
  if (fields.get('op') !== BigInt(IOMMU_TEST_OP_CREATE_ACCESS)) return [];
  return name === 'IOMMU_TEST_CMD' ? [['create_access.out_access_fd', 'access']] : [];
}

/** Fields that the call changed. */
function changes({ struct }: Command, before: Uint8Array, after: Uint8Array): string {
  const parts = struct.fields.flatMap(({ name, offset, size }) => {
    const now = Buffer.from(after.subarray(offset, offset + size));
    if (now.equals(before.subarray(offset, offset + size))) return [];
    return [
      `${name}=${
        size > 8
          ? hexOf(now)
          : now
              .reverse()
              .toString('hex')
              .replace(/^0+(?=.)/, '0x')
      }`,
    ];
  });
  return parts.join(' ');
}

/** What one call did. */
export interface Observation {
  readonly result: number;
  /** All that can be compared: errno or result, outputs, what stands in buffer "list". */
  readonly text: string;
  readonly fields: Resolved;
  readonly after?: Uint8Array;
}

interface Actor {
  readonly process: Process;
  readonly files: Map<FileKind, Fd[]>;
}

async function memory(process: Process, name: keyof typeof layout): Promise<void> {
  const address = await process.mmap({
    address: layout[name],
    length: sizes[name],
    protection: PROT_READ | PROT_WRITE,
    flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
    fd: -1,
    offset: 0n,
  });
  if (address !== layout[name])
    throw new ImplementationBroken(`mmap at a fixed address: ${address}`);
}

function shown(result: number): string {
  return result < 0 ? errnoName(result) : 'ok';
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/(00)+$/, '');
}

/** A program on one machine: a process, perhaps a child of it, an iommufd, some memory. */
export class Seat {
  readonly machine: Machine;
  readonly #actors = new Map<Who, Actor>();
  readonly iommufd: Fd;

  private constructor(machine: Machine, it: Actor, iommufd: Fd) {
    this.machine = machine;
    this.iommufd = iommufd;
    this.#actors.set('it', it);
  }

  static async take(machine: Machine): Promise<Seat> {
    const process = await machine.newProcess();
    for (const name of ['ram', 'list', 'struct'] as const) await memory(process, name);
    const content = Uint8Array.from({ length: Number(sizes.ram) }, (_, index) => (index >> 9) + 1);
    await process.store(layout.ram, content);
    const iommufd = await process.open(IOMMUFD_PATH, O_RDWR);
    const memfd = await process.memfd(memfdPages * pageSize, 0);
    if (iommufd < 0 || memfd < 0) throw new ImplementationBroken('no iommufd or no memfd');
    return new Seat(machine, { process, files: new Map([['memfd', [memfd]]]) }, iommufd);
  }

  /** Falls back on the parent where there is no child. */
  #actor(who: Who): Actor {
    return this.#actors.get(who) ?? this.#actors.get('it')!;
  }

  has(who: Who): boolean {
    return this.#actors.has(who);
  }

  async perform(call: Call, pool: Pool): Promise<Observation> {
    switch (call.kind) {
      case 'ioctl':
        return this.ioctl(call, this.resolve(call, pool));
      case 'close':
        return this.#close(call.of, call.nth);
      case 'read':
        return this.#read(this.#file(this.#actor('it'), 'fault', call.nth));
      case 'answer':
        return this.#answer(this.#file(this.#actor('it'), 'fault', call.nth), call);
      case 'fork':
        return this.#fork();
      case 'exit':
        return this.#exit();
    }
  }

  resolve({ by, fields }: IoctlCall, pool: Pool): Resolved {
    const actor = this.#actor(by);
    const numbers = Object.entries(fields).map(
      ([path, operand]) => [path, this.#number(actor, operand, pool)] as const,
    );
    return new Map(numbers);
  }

  #number(actor: Actor, operand: Operand, pool: Pool): bigint {
    switch (operand.kind) {
      case 'value':
        return operand.value;
      case 'id':
        return BigInt(pool.id(operand));
      case 'mapped':
        return pool.mapped(operand);
      case 'file':
        return BigInt(this.#file(actor, operand.of, operand.nth));
      case 'buffer':
        return layout[operand.name] + operand.offset;
    }
  }

  #file({ files }: Actor, kind: FileKind, nth: number): Fd {
    const known = files.get(kind) ?? [];
    return known[nth % Math.max(known.length, 1)] ?? closedFd;
  }

  async ioctl(
    { by, command, list }: Omit<IoctlCall, 'fields' | 'kind'>,
    fields: Resolved,
  ): Promise<Observation> {
    const actor = this.#actor(by);
    const { process } = actor;
    const before = pack(command, fields);
    const usesList = [...fields.values()].some(
      (number) => number >= layout.list && number < layout.list + sizes.list,
    );
    const content = new Uint8Array(listBytes);
    content.set(list ?? []);
    const [, , result, after, found] = await Promise.all([
      process.store(layout.struct, before),
      usesList ? process.store(layout.list, content) : undefined,
      process.ioctl(this.iommufd, command.request, layout.struct),
      process.load(layout.struct, before.length),
      usesList ? process.load(layout.list, listBytes) : undefined,
    ]);
    if (typeof after === 'string' || typeof found === 'string')
      throw new ImplementationBroken('a load of own memory failed');
    const own = this.#takeFiles(actor, { command, result, after, fields });
    const changed = changes(command, before, own);
    const text = [shown(result), changed, found && `list ${hexOf(found)}`]
      .filter(Boolean)
      .join(' ');
    return { result, text, fields, after };
  }

  /** Remembers the fds that came back, and hides their numbers. */
  #takeFiles({ files }: Actor, { command, result, after, fields }: Returned): Uint8Array {
    if (result < 0) return after;
    const copy = after.slice();
    for (const [path, kind] of outputFiles(command.name, fields)) {
      const { offset } = locate(command.struct, path);
      const view = new DataView(copy.buffer);
      files.set(kind, [...(files.get(kind) ?? []), view.getUint32(offset, true)]);
      view.setUint32(offset, 0xfd, true);
    }
    return copy;
  }

  async #close(of: FileKind, nth: number): Promise<Observation> {
    const actor = this.#actor('it');
    const known = actor.files.get(of) ?? [];
    const index = nth % Math.max(known.length, 1);
    const fd = known[index] ?? closedFd;
    const result = await actor.process.close(fd);
    if (known[index] !== undefined) known[index] = closedFd;
    return { ...plainly(result), fields: new Map([['fd', BigInt(fd)]]) };
  }

  async #read(fd: Fd): Promise<Observation> {
    const { process } = this.#actor('it');
    const poll = await process.poll([{ fd, events: POLLIN, revents: 0 }], 0);
    const ready = typeof poll !== 'number' && ((poll[0]?.revents ?? 0) & POLLIN) !== 0;
    if (!ready) return { result: 0, text: 'nothing to read', fields: new Map() };
    const result = await process.read(fd, layout.list, listBytes);
    const found = await process.load(layout.list, Math.max(result, 1));
    const text = `${result < 0 ? shown(result) : result} ${typeof found === 'string' ? found : hexOf(found)}`;
    return { result, text, fields: new Map() };
  }

  async #answer(
    fd: Fd,
    { cookie, code }: { readonly cookie: number; readonly code: number },
  ): Promise<Observation> {
    const { process } = this.#actor('it');
    await process.store(layout.list, new Uint8Array(Uint32Array.of(cookie, code).buffer));
    return plainly(await process.write(fd, layout.list, 8));
  }

  async #fork(): Promise<Observation> {
    if (this.#actors.has('child')) return plainly(0);
    const { process, files } = this.#actor('it');
    const child = await process.spawn({});
    const copy = [...files].map(([kind, fds]) => [kind, [...fds]] as [FileKind, Fd[]]);
    this.#actors.set('child', { process: child, files: new Map(copy) });
    return { ...plainly(0), text: 'forked' };
  }

  async #exit(): Promise<Observation> {
    await this.#actors.get('child')?.process.exit();
    this.#actors.delete('child');
    return plainly(0);
  }

  /** Bytes that /proc/self/status tells of pinned memory. */
  async pinned(who: Who): Promise<bigint> {
    const { process } = this.#actor(who);
    const fd = await process.open(SELF_STATUS_PATH, 0);
    const length = await process.pread(fd, layout.struct, Number(pageSize) - 8, 0n);
    const bytes = await process.load(layout.struct, Math.max(length, 1));
    await process.close(fd);
    const [, digits] =
      /^VmPin:\s+(\d+) kB$/m.exec(Buffer.from(bytes as Uint8Array).toString()) ?? [];
    if (digits === undefined) throw new ImplementationBroken('no VmPin in /proc/self/status');
    return BigInt(digits) * 1024n;
  }

  /** Closes all that the parent has; the child goes first. The parent is there until leave(). */
  async closeAll(): Promise<void> {
    await this.#exit();
    const { process, files } = this.#actor('it');
    const open = [...files.values()].flat().filter((fd) => fd !== closedFd);
    await Promise.all([...open, this.iommufd].map((fd) => process.close(fd)));
  }

  async leave(): Promise<void> {
    for (const { process } of this.#actors.values()) await process.exit();
  }
}

function plainly(result: number): Observation {
  return { result, text: result < 0 ? shown(result) : String(result), fields: new Map() };
}
