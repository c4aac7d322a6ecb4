import { ImplementationBroken } from '#port/implementation.ts';
import type { Address, Fd, Process } from '#port/process.ts';
import type { Command } from '#uapi/ioctl.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';

const bytes = 4096n;
/** What a bench maps lies from here on: where a kernel chooses, it may be in a hole that a scenario has made. */
const first = 0x1000_0000_0000n;
/** Room for one, whatever the page size. */
const slot = 0x20_0000n;
let taken = 0n;

/** A hint for mmap(), another one each time. */
export function benchAddress(): Address {
  return first + slot * taken++;
}

const known = new WeakMap<Process, Promise<Scratch>>();

/**
 * A page in the memory of a process, for the structs and buffers of a bench. It stays: a page that came and went would
 * cost two calls each time.
 */
export class Scratch {
  readonly process: Process;
  readonly address: Address;

  private constructor(process: Process, address: Address) {
    this.process = process;
    this.address = address;
  }

  /** The same one for every call with that process. */
  static of(process: Process): Promise<Scratch> {
    const scratch = known.get(process) ?? Scratch.map(process);
    known.set(process, scratch);
    return scratch;
  }

  /** A further one. */
  static async map(process: Process): Promise<Scratch> {
    const address = await process.mmap({
      address: benchAddress(),
      length: bytes,
      protection: PROT_READ | PROT_WRITE,
      flags: MAP_PRIVATE | MAP_ANONYMOUS,
      fd: -1,
      offset: 0n,
    });
    if (address < 0n) throw new ImplementationBroken(`mmap of one page returned ${address}`);
    return new Scratch(process, address);
  }

  /** Calls with a struct in this page, which comes back as the kernel left it. One round trip: calls keep their order. */
  async ioctl<C extends Command>(
    fd: Fd,
    { request, struct }: C,
    values: Parameters<C['struct']['pack']>[0],
  ): Promise<{ readonly result: number; readonly values: ReturnType<C['struct']['unpack']> }> {
    const [, result, bytes] = await Promise.all([
      this.store(struct.pack({ size: struct.size, argsz: struct.size, ...values })),
      this.process.ioctl(fd, request, this.address),
      this.load(struct.size),
    ]);
    return { result, values: struct.unpack(bytes) as ReturnType<C['struct']['unpack']> };
  }

  async store(content: Uint8Array): Promise<void> {
    const signal = await this.process.store(this.address, content);
    if (signal !== undefined) throw new ImplementationBroken(`store to a mapped page: ${signal}`);
  }

  async load(length: number): Promise<Uint8Array> {
    const content = await this.process.load(this.address, length);
    if (typeof content === 'string') {
      throw new ImplementationBroken(`load from a mapped page: ${content}`);
    }
    return content;
  }
}
