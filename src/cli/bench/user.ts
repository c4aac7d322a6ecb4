import { implementation } from '#adapters/reference/index.ts';
import type { Bench } from '#port/bench.ts';
import type { Fd, Process } from '#port/process.ts';
import type { Struct, Values } from '#uapi/codec.ts';
import type { Command } from '#uapi/ioctl.ts';
import { IOMMU_IOAS_ALLOC } from '#uapi/iommufd/ioas.ts';
import {
  MAP_ANONYMOUS,
  MAP_NORESERVE,
  MAP_PRIVATE,
  O_RDWR,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';
import { IOMMUFD_PATH } from '#uapi/paths.ts';

/** What a call returned. Throws where it failed: a benchmark of failures measures nothing. */
export function demand(what: string, result: number): number {
  if (result >= 0) return result;
  throw new Error(`${what} returned ${result}`);
}

/** A program that uses the reference as any program would: one process, one iommufd, memory for its structs. */
export class User {
  readonly process: Process;
  readonly bench: Bench;
  readonly iommufd: Fd;
  readonly #structs: bigint;

  private constructor(process: Process, bench: Bench, files: { iommufd: Fd; structs: bigint }) {
    this.process = process;
    this.bench = bench;
    this.iommufd = files.iommufd;
    this.#structs = files.structs;
  }

  static async start(machine: 'vt-d' | 'mock' = 'vt-d'): Promise<User> {
    const running = await implementation.start({ machine, timeoutMs: 0, settings: {} });
    const process = await running.newProcess();
    const structs = await memory(process, 4096n);
    const iommufd = await process.open(IOMMUFD_PATH, O_RDWR);
    return new User(process, running.bench, { iommufd, structs });
  }

  /** Untouched memory; `flags` are MAP_* beyond those of anonymous memory. */
  memory(length: bigint, flags = 0): Promise<bigint> {
    return memory(this.process, length, flags);
  }

  /** Returns the struct after the call. Throws where the call fails: a benchmark of failures measures nothing. */
  async call<S extends Struct>(
    fd: Fd,
    command: Command<S>,
    values: Partial<Values<S['codecs']>>,
  ): Promise<Values<S['codecs']>> {
    const { struct, request, name } = command;
    const bytes = struct.pack(values);
    new DataView(bytes.buffer).setUint32(0, struct.size, true);
    const { process } = this;
    const [, result, after] = await Promise.all([
      process.store(this.#structs, bytes),
      process.ioctl(fd, request, this.#structs),
      process.load(this.#structs, struct.size),
    ]);
    if (result < 0 || !(after instanceof Uint8Array)) throw new Error(`${name} returned ${result}`);
    return struct.unpack(after);
  }

  async newIoas(): Promise<number> {
    return (await this.call(this.iommufd, IOMMU_IOAS_ALLOC, {})).out_ioas_id;
  }
}

async function memory(process: Process, length: bigint, flags = 0): Promise<bigint> {
  return process.mmap({
    address: 0n,
    length,
    protection: PROT_READ | PROT_WRITE,
    flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags,
    fd: -1,
    offset: 0n,
  });
}
