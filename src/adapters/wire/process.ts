import type {
  Address,
  Fd,
  MmapRequest,
  PollFd,
  Process,
  Signal,
  SpawnOptions,
  SyscallResult,
} from '#port/process.ts';
import type { Client } from './client.ts';
import { fromHexBytes, toHex64, toHexBytes } from './hex.ts';

/** A process at the other end of a wire. */
export class WireProcess implements Process {
  private readonly client: Client;
  /** What the other end calls it. */
  readonly process: number;

  constructor(client: Client, process: number) {
    this.client = client;
    this.process = process;
  }

  open(path: string, flags: number): Promise<SyscallResult> {
    return this.client.call('open', { process: this.process, path, flags });
  }

  close(fd: Fd): Promise<SyscallResult> {
    return this.client.call('close', { process: this.process, fd });
  }

  ioctl(fd: Fd, request: number, arg: bigint): Promise<SyscallResult> {
    return this.client.call('ioctl', { process: this.process, fd, request, arg: toHex64(arg) });
  }

  read(fd: Fd, buffer: Address, length: number): Promise<SyscallResult> {
    return this.client.call('read', this.transfer(fd, buffer, length));
  }

  write(fd: Fd, buffer: Address, length: number): Promise<SyscallResult> {
    return this.client.call('write', this.transfer(fd, buffer, length));
  }

  pread(fd: Fd, buffer: Address, length: number, offset: bigint): Promise<SyscallResult> {
    const transfer = this.transfer(fd, buffer, length);
    return this.client.call('pread', { ...transfer, offset: toHex64(offset) });
  }

  pwrite(fd: Fd, buffer: Address, length: number, offset: bigint): Promise<SyscallResult> {
    const transfer = this.transfer(fd, buffer, length);
    return this.client.call('pwrite', { ...transfer, offset: toHex64(offset) });
  }

  private transfer(fd: Fd, buffer: Address, length: number) {
    return { process: this.process, fd, buffer: toHex64(buffer), length };
  }

  poll(fds: readonly PollFd[], timeoutMs: number): Promise<SyscallResult | readonly PollFd[]> {
    const waiting = this.client.timeoutMs + timeoutMs;
    return this.client.call('poll', { process: this.process, fds, timeoutMs }, waiting);
  }

  async mmap(request: MmapRequest): Promise<SyscallResult<bigint>> {
    const { address, length, offset, ...rest } = request;
    const result = await this.client.call('mmap', {
      process: this.process,
      ...rest,
      address: toHex64(address),
      length: toHex64(length),
      offset: toHex64(offset),
    });
    return BigInt(result);
  }

  munmap(address: Address, length: bigint): Promise<SyscallResult> {
    const params = { address: toHex64(address), length: toHex64(length) };
    return this.client.call('munmap', { process: this.process, ...params });
  }

  async load(address: Address, length: number): Promise<Uint8Array | Signal> {
    const params = { process: this.process, address: toHex64(address), length };
    const result = await this.client.call('load', params);
    if ('signal' in result) return result.signal;
    const bytes = fromHexBytes(result.bytes);
    if (bytes.length !== length) {
      this.client.refuse(`answered load wrongly: ${bytes.length} bytes; expected ${length}`);
    }
    return bytes;
  }

  async store(address: Address, bytes: Uint8Array): Promise<Signal | undefined> {
    const params = { address: toHex64(address), bytes: toHexBytes(bytes) };
    const result = await this.client.call('store', { process: this.process, ...params });
    return result?.signal;
  }

  memfd(length: bigint, flags: number): Promise<SyscallResult> {
    return this.client.call('memfd', { process: this.process, length: toHex64(length), flags });
  }

  eventfd(initial: number, flags: number): Promise<SyscallResult> {
    return this.client.call('eventfd', { process: this.process, initial, flags });
  }

  setLimit(resource: 'memlock' | 'nofile', limit: bigint): Promise<SyscallResult> {
    const params = { process: this.process, resource, limit: toHex64(limit) };
    return this.client.call('set-limit', params);
  }

  async spawn({ drop = [] }: SpawnOptions): Promise<Process> {
    const process = await this.client.call('spawn', { process: this.process, drop });
    return new WireProcess(this.client, process);
  }

  async exit(): Promise<void> {
    await this.client.call('exit', { process: this.process });
  }
}
