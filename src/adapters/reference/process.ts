import type {
  Capability,
  MmapRequest,
  PollFd,
  Process,
  Signal,
  SpawnOptions,
  SyscallResult,
} from '#port/process.ts';
import type { Machine } from '#reference/machine/machine.ts';
import type { Task } from '#reference/kernel/fs/process.ts';

/** A process of the reference. Each call is carried out before the promise is there, unless the one before it sleeps. */
export class ReferenceProcess implements Process {
  /** For the bench, which has to know whose memory an address is in. */
  readonly task: Task;
  private readonly machine: Machine;
  private readonly whenExited: (process: ReferenceProcess) => void;

  /** A call that waits for something. */
  private sleep: Promise<number> | undefined;

  constructor(
    machine: Machine,
    task: Task,
    whenExited: (process: ReferenceProcess) => void = () => {},
  ) {
    this.machine = machine;
    this.task = task;
    this.whenExited = whenExited;
  }

  async open(path: string, flags: number): Promise<SyscallResult> {
    return this.run(() => this.machine.syscalls.open(this.task, path, flags));
  }

  async close(fd: number): Promise<SyscallResult> {
    return this.run(() => this.machine.syscalls.close(this.task, fd));
  }

  async ioctl(fd: number, request: number, arg: bigint): Promise<SyscallResult> {
    return this.run(() => this.machine.syscalls.ioctl(this.task, fd, request, arg));
  }

  async read(fd: number, address: bigint, length: number): Promise<SyscallResult> {
    return this.run(() => this.machine.syscalls.read(this.task, fd, { address, length }));
  }

  async write(fd: number, address: bigint, length: number): Promise<SyscallResult> {
    const { syscalls } = this.machine;
    return this.run(() => this.asleep(syscalls.write(this.task, fd, { address, length })));
  }

  async pread(fd: number, address: bigint, length: number, offset: bigint): Promise<SyscallResult> {
    return this.run(() => this.machine.syscalls.pread(this.task, fd, { address, length }, offset));
  }

  async pwrite(
    fd: number,
    address: bigint,
    length: number,
    offset: bigint,
  ): Promise<SyscallResult> {
    return this.run(() => this.machine.syscalls.pwrite(this.task, fd, { address, length }, offset));
  }

  async poll(fds: readonly PollFd[]): Promise<readonly PollFd[]> {
    const ready = await this.run(() => this.machine.syscalls.poll(this.task, fds));
    return fds.map((file, index) => ({ ...file, revents: ready[index] ?? 0 }));
  }

  async mmap(request: MmapRequest): Promise<SyscallResult<bigint>> {
    return this.run(() => this.machine.syscalls.mmap(this.task, request));
  }

  async munmap(address: bigint, length: bigint): Promise<SyscallResult> {
    return this.run(() => this.machine.syscalls.munmap(this.task, address, length));
  }

  async load(address: bigint, length: number): Promise<Uint8Array | Signal> {
    return this.run(() => this.task.memory.load(address, length));
  }

  async store(address: bigint, bytes: Uint8Array): Promise<Signal | undefined> {
    return this.run(() => this.task.memory.store(address, bytes));
  }

  async memfd(length: bigint, flags: number): Promise<SyscallResult> {
    return this.run(() => this.machine.syscalls.memfd(this.task, length, flags));
  }

  async eventfd(initial: number, flags: number): Promise<SyscallResult> {
    return this.run(() => this.machine.syscalls.eventfd(this.task, initial, flags));
  }

  async setLimit(resource: 'memlock' | 'nofile', limit: bigint): Promise<SyscallResult> {
    return this.run(() => this.machine.syscalls.setLimit(this.task, resource, limit));
  }

  async spawn({ drop = [] }: SpawnOptions): Promise<ReferenceProcess> {
    const names: readonly Capability[] = drop;
    const child = await this.run(() => this.machine.syscalls.fork(this.task, names));
    return new ReferenceProcess(this.machine, child, this.whenExited);
  }

  async exit(): Promise<void> {
    if (this.task.memory.exited) return;
    await this.run(() => this.machine.syscalls.exit(this.task));
    this.whenExited(this);
  }

  /** At once, or when the call before it is over. */
  private run<T>(call: () => T | Promise<T>): T | Promise<T> {
    return this.sleep === undefined ? call() : this.sleep.then(() => this.run(call));
  }

  private asleep(result: number | Promise<number>): number | Promise<number> {
    if (typeof result === 'number') return result;
    this.sleep = result.then((value) => {
      this.sleep = undefined;
      return value;
    });
    return this.sleep;
  }
}
