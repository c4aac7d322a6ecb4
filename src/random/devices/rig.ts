import { ImplementationBroken, type Machine } from '#port/implementation.ts';
import type { Address, Fd, Process } from '#port/process.ts';
import type { Command } from '#uapi/ioctl.ts';
import { MAP_ANONYMOUS, MAP_FIXED, MAP_SHARED, O_RDWR, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import { IOMMUFD_PATH } from '#uapi/paths.ts';

import { fieldOf, pack } from '../call.ts';
import { chargesOf, type Charges } from '../charges.ts';
import { PAGE, ramPages, tablePages } from './addresses.ts';

/** Where the memory of the process lies. */
const places = {
  ram: { address: 0x10_0000_0000n, pages: ramPages },
  tables: { address: 0x10_1000_0000n, pages: tablePages },
  'second tables': { address: 0x10_2000_0000n, pages: tablePages },
  /** Structs of calls. */
  struct: { address: 0x10_3000_0000n, pages: 1 },
  /** What structs point to, and what is read and written. */
  data: { address: 0x10_4000_0000n, pages: 1 },
} as const;

export type BufferName = keyof typeof places;

export interface Called {
  readonly result: number;
  /** Of the struct after the call. */
  field(path: string): number;
}

type Fields = Readonly<Record<string, number | bigint>>;

/** A process on a machine, with an iommufd and memory: what a VMM has before it has a device. */
export class Rig {
  readonly machine: Machine;
  readonly process: Process;
  readonly iommufd: Fd;
  readonly #files = new Set<Fd>();
  #isOver = false;

  private constructor(machine: Machine, process: Process, iommufd: Fd) {
    [this.machine, this.process, this.iommufd] = [machine, process, iommufd];
    this.#files.add(iommufd);
  }

  static async take(machine: Machine): Promise<Rig> {
    const process = await machine.newProcess();
    for (const { address, pages } of Object.values(places)) {
      const got = await process.mmap({
        address,
        length: BigInt(pages) * PAGE,
        protection: PROT_READ | PROT_WRITE,
        flags: MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED,
        fd: -1,
        offset: 0n,
      });
      if (got !== address) throw new ImplementationBroken(`mmap at a fixed address: ${got}`);
    }
    const iommufd = await process.open(IOMMUFD_PATH, O_RDWR);
    if (iommufd < 0) throw new ImplementationBroken(`no iommufd: ${iommufd}`);
    return new Rig(machine, process, iommufd);
  }

  address(buffer: BufferName): Address {
    return places[buffer].address;
  }

  async call(command: Command, fields: Fields, fd = this.iommufd): Promise<Called> {
    const { address } = places.struct;
    const numbers = Object.entries(fields).map(([path, number]) => [path, BigInt(number)] as const);
    const before = pack(command, new Map(numbers));
    const [, result, after] = await Promise.all([
      this.process.store(address, before),
      this.process.ioctl(fd, command.request, address),
      this.process.load(address, before.length),
    ]);
    if (typeof after === 'string') throw new ImplementationBroken('a load of own memory failed');
    return { result, field: (path) => Number(fieldOf(command, after, path)) };
  }

  /** Of what has to be there before anything random happens. */
  async must(command: Command, fields: Fields, fd = this.iommufd): Promise<Called> {
    const called = await this.call(command, fields, fd);
    if (called.result >= 0) return called;
    throw new ImplementationBroken(`${command.name} of the opening failed: ${called.result}`);
  }

  async open(path: string): Promise<Fd> {
    const fd = await this.process.open(path, O_RDWR);
    if (fd < 0) throw new ImplementationBroken(`${path} cannot be opened: ${fd}`);
    return this.own(fd);
  }

  /** A file that came back from a call. */
  own(fd: Fd): Fd {
    this.#files.add(fd);
    return fd;
  }

  async close(fd: Fd): Promise<void> {
    this.#files.delete(fd);
    await this.process.close(fd);
  }

  async load(buffer: BufferName, length: number): Promise<Uint8Array> {
    const bytes = await this.process.load(places[buffer].address, length);
    if (typeof bytes === 'string') throw new ImplementationBroken('a load of own memory failed');
    return bytes;
  }

  async store(buffer: BufferName, bytes: Uint8Array, offset = 0n): Promise<void> {
    await this.process.store(places[buffer].address + offset, bytes);
  }

  charges(): Promise<Charges> {
    return chargesOf(this.process, places.struct.address);
  }

  /** Closes all files: the newest first, as a device goes before its iommufd. */
  async closeAll(): Promise<void> {
    for (const fd of [...this.#files].reverse()) await this.close(fd);
  }

  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.process.exit();
  }
}
