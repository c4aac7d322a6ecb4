import type {
  Address,
  Fd,
  MmapRequest,
  PollFd,
  Process,
  Signal,
  SyscallResult,
} from '#port/process.ts';

import { SELF_STATUS_PATH } from '#uapi/paths.ts';

import { VoidMemory } from './memory.ts';

/** Of a process that has pinned nothing: the suite reads it to look at an effect, and that must not end a scenario. */
const status = Buffer.from('Name:\tvoid\nVmLck:\t       0 kB\nVmPin:\t       0 kB\n');

/**
 * A process that has memory and file descriptors, so that scenarios get as far as the calls they are about, and for
 * which every call into the kernel under test returns the same number.
 */
export class VoidProcess implements Process {
  readonly #result: number;
  readonly #files = new Map<number, Map<bigint, Uint8Array>>();
  readonly #memory = new VoidMemory(this.#files);
  readonly #statuses = new Set<number>();
  #fds = 3;

  constructor(result: number) {
    this.#result = result;
  }

  readonly #answer = async (): Promise<SyscallResult> => this.#result;
  readonly ioctl = this.#answer;
  readonly write = this.#answer;
  readonly pread = this.#answer;

  readonly #openFile = async (): Promise<SyscallResult> => this.#fds++;
  readonly eventfd = this.#openFile;

  readonly #succeed = async (): Promise<SyscallResult> => 0;
  readonly close = this.#succeed;
  readonly munmap = this.#succeed;
  readonly setLimit = this.#succeed;

  async open(path: string): Promise<SyscallResult> {
    const fd = this.#fds++;
    if (path === SELF_STATUS_PATH) this.#statuses.add(fd);
    return fd;
  }

  /** To the registers of a device that a scenario is to use, as often as not: a success has moved all. */
  async pwrite(_fd: Fd, _buffer: Address, length: number): Promise<SyscallResult> {
    return this.#result < 0 ? this.#result : length;
  }

  /** At once from the beginning to the end. */
  async read(fd: Fd, buffer: Address, length: number): Promise<SyscallResult> {
    if (!this.#statuses.has(fd)) return this.#result;
    const bytes = status.subarray(0, length);
    this.#memory.store(buffer, bytes);
    return bytes.length;
  }

  async memfd(): Promise<SyscallResult> {
    const fd = this.#fds++;
    this.#files.set(fd, new Map());
    return fd;
  }

  async mmap(request: MmapRequest): Promise<SyscallResult<bigint>> {
    return this.#memory.mmap(request);
  }

  async poll(fds: readonly PollFd[]): Promise<SyscallResult | readonly PollFd[]> {
    return this.#result < 0 ? this.#result : fds;
  }

  async load(address: Address, length: number): Promise<Uint8Array | Signal> {
    return this.#memory.load(address, length);
  }

  async store(address: Address, bytes: Uint8Array): Promise<Signal | undefined> {
    this.#memory.store(address, bytes);
    return undefined;
  }

  async spawn(): Promise<Process> {
    return new VoidProcess(this.#result);
  }

  async exit(): Promise<void> {}
}
