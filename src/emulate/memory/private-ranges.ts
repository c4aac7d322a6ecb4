import { PROT_EXEC, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import { PAGE_SIZE } from '#reference/kernel/mm/user-memory.ts';

import { findVma } from './vmas.ts';
import type { HostVma } from './vmas.ts';

/** Private memory of a process. Bytes; `end` is behind the last one. */
export interface PrivateRange {
  readonly start: bigint;
  readonly end: bigint;
  /** PROT_* */
  readonly protection: number;
}

/** Of no file. */
const ANONYMOUS = '0:0:0';
/** What an answer to the program has room for. */
const MOST = 128;
/** glibc, malloc/arena.c: HEAP_MAX_SIZE. */
const ARENA = 64n << 20n;

/** What of `[start, start + length)` is private memory that could be a file: none where there is a hole, as nothing is pinned then. */
export function privateRanges(
  vmas: readonly HostVma[],
  start: bigint,
  length: bigint,
): readonly PrivateRange[] {
  const [first, last] = [start & ~(PAGE_SIZE - 1n), roundedUp(start + length)];
  if (!isMapped(vmas, first, last)) return [];
  const reached = vmas.filter(
    (vma, at) => vma.start < last && first < vma.end && isPlain(vma, vmas[at + 1]),
  );
  return reached.slice(0, MOST).map((vma) => ({
    start: vma.start < first ? first : vma.start,
    end: last < vma.end ? last : vma.end,
    protection: PROT_WRITE | (vma.readable ? PROT_READ : 0) | (vma.executable ? PROT_EXEC : 0),
  }));
}

function isMapped(vmas: readonly HostVma[], start: bigint, end: bigint): boolean {
  for (let at = start; at < end;) {
    const vma = findVma(vmas, at);
    if (!vma) return false;
    at = vma.end;
  }
  return true;
}

/** The stack grows, and what it grows by would be no part of the file. */
function isPlain(vma: HostVma, next: HostVma | undefined): boolean {
  if (vma.shared || !vma.writable || vma.file !== ANONYMOUS || vma.path === '[stack]') return false;
  return !isArena(vma, next);
}

/**
 * Where glibc gives memory to threads: it throws away what is free by a call that nobody sees, and relies on the zeros that
 * are there then, which a file would not have.
 */
function isArena(vma: HostVma, next: HostVma | undefined): boolean {
  const end = vma.start + ARENA;
  return vma.start % ARENA === 0n && next?.start === vma.end && next.end === end && !next.readable;
}

function roundedUp(address: bigint): bigint {
  return (address + PAGE_SIZE - 1n) & ~(PAGE_SIZE - 1n);
}
