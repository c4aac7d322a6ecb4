import type { Address, PollFd, Process, Signal, SyscallResult } from '#port/process.ts';

/** A process whose every system call returns the same number. */
export class VoidProcess implements Process {
  private readonly result: number;

  constructor(result: number) {
    this.result = result;
  }

  private readonly answer = async (): Promise<SyscallResult> => this.result;
  readonly open = this.answer;
  readonly close = this.answer;
  readonly ioctl = this.answer;
  readonly read = this.answer;
  readonly write = this.answer;
  readonly pread = this.answer;
  readonly pwrite = this.answer;
  readonly munmap = this.answer;
  readonly memfd = this.answer;
  readonly eventfd = this.answer;
  readonly setLimit = this.answer;

  async mmap(): Promise<SyscallResult<bigint>> {
    return BigInt(this.result);
  }

  async poll(fds: readonly PollFd[]): Promise<SyscallResult | readonly PollFd[]> {
    return this.result < 0 ? this.result : fds;
  }

  async load(_address: Address, length: number): Promise<Uint8Array | Signal> {
    return this.result < 0 ? 'SIGSEGV' : new Uint8Array(length);
  }

  async store(): Promise<Signal | undefined> {
    return this.result < 0 ? 'SIGSEGV' : undefined;
  }

  async spawn(): Promise<Process> {
    return new VoidProcess(this.result);
  }

  async exit(): Promise<void> {}
}
