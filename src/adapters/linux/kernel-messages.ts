import { ImplementationBroken } from '#port/implementation.ts';
import type { Fd } from '#port/process.ts';
import { errnoName } from '#uapi/errno.ts';
import { O_WRONLY } from '#uapi/mman.ts';
import type { Scratch } from './scratch.ts';

const path = '/dev/kmsg';
/** KERN_ERR: shown on the console. */
const level = '<3>';

/** What a process of the machine under test prints among the messages of its kernel. */
export class KernelMessages {
  private readonly scratch: Scratch;
  private readonly fd: Fd;

  private constructor(scratch: Scratch, fd: Fd) {
    this.scratch = scratch;
    this.fd = fd;
  }

  static async open(scratch: Scratch): Promise<KernelMessages> {
    const fd = await scratch.process.open(path, O_WRONLY);
    if (fd >= 0) return new KernelMessages(scratch, fd);
    throw new ImplementationBroken(`cannot open ${path} of the machine: ${errnoName(fd)}`);
  }

  /** A line; in one round trip, as it is done after each scenario. */
  async print(line: string): Promise<void> {
    const text = Buffer.from(`${level}${line}\n`);
    const { process, address } = this.scratch;
    const [, written] = await Promise.all([
      this.scratch.store(text),
      process.write(this.fd, address, text.length),
    ]);
    if (written === text.length) return;
    throw new ImplementationBroken(`cannot write ${path} of the machine: ${errnoName(written)}`);
  }
}
