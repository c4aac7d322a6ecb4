import type {
  Address,
  MmapRequest,
  PollFd,
  Process,
  Signal,
  SyscallResult,
} from '#port/process.ts';

import { VoidMemory } from './memory.ts';

/**
 * A process that has memory and file descriptors, so that scenarios get as far as the calls they are about, and for
 * which every call into the kernel under test returns the same number.
 */
export class VoidProcess implements Process {
  readonly #result: number;
  readonly #files = new Map<number, Map<bigint, Uint8Array>>();
  readonly #memory = new VoidMemory(this.#files);
  #fds = 3;

  constructor(result: number) {
    this.#result = result;
  }

  readonly #answer = async (): Promise<SyscallResult> => this.#result;
  readonly ioctl = this.#answer;
  readonly read = this.#answer;
  readonly write = this.#answer;
  readonly pread = this.#answer;
  readonly pwrite = this.#answer;

  readonly #openFile = async (): Promise<SyscallResult> => this.#fds++;
  readonly open = this.#openFile;
  readonly eventfd = this.#openFile;

  readonly #succeed = async (): Promise<SyscallResult> => 0;
  readonly close = this.#succeed;
  readonly munmap = this.#succeed;
  readonly setLimit = this.#succeed;

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
