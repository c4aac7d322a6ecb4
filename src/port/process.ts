/** A file descriptor, 0 or more. */
export type Fd = number;
/** A user address of one process. */
export type Address = bigint;
/** 0 or more, or a negative errno, as a Linux system call returns it in a register. */
export type SyscallResult<T extends number | bigint = number> = T;
export type Signal = 'SIGSEGV' | 'SIGBUS';
export type Capability = 'IPC_LOCK' | 'SYS_RESOURCE' | 'SYS_RAWIO' | 'SYS_ADMIN' | 'DAC_OVERRIDE';

export interface MmapRequest {
  /** 0n lets the process choose. */
  readonly address: Address;
  readonly length: bigint;
  /** PROT_*, see uapi/mman.ts. */
  readonly protection: number;
  /** MAP_*, see uapi/mman.ts. */
  readonly flags: number;
  /** -1 for anonymous memory. */
  readonly fd: Fd;
  readonly offset: bigint;
}

export interface PollFd {
  readonly fd: Fd;
  readonly events: number;
  readonly revents: number;
}

export interface SpawnOptions {
  /** Capabilities that the child lacks; its user stays the same. */
  readonly drop?: readonly Capability[];
}

/**
 * A user process of the implementation under test. Addresses and file descriptors are its own. Calls of one process are
 * carried out in the order in which they are made, also where the caller does not wait for the one before; calls of
 * two processes are not ordered. A rejected promise means that the implementation is broken, never that a call failed.
 */
export interface Process {
  /** openat(AT_FDCWD, path, flags, 0600). */
  open(path: string, flags: number): Promise<SyscallResult>;
  close(fd: Fd): Promise<SyscallResult>;
  /** `arg` is passed on as it is: a number, or the address of a struct in user memory. */
  ioctl(fd: Fd, request: number, arg: bigint): Promise<SyscallResult>;
  read(fd: Fd, buffer: Address, length: number): Promise<SyscallResult>;
  write(fd: Fd, buffer: Address, length: number): Promise<SyscallResult>;
  pread(fd: Fd, buffer: Address, length: number, offset: bigint): Promise<SyscallResult>;
  pwrite(fd: Fd, buffer: Address, length: number, offset: bigint): Promise<SyscallResult>;
  /** Never waits longer than `timeoutMs`; a negative errno, or the fds with `revents` filled in. */
  poll(fds: readonly PollFd[], timeoutMs: number): Promise<SyscallResult | readonly PollFd[]>;
  mmap(request: MmapRequest): Promise<SyscallResult<bigint>>;
  munmap(address: Address, length: bigint): Promise<SyscallResult>;
  /** The process touching its own memory; a fault is a result, not an exception. 8 aligned bytes are one access. */
  load(address: Address, length: number): Promise<Uint8Array | Signal>;
  store(address: Address, bytes: Uint8Array): Promise<Signal | undefined>;
  /** memfd_create() with MFD_* `flags` (uapi/mman.ts), then ftruncate() to `length` bytes. */
  memfd(length: bigint, flags: number): Promise<SyscallResult>;
  eventfd(initial: number, flags: number): Promise<SyscallResult>;
  /** setrlimit(), soft limit only: bytes for memlock, a count for nofile. */
  setLimit(resource: 'memlock' | 'nofile', limit: bigint): Promise<SyscallResult>;
  /** fork(): a second process with a copy of the memory, the fds and the limits. */
  spawn(options: SpawnOptions): Promise<Process>;
  exit(): Promise<void>;
}
