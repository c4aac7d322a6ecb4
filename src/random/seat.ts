import type { FileKind } from '#commands/field.ts';
import { makesOf } from '#commands/index.ts';
import { ImplementationBroken, type Machine } from '#port/implementation.ts';
import type { Fd } from '#port/process.ts';
import type { Command } from '#uapi/ioctl.ts';
import { IOMMUFD_PATH } from '#uapi/paths.ts';
import { MAP_FIXED, MAP_SHARED, O_RDWR, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import { POLLIN } from '#uapi/poll.ts';

import { Actor } from './actor.ts';
import {
  locate,
  pack,
  type Call,
  type IoctlCall,
  type Listed,
  type Operand,
  type Resolved,
  type Who,
} from './call.ts';
import { chargesOf, type Charges } from './charges.ts';
import { badPointer, layout, listPages, memfdPages, pageSize } from './layout.ts';
import { changes, hexOf, plainly, shown, type Observation } from './observation.ts';
import type { Pool } from './pool.ts';

/** Bytes of buffer "list" that are compared. */
const listBytes = 256;
const farFromAll = 0x10_4000_0000n;

type Performed<K extends Call['kind']> = Extract<Call, { kind: K }>;

interface Returned {
  readonly command: Command;
  readonly result: number;
  readonly after: Uint8Array;
  readonly fields: Resolved;
}

/** A program on one machine: a process, perhaps a child of it, an iommufd, some memory. */
export class Seat {
  readonly machine: Machine;
  readonly iommufd: Fd;
  readonly #actors = new Map<Who, Actor>();
  /** What mmap() of the iommufd gave; undefined once it is unmapped. */
  #hasLeft = false;
  readonly #regions: ({ address: bigint; length: bigint } | undefined)[] = [];

  private constructor(machine: Machine, it: Actor, iommufd: Fd) {
    this.machine = machine;
    this.iommufd = iommufd;
    this.#actors.set('it', it);
  }

  static async take(machine: Machine): Promise<Seat> {
    const it = new Actor(await machine.newProcess());
    await it.furnish();
    const iommufd = await it.process.open(IOMMUFD_PATH, O_RDWR);
    const memfd = await it.process.memfd(memfdPages * pageSize, 0);
    if (iommufd < 0 || memfd < 0) throw new ImplementationBroken('no iommufd or no memfd');
    it.add('memfd', memfd);
    return new Seat(machine, it, iommufd);
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
        return this.ioctl(call, this.#resolve(call, pool));
      case 'plain ioctl':
        return this.#plainIoctl(call);
      case 'close':
        return this.#close(call);
      case 'read':
        return this.#read(call);
      case 'answer':
        return this.#answer(call);
      case 'mmap':
        return this.#mmap(call, pool);
      case 'munmap':
        return this.#munmap(call);
      case 'fork':
        return this.#fork(call);
      case 'exit':
        return this.#exit();
    }
  }

  #resolve({ by, fields }: IoctlCall, pool: Pool): Resolved {
    const actor = this.#actor(by);
    const numbers = Object.entries(fields).map(
      ([path, operand]) => [path, numberOf(actor, operand, pool)] as const,
    );
    return new Map(numbers);
  }

  async ioctl(
    { by, command, list }: Omit<IoctlCall, 'fields' | 'kind'>,
    fields: Resolved,
  ): Promise<Observation> {
    const actor = this.#actor(by);
    const { process } = actor;
    const before = pack(command, fields);
    const usesList = [...fields.values()].some(isInList);
    const [, , result, after, found] = await Promise.all([
      process.store(layout.struct, before),
      list && process.store(layout.list, listed(list)),
      process.ioctl(this.iommufd, command.request, layout.struct),
      process.load(layout.struct, before.length),
      usesList ? process.load(layout.list, listBytes) : undefined,
    ]);
    if (typeof after === 'string' || typeof found === 'string')
      throw new ImplementationBroken('a load of own memory failed');
    const own = takeFiles(actor, { command, result, after, fields });
    const text = [own.result, changes(command, before, own.after), found && `list ${hexOf(found)}`]
      .filter(Boolean)
      .join(' ');
    return { result, text, fields, after, ...(found && { list: found }) };
  }

  async #plainIoctl({ by, command, argument }: Performed<'plain ioctl'>): Promise<Observation> {
    const { process } = this.#actor(by);
    return plainly(await process.ioctl(this.iommufd, command.request, BigInt(argument)));
  }

  async #close({ of, nth }: Performed<'close'>): Promise<Observation> {
    const { fd, result } = await this.#actor('it').close(of, nth);
    return plainly(result, new Map([['fd', BigInt(fd)]]));
  }

  /** Readiness is compared as well. */
  async #read({ of, nth, length }: Performed<'read'>): Promise<Observation> {
    const actor = this.#actor('it');
    const { process } = actor;
    const fd = actor.file(of, nth);
    const poll = await process.poll([{ fd, events: POLLIN, revents: 0 }], 0);
    const ready = typeof poll === 'number' ? shown(poll) : `revents ${poll[0]?.revents}`;
    const result = await process.read(fd, layout.list, length);
    const found = await process.load(layout.list, Math.max(result, 1));
    const bytes = result > 0 && typeof found !== 'string' ? hexOf(found) : '';
    const fields = new Map([['fd', BigInt(fd)]]);
    return { ...plainly(result, fields), text: `${plainly(result).text} ${bytes} ${ready}` };
  }

  async #answer({ nth, cookie, code }: Performed<'answer'>): Promise<Observation> {
    const actor = this.#actor('it');
    const fd = actor.file('fault queue', nth);
    const bytes = new Uint8Array(Uint32Array.of(cookie, code).buffer);
    await actor.process.store(layout.list, bytes);
    const result = await actor.process.write(fd, layout.list, bytes.length);
    return plainly(result, new Map([['fd', BigInt(fd)]]));
  }

  /** At a place of its own, so that no two machines differ in it. */
  async #mmap({ nth, length: wanted }: Performed<'mmap'>, pool: Pool): Promise<Observation> {
    const { offset, length: whole } = pool.region(nth);
    const length = wanted ?? whole;
    const address = farFromAll + BigInt(this.#regions.length) * 16n * pageSize;
    const fields = new Map([
      ['offset', offset],
      ['length', length],
    ]);
    const result = await this.#actor('it').process.mmap({
      address,
      length,
      protection: PROT_READ | PROT_WRITE,
      flags: MAP_SHARED | MAP_FIXED,
      fd: this.iommufd,
      offset,
    });
    if (result < 0n) return plainly(Number(result), fields);
    this.#regions.push({ address, length });
    return plainly(0, fields);
  }

  /** `fields` has `region`, its number from 1, and its length; neither where there is nothing to unmap. */
  async #munmap({ nth }: Performed<'munmap'>): Promise<Observation> {
    const index = nth % Math.max(this.#regions.length, 1);
    const region = this.#regions[index];
    if (region === undefined) return plainly(0);
    this.#regions[index] = undefined;
    const result = await this.#actor('it').process.munmap(region.address, region.length);
    const fields = new Map([
      ['region', BigInt(index + 1)],
      ['length', region.length],
    ]);
    return plainly(result, fields);
  }

  async #fork({ privileged }: Performed<'fork'>): Promise<Observation> {
    if (this.#actors.has('child')) return plainly(0);
    this.#actors.set('child', await this.#actor('it').fork(privileged));
    return { ...plainly(0), text: 'forked' };
  }

  async #exit(): Promise<Observation> {
    const child = this.#actors.get('child');
    if (child === undefined) return plainly(0);
    await child.process.exit();
    this.#actors.delete('child');
    return { ...plainly(0), text: 'exited' };
  }

  /** Bytes that /proc/self/status tells of memory that is pinned, and of memory that is locked. */
  charged(who: Who): Promise<Charges> {
    return chargesOf(this.#actor(who).process, layout.struct);
  }

  /** Closes all that the parent has; the child goes first. The parent is there until leave(). */
  async closeAll(): Promise<void> {
    await this.#exit();
    const it = this.#actor('it');
    // A region that is mapped holds the file.
    for (const region of this.#regions) {
      if (region !== undefined) await it.process.munmap(region.address, region.length);
    }
    await Promise.all([it.closeAll(), it.process.close(this.iommufd)]);
  }

  async leave(): Promise<void> {
    this.#hasLeft = true;
    for (const { process } of this.#actors.values()) await process.exit();
  }

  /** Nobody is there any more who could make a call. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }
}

function numberOf(actor: Actor, operand: Operand, pool: Pool): bigint {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'id':
      return BigInt(pool.id(operand));
    case 'mapped':
      return pool.mapped(operand);
    case 'file':
      return BigInt(actor.file(operand.of, operand.nth));
    case 'buffer':
      return layout[operand.name] + operand.offset;
    case 'bad pointer':
      return badPointer;
  }
}

function isInList(number: bigint): boolean {
  return number >= layout.list && number < layout.list + listPages * pageSize;
}

function listed({ struct, rows }: Listed): Uint8Array {
  return new Uint8Array(Buffer.concat(rows.map((row) => struct.pack(row))));
}

/** Remembers the fds that came back, and hides their numbers. */
function takeFiles(
  actor: Actor,
  { command, result, after, fields }: Returned,
): { readonly result: string; readonly after: Uint8Array } {
  if (result < 0) return { result: shown(result), after };
  const copy = after.slice();
  for (const { kind, fd } of makesOf(command, fields.get('op'))) {
    if (fd === undefined) continue;
    if (fd === 'result') {
      actor.add(kind as FileKind, result);
      return { result: 'a file', after };
    }
    const { offset } = locate(command.struct, fd);
    const view = new DataView(copy.buffer);
    actor.add(kind as FileKind, view.getUint32(offset, true));
    view.setUint32(offset, 0xfd, true);
  }
  return { result: result === 0 ? 'ok' : String(result), after: copy };
}
