import { readlinkSync } from 'node:fs';

import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import { FdTable } from '#reference/kernel/fs/fd-table.ts';
import { OpenFile } from '#reference/kernel/fs/file.ts';
import { ReferenceBug } from '#reference/reference-bug.ts';

import type { Eventfds } from './eventfds.ts';
import { namesHugePages } from './memory/backing.ts';
import type { SharedFiles } from './memory/shared-files.ts';
import type { Request } from './messages.ts';
import type { ServedFiles } from './served-files.ts';

export interface FileWorld {
  readonly served: ServedFiles;
  readonly memory: SharedFiles;
  readonly eventfds: Eventfds;
}

/**
 * The open files of a process of the host, looked at where a call names one. Of those of the reference the numbers are the
 * process's business; a new one gets the number that the process has reserved for the call.
 */
export class ProcessFiles extends FdTable {
  private readonly pid: number;
  private readonly world: FileWorld;
  private request:
    Pick<Request, 'operation' | 'fd' | 'inode' | 'newFd' | 'newInode' | 'text'> | undefined;
  /** O_* of the file that the call has made. */
  private made: number | undefined;

  constructor(pid: number, world: FileWorld) {
    super();
    this.pid = pid;
    this.world = world;
  }

  enter(request: Request): void {
    this.request = request;
    this.made = undefined;
  }

  /** O_* of the file that was made since enter(). */
  get madeFlags(): number | undefined {
    return this.made;
  }

  override reserve(): number | 'EMFILE' {
    const { newFd: number = -1, newInode = 0n } = this.request ?? {};
    if (this.made !== undefined) throw new ReferenceBug('a call makes a second file');
    // A program that says that it has made a connection need not have.
    return number >= 0 && this.world.served.expects(newInode) ? number : 'EMFILE';
  }

  override unreserve(): void {}

  override install(_fd: number, file: OpenFile): void {
    const { newInode = 0n, operation, text } = this.request ?? {};
    const path = operation === 'OPEN' ? text : undefined;
    if (!this.world.served.install(newInode, file, path))
      throw new ReferenceBug('a program promised a connection that it has not made');
    this.made = file.flags;
  }

  override get(fd: number): OpenFile | 'EBADF' {
    if (fd === this.request?.fd) return this.world.served.get(this.request.inode) ?? 'EBADF';
    return fd < 0 ? 'EBADF' : this.other(fd);
  }

  override close(): 'EBADF' {
    throw new ReferenceBug('a process of the host closes files itself');
  }

  override closeAll(): void {
    throw new ReferenceBug('a process of the host closes files itself');
  }

  private other(fd: number): OpenFile | 'EBADF' {
    const path = `/proc/${this.pid}/fd/${fd}`;
    const link = linkAt(path);
    if (link === undefined) return 'EBADF';
    const [, inode] = /^socket:\[(\d+)\]$/.exec(link) ?? [];
    const file = inode === undefined ? undefined : this.world.served.get(BigInt(inode));
    return file ?? new OpenFile(this.operations(fd, path, link), O_RDWR);
  }

  private operations(fd: number, path: string, link: string): OpenFile['operations'] {
    if (link === 'anon_inode:[eventfd]') return this.world.eventfds.of(this.pid, fd) ?? {};
    if (!/^\/memfd:|^\/dev\/shm\/|^\/dev\/hugepages\//.test(link)) return {};
    const memory = this.world.memory.open(path, namesHugePages(link));
    return { memory, nonseekable: false, release: () => memory.put() };
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

export function isCloseOnExec(flags: number): boolean {
  return (flags & O_CLOEXEC) !== 0;
}
