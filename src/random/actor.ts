import type { FileKind } from '#commands/field.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { Fd, Process } from '#port/process.ts';
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';

import { layout, listPages, pageSize, ramPages, wallPages } from './layout.ts';

/** What stands for a file that is not open any more. */
export const closedFd = 1000;

const areas = [
  { address: layout.ram, pages: ramPages, protection: PROT_READ | PROT_WRITE },
  { address: layout.wall, pages: wallPages, protection: PROT_NONE },
  { address: layout.list, pages: listPages, protection: PROT_READ | PROT_WRITE },
  { address: layout.struct, pages: 1n, protection: PROT_READ | PROT_WRITE },
] as const;

/** One process of a seat, with the files that it knows of. */
export class Actor {
  readonly process: Process;
  readonly #files: Map<FileKind, Fd[]>;

  constructor(process: Process, files = new Map<FileKind, Fd[]>()) {
    this.process = process;
    this.#files = files;
  }

  /** Memory that differs from page to page. */
  async furnish(): Promise<void> {
    for (const { address, pages, protection } of areas) {
      const got = await this.process.mmap({
        address,
        length: pages * pageSize,
        protection,
        flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
        fd: -1,
        offset: 0n,
      });
      if (got !== address) throw new ImplementationBroken(`mmap at a fixed address: ${got}`);
    }
    const ram = Number(ramPages * pageSize);
    const content = Uint8Array.from({ length: ram }, (_, index) => (index >> 9) + 1);
    await this.process.store(layout.ram, content);
  }

  /** A child with the same files. */
  async fork(privileged: boolean): Promise<Actor> {
    const child = await this.process.spawn(privileged ? {} : { drop: ['IPC_LOCK'] });
    const copy = [...this.#files].map(([kind, fds]) => [kind, [...fds]] as [FileKind, Fd[]]);
    return new Actor(child, new Map(copy));
  }

  add(kind: FileKind, fd: Fd): void {
    this.#files.set(kind, [...(this.#files.get(kind) ?? []), fd]);
  }

  file(kind: FileKind, nth: number): Fd {
    const known = this.#files.get(kind) ?? [];
    return known[nth % Math.max(known.length, 1)] ?? closedFd;
  }

  /** What closed its fd; the place stays, so that a stale one is drawn now and then. */
  async close(kind: FileKind, nth: number): Promise<{ readonly fd: Fd; readonly result: number }> {
    const known = this.#files.get(kind) ?? [];
    const index = nth % Math.max(known.length, 1);
    const fd = known[index] ?? closedFd;
    const result = await this.process.close(fd);
    if (known[index] !== undefined) known[index] = closedFd;
    return { fd, result };
  }

  async closeAll(): Promise<void> {
    const open = [...this.#files.values()].flat().filter((fd) => fd !== closedFd);
    await Promise.all(open.map((fd) => this.process.close(fd)));
    this.#files.clear();
  }
}
