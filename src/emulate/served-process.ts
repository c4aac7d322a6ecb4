import { failure } from '#uapi/errno.ts';
import type { Command } from '#uapi/ioctl.ts';
import { IOMMU_IOAS_MAP } from '#uapi/iommufd/ioas.ts';
import { O_CLOEXEC } from '#uapi/mman.ts';
import { VFIO_IOMMU_MAP_DMA } from '#uapi/vfio/iommu-type1.ts';
import { PAGE_SIZE } from '#reference/kernel/mm/user-memory.ts';
import { SysfsFile } from '#reference/kernel/fs/sysfs.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { Machine } from '#reference/machine/machine.ts';

import type { Caller } from './calls.ts';
import { Credentials } from './credentials.ts';
import type { Rules } from './credentials.ts';
import { ProcessMemory } from './memory/process-memory.ts';
import type { PrivateRange } from './memory/private-ranges.ts';
import { answerFlags } from './messages.ts';
import type { Answer, Operation, Request } from './messages.ts';
import { ProcessFiles } from './process-files.ts';
import type { FileWorld } from './process-files.ts';
import type { PlannedFault } from './planned-fault.ts';
import type { View } from './view.ts';

export interface World extends FileWorld {
  readonly machine: Machine;
  readonly rules: Rules;
  readonly view: View;
  readonly fault: PlannedFault | undefined;
  /** Those that talk to the server, by number. */
  readonly processes: ReadonlyMap<number, ServedProcess>;
  /** One line for the user. */
  readonly complain: (what: string) => void;
}

/** Commands that name memory of the program: by which fields. */
const placesOfMaps: ReadonlyMap<
  number,
  { readonly command: Command; readonly start: string; readonly length: string }
> = new Map([
  [IOMMU_IOAS_MAP.request, { command: IOMMU_IOAS_MAP, start: 'user_va', length: 'length' }],
  [VFIO_IOMMU_MAP_DMA.request, { command: VFIO_IOMMU_MAP_DMA, start: 'vaddr', length: 'size' }],
]);

/** O_ACCMODE. */
const ACCESS_MODE = 3;

/** A process of the host, as one of the reference: it has its memory and its files itself. */
export class ServedProcess {
  readonly pid: number;
  readonly memory: ProcessMemory;
  private readonly world: World;
  private readonly task: Task;
  private readonly files: ProcessFiles;
  private readonly credentials: Credentials;

  /** Throws where the process may not be looked at. */
  constructor(pid: number, world: World) {
    this.pid = pid;
    this.world = world;
    this.memory = new ProcessMemory(pid, world.memory);
    const files = (this.files = new ProcessFiles(pid, world));
    const credentials = (this.credentials = new Credentials(pid, world.rules));
    const { user } = world.machine.newTask();
    this.task = {
      user,
      memory: this.memory,
      files,
      failNth: 0,
      makeItFail: false,
      get capabilities() {
        return credentials.capabilities;
      },
      get limits() {
        return credentials.limits;
      },
    };
  }

  /** Everything that the process had but for its files, which others may have as well. */
  exit(): void {
    this.memory.exit();
    this.credentials.close();
  }

  /** The lines of /proc/PID/status that the reference knows. */
  get status(): string {
    const line = (pages: bigint): string => `${String((pages * PAGE_SIZE) / 1024n).padStart(8)} kB`;
    return this.credentials.status
      .replace(/^VmLck:.*$/m, `VmLck:\t${line(this.memory.lockedVm)}`)
      .replace(/^VmPin:.*$/m, `VmPin:\t${line(this.memory.pinnedVm)}`);
  }

  /** A promise where the caller sleeps. */
  carryOut(request: Request): Answer | Promise<Answer> {
    this.files.enter(request);
    this.credentials.enter();
    this.memory.enter();
    const ranges = this.toBecomeFiles(request);
    if (ranges.length > 0)
      return { result: 0, flags: answerFlags.makeFiles, text: encodeRanges(ranges) };
    const takeBack = this.world.fault?.lend(this.task);
    const answer = this.calls[request.operation]?.(request) ?? { result: failure('ENOSYS') };
    takeBack?.();
    const { madeFlags } = this.files;
    if (madeFlags === undefined || answer instanceof Promise) return answer;
    const onExec = madeFlags & O_CLOEXEC ? answerFlags.closeOnExec : 0;
    return { ...answer, flags: (answer.flags ?? 0) | answerFlags.took | onExec };
  }

  /** As those see it who look at its calls. */
  caller({ fd, inode }: Request): Caller {
    const file = this.world.served.get(inode);
    return {
      pid: this.pid,
      memory: this.memory,
      operations: fd < 0 ? undefined : file?.operations,
    };
  }

  private readonly calls: Partial<
    Record<Operation, (request: Request) => Answer | Promise<Answer>>
  > = {
    OPEN: (request) => this.open(request),
    IOCTL: ({ fd, arguments: [command, argument] }) => ({
      result: this.syscalls.ioctl(this.task, fd, Number(command), argument),
    }),
    READ: (request) => this.read(request),
    WRITE: (request) => this.write(request),
    PREAD: ({ fd, arguments: [address, length, offset] }) => ({
      result: this.syscalls.pread(this.task, fd, { address, length: Number(length) }, offset),
    }),
    PWRITE: ({ fd, arguments: [address, length, offset] }) => ({
      result: this.syscalls.pwrite(this.task, fd, { address, length: Number(length) }, offset),
    }),
    CLOSED: () => ({ result: 0 }),
    MMAP: (request) => this.promise(request),
    MAPPED: (request) => this.fulfil(request),
    UNMAP: ({ arguments: [start, length] }) => this.unmap(start, start + length),
    LOAD: ({ arguments: [address, width] }) => this.load(address, Number(width)),
    STORE: ({ arguments: [address, width, ...value] }) =>
      this.store(address, bytesOf(value).subarray(0, Number(width))),
    NAME: ({ inode }) => this.name(inode),
    HOLD: ({ fd }) => this.hold(fd),
  };

  private get syscalls(): Machine['syscalls'] {
    return this.world.machine.syscalls;
  }

  private open({ text, arguments: [flags] }: Request): Answer {
    const path = text.replace(/^\/proc\/(self|\d+)\/task\/\d+\//, '/proc/self/');
    const [, pid] = /^\/proc\/(self|\d+)\/status$/.exec(path) ?? [];
    if (pid !== undefined) return this.openStatus(text, pid === 'self' ? this.pid : Number(pid));
    const seen = this.world.view.find(path);
    const isWritten = (Number(flags) & ACCESS_MODE) !== 0;
    if (seen === undefined) return { result: this.syscalls.open(this.task, path, Number(flags)) };
    return isWritten ? this.refuseWrite(path) : elsewhere(seen);
  }

  private openStatus(path: string, pid: number): Answer {
    const process = this.world.processes.get(pid);
    if (!process) return elsewhere(path);
    const text = new TextEncoder().encode(process.status);
    return { result: 0, flags: answerFlags.contents, text };
  }

  private refuseWrite(path: string): Answer {
    this.world.complain(`${path} can only be read here: opening it for writing fails with EACCES`);
    return { result: failure('EACCES') };
  }

  /** What a map leads devices to, as long as the program was not asked yet. */
  private toBecomeFiles({ operation, fd, arguments: given }: Request): readonly PrivateRange[] {
    const [number, address, wasAsked] = given;
    const place = placesOfMaps.get(Number(number));
    if (operation !== 'IOCTL' || !place || wasAsked !== 0n || isErrno(this.files.get(fd)))
      return [];
    const bytes = this.memory.copyFromUser(address, place.command.struct.size);
    if (typeof bytes === 'string') return [];
    const fields = place.command.struct.unpack(bytes) as Readonly<Record<string, unknown>>;
    return this.memory.privateRanges(
      BigInt(String(fields[place.start])),
      BigInt(String(fields[place.length])),
    );
  }

  private hold(fd: number): Answer {
    return { result: this.memory.hold(fd) ? 0 : failure('EBADF') };
  }

  /** The file in the view that stands for an open one. */
  private name(inode: bigint): Answer {
    const path = this.world.served.pathOf(inode);
    const seen = path === undefined ? '' : this.world.view.folder + path;
    return { result: 0, text: new TextEncoder().encode(seen) };
  }

  private read({ fd, inode, arguments: [address, length] }: Request): Answer {
    const result = this.syscalls.read(this.task, fd, { address, length: Number(length) });
    const isDrained = this.world.served.unmark(inode);
    return { result, flags: isDrained ? answerFlags.drained : 0 };
  }

  /** A promise where the caller sleeps. What is written to sysfs may change what there is. */
  private write({ fd, arguments: [address, length] }: Request): Answer | Promise<Answer> {
    const file = this.files.get(fd);
    const result = this.syscalls.write(this.task, fd, { address, length: Number(length) });
    const changes = !isErrno(file) && file.operations instanceof SysfsFile;
    const answer = (value: number): Answer => {
      if (changes) this.world.view.refresh();
      return { result: value };
    };
    return typeof result === 'number' ? answer(result) : result.then(answer);
  }

  /** What is to be mapped: the process does so itself, and tells where. */
  private promise({ fd, arguments: [length, protection, flags, offset] }: Request): Answer {
    const call = { address: 0n, length, protection: Number(protection), flags: Number(flags) };
    return { result: this.syscalls.mmap(this.task, { ...call, fd, offset }) };
  }

  /** At address 0 it could not be mapped. */
  private fulfil({ arguments: [start, length, number] }: Request): Answer {
    this.memory.registers.fulfil(Number(number), start, length);
    return { result: 0 };
  }

  private unmap(start: bigint, end: bigint): Answer {
    this.memory.beforeUnmap(start, end);
    return { result: 0 };
  }

  private load(address: bigint, width: number): Answer {
    const bytes = this.memory.registers.load(address, width);
    return bytes instanceof Uint8Array
      ? { result: width, text: bytes }
      : { result: failure('EFAULT') };
  }

  private store(address: bigint, bytes: Uint8Array): Answer {
    const done = this.memory.registers.store(address, bytes);
    return { result: done === 'done' ? 0 : failure('EFAULT') };
  }
}

function bytesOf(words: readonly bigint[]): Uint8Array {
  return new Uint8Array(BigUint64Array.of(...words).buffer);
}

/** struct range. */
function encodeRanges(ranges: readonly PrivateRange[]): Uint8Array {
  const numbers = ranges.flatMap(({ start, end, protection }) => [start, end, BigInt(protection)]);
  return new Uint8Array(BigUint64Array.from(numbers).buffer);
}

function elsewhere(path: string): Answer {
  return { result: 0, flags: answerFlags.elsewhere, text: new TextEncoder().encode(path) };
}
