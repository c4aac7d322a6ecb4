import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';
import type { Process } from '#port/process.ts';

import { showResult } from './trace.ts';

/** Memory of a process that only the suite uses: for the structs that go into calls. */
export interface Scratch {
  /** Room for a struct and what may lie behind it: two pages, the second followed by a page without access. */
  readonly writable: bigint;
  /** The first byte without access. */
  readonly end: bigint;
  /** Room for arrays that a struct points to: one page. */
  readonly array: bigint;
  /** The same page twice: here it can be written … */
  readonly aliasWritable: bigint;
  /** … and here only read. */
  readonly aliasReadOnly: bigint;
}

export function demand<T extends number | bigint>(call: string, result: T): T {
  if (result < 0)
    throw new Error(`${call} for the suite's own memory returned ${showResult(result)}`);
  return result;
}

export async function reserveScratch(process: Process, pageSize: number): Promise<Scratch> {
  const page = BigInt(pageSize);
  const map = async (
    length: bigint,
    protection: number,
    rest: { flags: number; fd?: number; address?: bigint },
  ): Promise<bigint> => {
    const { flags, fd = -1, address = 0n } = rest;
    const result = await process.mmap({ address, length, protection, flags, fd, offset: 0n });
    return demand('mmap', result);
  };
  const readWrite = PROT_READ | PROT_WRITE;
  const writable = await map(3n * page, readWrite, { flags: MAP_PRIVATE | MAP_ANONYMOUS });
  const end = writable + 2n * page;
  const fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  await map(page, PROT_NONE, { flags: fixed, address: end });
  const array = await map(page, readWrite, { flags: MAP_PRIVATE | MAP_ANONYMOUS });
  const fd = demand('memfd_create', await process.memfd(page, 0));
  const aliasWritable = await map(page, readWrite, { flags: MAP_SHARED, fd });
  const aliasReadOnly = await map(page, PROT_READ, { flags: MAP_SHARED, fd });
  await process.close(fd);
  return { writable, end, array, aliasWritable, aliasReadOnly };
}
