import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';
import { showResult } from '#uapi/strace.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { Process, Signal } from '#port/process.ts';

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

/**
 * The result of a call that the suite makes for itself: to set up, to look, to put back. Without it the suite can ask
 * nothing: that it fails is no finding, and no pass either. `expected`: the one result that will do, a success if left out.
 */
export function demand<T extends number | bigint>(call: string, result: T, expected?: T): T {
  if (expected === undefined ? result >= 0 : result === expected) return result;
  const wanted = expected === undefined ? 'success' : String(expected);
  throw new ImplementationBroken(
    `a call of the suite's own: ${call} returned ${showResult(result)}; expected ${wanted}`,
  );
}

/** The same of a load from, or a store to, memory: it takes no signal. */
export function demandMemory<T extends Uint8Array | undefined>(
  access: string,
  result: T | Signal,
): T {
  if (typeof result !== 'string') return result;
  throw new ImplementationBroken(
    `an access of the suite's own: ${access} gave ${result}; expected no signal`,
  );
}

interface Piece {
  readonly length: bigint;
  readonly protection: number;
  readonly flags: number;
  readonly fd?: number;
  /** Where it has to be. */
  readonly at?: bigint;
}

async function map(process: Process, piece: Piece): Promise<bigint> {
  const { length, protection, flags, fd = -1, at } = piece;
  const place =
    at === undefined ? { address: 0n, flags } : { address: at, flags: flags | MAP_FIXED };
  return demand(
    "mmap for the suite's own memory",
    await process.mmap({ ...place, length, protection, fd, offset: 0n }),
  );
}

/** In two round trips: calls of a process keep their order, so none has to wait for the one before. */
export async function reserveScratch(process: Process, pageSize: number): Promise<Scratch> {
  const page = BigInt(pageSize);
  const readWrite = PROT_READ | PROT_WRITE;
  const own = { protection: readWrite, flags: MAP_PRIVATE | MAP_ANONYMOUS };
  const [writable, array, memfd] = await Promise.all([
    map(process, { ...own, length: 3n * page }),
    map(process, { ...own, length: page }),
    process.memfd(page, 0),
  ]);
  const end = writable + 2n * page;
  const fd = demand("memfd_create for the suite's own memory", memfd);
  const alias = { length: page, flags: MAP_SHARED, fd };
  const [aliasWritable, aliasReadOnly, , closed] = await Promise.all([
    map(process, { ...alias, protection: readWrite }),
    map(process, { ...alias, protection: PROT_READ }),
    map(process, { ...own, length: page, protection: PROT_NONE, at: end }),
    process.close(fd),
  ]);
  demand("close of the memfd of the suite's own memory", closed);
  return { writable, end, array, aliasWritable, aliasReadOnly };
}
