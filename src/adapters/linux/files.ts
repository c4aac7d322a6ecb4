import { ImplementationBroken } from '#port/implementation.ts';
import type { Process, SyscallResult } from '#port/process.ts';
import { errnoName } from '#uapi/errno.ts';
import { O_RDONLY, O_WRONLY } from '#uapi/mman.ts';
import type { Scratch } from './scratch.ts';

/** Numbers that are tried. */
const limit = 64;

/** Files of the machine under test, such as those of sysfs, by the system calls of one of its processes. */
export class Files {
  private readonly scratch: Scratch;

  constructor(scratch: Scratch) {
    this.scratch = scratch;
  }

  get process(): Process {
    return this.scratch.process;
  }

  /** Folders exist as well. */
  async exists(path: string): Promise<boolean> {
    const fd = await this.scratch.process.open(path, O_RDONLY);
    if (fd >= 0) await this.scratch.process.close(fd);
    return fd >= 0;
  }

  /** In one write, as sysfs demands; at most a page. */
  async write(path: string, text: string): Promise<void> {
    const written = await this.tryWrite(path, text);
    if (written === text.length) return;
    throw new ImplementationBroken(`cannot write ${path} of the machine: ${errnoName(written)}`);
  }

  /** The same, where the answer may be a negative errno: what open() or write() returned. */
  async tryWrite(path: string, text: string): Promise<SyscallResult> {
    const { process, address } = this.scratch;
    const [fd] = await Promise.all([
      process.open(path, O_WRONLY),
      this.scratch.store(Buffer.from(text)),
    ]);
    const written = fd < 0 ? fd : await process.write(fd, address, text.length);
    if (fd >= 0) await process.close(fd);
    return written;
  }

  /** The first of `prefix`0, `prefix`1, … that exists: readdir() is not among the calls of a process. */
  async firstNumbered(prefix: string, suffix = ''): Promise<number> {
    const found = await this.findNumbered(prefix, suffix);
    if (found !== undefined) return found;
    throw new ImplementationBroken(
      `the machine has no ${prefix}0${suffix} … ${limit - 1}${suffix}`,
    );
  }

  /** The same, where there may be none. */
  async findNumbered(prefix: string, suffix = ''): Promise<number | undefined> {
    for (let number = 0; number < limit; number++) {
      if (await this.exists(`${prefix}${number}${suffix}`)) return number;
    }
    return undefined;
  }
}
