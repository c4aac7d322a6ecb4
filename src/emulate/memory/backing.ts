import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

import { fileKeyOf } from './vmas.ts';

/** Where bytes are that devices may reach: in a file, or in a process. */
export interface Backing {
  /** In pages of 2 MiB. */
  readonly hugetlb: boolean;
  /** Bytes; reads of what is not there are zeros. */
  read(at: bigint, length: number): Uint8Array;
  write(at: bigint, bytes: Uint8Array): void;
}

/** The name of files that stand for such with huge pages: native/memory.c. */
const EMULATED_HUGE = '/memfd:emulated-hugetlb';
const HUGE_PAGE = 2 << 20;

export function namesHugePages(path: string): boolean {
  return path.startsWith(EMULATED_HUGE) || path.startsWith('/anon_hugepage');
}

/** A file that the server has open as well: what is in it outlives whoever had it. */
export class FileBacking implements Backing {
  readonly key: string;
  readonly hugetlb: boolean;
  /** Files and mappings that refer to it now. */
  users = 0;
  private readonly fd: number;

  /** `path`: in /proc; takes what is behind it. Throws as open() fails. */
  constructor(path: string, isHuge: boolean) {
    this.fd = openWidely(path);
    const stat = fstatSync(this.fd, { bigint: true });
    this.key = fileKeyOf(stat);
    this.hugetlb = isHuge || stat.blksize === BigInt(HUGE_PAGE);
  }

  /** Bytes. */
  get size(): bigint {
    return fstatSync(this.fd, { bigint: true }).size;
  }

  read(at: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    readSync(this.fd, bytes, 0, length, at);
    return bytes;
  }

  write(at: bigint, bytes: Uint8Array): void {
    writeSync(this.fd, bytes, 0, bytes.length, Number(at));
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** For reading only, where more is not allowed. */
function openWidely(path: string): number {
  try {
    return openSync(path, 'r+');
  } catch {
    return openSync(path, 'r');
  }
}
