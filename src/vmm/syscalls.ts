import type { Struct, Values } from '#uapi/codec.ts';
import type { Command, PlainCommand } from '#uapi/ioctl.ts';
import {
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  MFD_CLOEXEC,
  O_CLOEXEC,
  O_RDWR,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';
import type { Fd, Process } from '#port/process.ts';
import type { SystemCall } from '#port/vmm.ts';

/** An open file, and what it was opened as. */
export interface OpenFile {
  readonly fd: Fd;
  readonly path: string;
}

export interface Reply<S extends Struct> {
  readonly result: number;
  /** The struct after the call. */
  readonly fields: Values<S['codecs']>;
}

const nothing = {};
const noFile: OpenFile = { fd: -1, path: '' };
const readWrite = PROT_READ | PROT_WRITE;

/** The system calls of the VMM, with a page for their structs; each is written down. */
export class Syscalls {
  readonly process: Process;
  readonly pageSize: number;
  readonly log: SystemCall[] = [];
  /** Half a page, for what structs point to. */
  readonly data: bigint;
  readonly #scratch: bigint;

  private constructor(process: Process, pageSize: number, scratch: bigint) {
    this.process = process;
    this.pageSize = pageSize;
    this.#scratch = scratch;
    this.data = scratch + BigInt(pageSize / 2);
  }

  static async of(process: Process, pageSize: number): Promise<Syscalls> {
    const scratch = await process.mmap(anonymous(BigInt(pageSize)));
    if (scratch < 0n) throw new Error(`mmap of a page for structs returned ${scratch}`);
    return new Syscalls(process, pageSize, scratch);
  }

  /** The file, or a negative errno. */
  async open(path: string): Promise<OpenFile | number> {
    const result = await this.process.open(path, O_RDWR | O_CLOEXEC);
    this.#note('open', { path, fd: Math.max(result, -1) }, result);
    return result < 0 ? result : { fd: result, path };
  }

  async close(file: OpenFile): Promise<void> {
    this.#note('close', file, await this.process.close(file.fd));
  }

  /** `space`: bytes that there are for the struct and what follows it; its first member says so. */
  async ioctl<S extends Struct>(
    file: OpenFile,
    command: Command<S>,
    values: Partial<Values<S['codecs']>>,
    space: number = command.struct.size,
  ): Promise<Reply<S>> {
    const { struct } = command;
    const [first] = struct.fields;
    const given = { ...(first && { [first.name]: space }), ...values } as typeof values;
    const bytes = new Uint8Array(space);
    bytes.set(struct.pack(given).subarray(0, space));
    await this.process.store(this.#scratch, bytes);
    const result = await this.process.ioctl(file.fd, command.request, this.#scratch);
    const fields = struct.unpack(await this.load(this.#scratch, space)) as Values<S['codecs']>;
    const { fd, path } = file;
    this.log.push({ name: command.name, file: path, fd, given, after: fields, result });
    return { result, fields };
  }

  /** What an ioctl left behind its struct. */
  reply(length: number): Promise<Uint8Array> {
    return this.load(this.#scratch, length);
  }

  /** A command whose argument is a number. */
  async plain(file: OpenFile, command: PlainCommand, value: number | bigint = 0): Promise<number> {
    const result = await this.process.ioctl(file.fd, command.request, BigInt(value));
    this.#note(command.name, file, result, command.argument === 'nothing' ? nothing : { value });
    return result;
  }

  /** A command that takes bytes which are no struct: an fd or a string. `value` is what is written down of them. */
  async pointed(
    file: OpenFile,
    command: PlainCommand,
    bytes: Uint8Array,
    value: unknown,
  ): Promise<number> {
    await this.process.store(this.#scratch, bytes);
    const result = await this.process.ioctl(file.fd, command.request, this.#scratch);
    this.#note(command.name, file, result, { value });
    return result;
  }

  /** Bytes of the VMM's own memory. */
  async load(address: bigint, length: number): Promise<Uint8Array> {
    const bytes = await this.process.load(address, length);
    if (typeof bytes === 'string') throw new Error(`a load of the VMM's own memory: ${bytes}`);
    return bytes;
  }

  async store(address: bigint, bytes: Uint8Array): Promise<void> {
    const signal = await this.process.store(address, bytes);
    if (signal !== undefined) throw new Error(`a store to the VMM's own memory: ${signal}`);
  }

  /** Memory of the VMM alone; its address, or a negative errno. */
  async anonymous(length: bigint): Promise<bigint> {
    const address = await this.process.mmap(anonymous(length));
    this.#note('mmap', noFile, address, { length });
    return address;
  }

  /** A file of memory, and where it is mapped; or a negative errno. */
  async sharedFile(
    name: string,
    length: bigint,
  ): Promise<{ readonly file: OpenFile; readonly address: bigint } | bigint> {
    const fd = await this.process.memfd(length, MFD_CLOEXEC);
    if (fd < 0) return BigInt(fd);
    const file = { fd, path: `memfd:${name}` };
    const request = { ...anonymous(length), flags: MAP_SHARED, fd };
    const address = await this.process.mmap(request);
    this.#note('mmap', file, address, { length });
    return address < 0n ? address : { file, address };
  }

  async munmap(address: bigint, length: bigint): Promise<void> {
    this.#note('munmap', noFile, await this.process.munmap(address, length), { address, length });
  }

  #note(
    name: string,
    { path: file, fd }: OpenFile,
    result: number | bigint,
    given: object = nothing,
  ): void {
    const fields = given as Readonly<Record<string, unknown>>;
    this.log.push({ name, file, fd, given: fields, after: fields, result });
  }
}

function anonymous(length: bigint) {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS;
  return { address: 0n, length, protection: readWrite, flags, fd: -1, offset: 0n };
}
