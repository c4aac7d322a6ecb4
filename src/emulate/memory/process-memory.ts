import { closeSync, openSync, readlinkSync, readSync, writeSync } from 'node:fs';

import type { ErrnoName } from '#uapi/errno.ts';
import { PAGE_SIZE } from '#reference/kernel/mm/user-memory.ts';
import type {
  Fault,
  MemoryFile,
  Pfn,
  UserMemory,
  UserMmap,
} from '#reference/kernel/mm/user-memory.ts';
import { ReferenceBug } from '#reference/reference-bug.ts';

import { namesHugePages } from './backing.ts';
import type { Backing } from './backing.ts';
import { MappedRegisters } from './mapped-registers.ts';
import { privateRanges } from './private-ranges.ts';
import type { PrivateRange } from './private-ranges.ts';
import type { Mapper, SharedFiles } from './shared-files.ts';
import { findVma, VmaList } from './vmas.ts';
import type { HostVma } from './vmas.ts';

/** TASK_SIZE_MAX of x86-64 with four levels. */
const TASK_SIZE = 0x7fff_ffff_f000n;

/** The name of files that private memory has become: native/preload/private.c. */
const FORMER_PRIVATE = '/memfd:emulated-private';

/** The bytes of a process, by its addresses: /proc/PID/mem, which asks for no right to a page. */
class ProcessBytes implements Backing {
  readonly hugetlb = false;
  readonly fd: number;

  constructor(pid: number) {
    this.fd = openSync(`/proc/${pid}/mem`, 'r+');
  }

  read(at: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.readInto(bytes, at);
    return bytes;
  }

  write(at: bigint, bytes: Uint8Array): void {
    this.writeFrom(bytes, at);
  }

  /** How many there were. */
  readInto(bytes: Uint8Array, at: bigint): number {
    return transferred(bytes.length, (done, rest) =>
      readSync(this.fd, bytes, done, rest, at + BigInt(done)),
    );
  }

  writeFrom(bytes: Uint8Array, at: bigint): number {
    return transferred(bytes.length, (done, rest) =>
      writeSync(this.fd, bytes, done, rest, Number(at) + done),
    );
  }
}

/** EIO comes where nothing is, and nothing at all where the process is gone. */
function transferred(length: number, move: (done: number, rest: number) => number): number {
  for (let done = 0; ;) {
    const moved = done < length ? moveOrNothing(() => move(done, length - done)) : 0;
    if (moved === 0) return done;
    done += moved;
  }
}

function moveOrNothing(move: () => number): number {
  try {
    return move();
  } catch {
    return 0;
  }
}

/** The memory of a process that is not the reference's. What the process does to it by itself is not seen, only told. */
export class ProcessMemory implements UserMemory, Mapper {
  pinnedVm = 0n;
  lockedVm = 0n;
  readonly registers = new MappedRegisters();
  readonly bytes: ProcessBytes;
  private readonly pid: number;
  private readonly files: SharedFiles;
  private readonly vmas: VmaList;
  /** The same bytes, where they are in huge pages. */
  private readonly hugeBytes: Backing;
  private readonly held: MemoryFile[] = [];
  private isGone = false;

  /** Throws where the process may not be looked at. */
  constructor(pid: number, files: SharedFiles) {
    this.pid = pid;
    this.files = files;
    this.bytes = new ProcessBytes(pid);
    this.vmas = new VmaList(pid);
    const { bytes } = this;
    this.hugeBytes = {
      hugetlb: true,
      read: (at, length) => bytes.read(at, length),
      write: (at, written) => bytes.write(at, written),
    };
    files.mappers.add(this);
  }

  /** A call begins: what is known of the map may be old. */
  enter(): void {
    this.vmas.expire();
  }

  get exited(): boolean {
    this.isGone ||= this.vmas.isGone;
    return this.isGone;
  }

  load(address: bigint, length: number): Uint8Array | Fault {
    const ofDevice = this.registers.load(address, length);
    if (ofDevice) return ofDevice;
    if (!this.allows(address, length, 'readable')) return 'SIGSEGV';
    const bytes = new Uint8Array(length);
    return this.bytes.readInto(bytes, address) === length ? bytes : 'SIGSEGV';
  }

  store(address: bigint, bytes: Uint8Array): Fault | undefined {
    const ofDevice = this.registers.store(address, bytes);
    if (ofDevice) return ofDevice === 'done' ? undefined : ofDevice;
    if (!this.allows(address, bytes.length, 'writable')) return 'SIGSEGV';
    return this.bytes.writeFrom(bytes, address) === bytes.length ? undefined : 'SIGSEGV';
  }

  copyFromUser(address: bigint, length: number): Uint8Array | 'EFAULT' {
    const bytes = this.load(address, length);
    return typeof bytes === 'string' ? 'EFAULT' : bytes;
  }

  copyToUser(address: bigint, bytes: Uint8Array): 'EFAULT' | undefined {
    return this.store(address, bytes) ? 'EFAULT' : undefined;
  }

  pinPages(address: bigint, count: number, write: boolean): readonly Pfn[] | 'EFAULT' {
    if (this.exited) return 'EFAULT';
    const pinned: Pfn[] = [];
    const end = address + BigInt(count) * PAGE_SIZE;
    for (let at = address; at < end;) {
      const place = this.placeOf(at, write);
      if (!place) break;
      for (const last = at + place.length; at < last && at < end; at += PAGE_SIZE)
        pinned.push(this.files.frames.pin(place.backing, place.at + at - last + place.length));
    }
    return pinned.length === 0 ? 'EFAULT' : pinned;
  }

  /** Private memory there that could be a file, so that what devices reach of it does not go with the process. */
  privateRanges(start: bigint, length: bigint): readonly PrivateRange[] {
    return privateRanges(this.vmas.now, start, length);
  }

  /** A file that memory of the process has become: it is there as long as a device reaches it. False for any other. */
  hold(fd: number): boolean {
    const path = `/proc/${this.pid}/fd/${fd}`;
    try {
      if (!readlinkSync(path).startsWith(FORMER_PRIVATE)) return false;
      this.held.push(this.files.open(path, false));
      return true;
    } catch {
      // It is not open any more.
      return false;
    }
  }

  deviceFrame(address: bigint, write: boolean): Pfn | undefined {
    return this.registers.frame(address, write);
  }

  physicalAddress(address: bigint): bigint | undefined {
    const place = this.placeOf(address, false);
    return place && this.files.frames.physical(place.backing, place.at);
  }

  /** These bytes are about to go. Returns how many pages devices still reach that were only here. */
  beforeUnmap(start: bigint, end: bigint): number {
    this.vmas.expire();
    this.registers.remove(start, end);
    const { frames } = this.files;
    return frames.leave(this.bytes, start, end) + frames.leave(this.hugeBytes, start, end);
  }

  addressOf = (file: string, at: bigint): bigint | undefined => {
    const holds = (vma: HostVma): boolean =>
      vma.shared && vma.file === file && vma.offset <= at && at < vma.offset + vma.end - vma.start;
    const vma = this.isGone ? undefined : this.vmas.now.find(holds);
    return vma && vma.start + at - vma.offset;
  };

  exit(): void {
    this.isGone = true;
    this.beforeUnmap(0n, TASK_SIZE);
    this.registers.removeAll();
    this.files.mappers.delete(this);
    for (const file of this.held) file.put();
    this.vmas.close();
    closeSync(this.bytes.fd);
  }

  /** Registers only, whose place the process chooses: the number by which it tells it. */
  mmap({ device, holder, offset, protection }: UserMmap): bigint | ErrnoName {
    if (!device || !holder) return 'ENODEV';
    return BigInt(this.registers.promise({ region: device, holder, offset, protection }));
  }

  /** Processes that are real do these for themselves. */
  munmap(): ErrnoName {
    throw new ReferenceBug('a process of the host unmaps memory itself');
  }

  fork(): UserMemory {
    throw new ReferenceBug('a process of the host forks itself');
  }

  /** Where the bytes of an address are, and how many of its pages lie behind each other; undefined where it has none. */
  private placeOf(
    address: bigint,
    write: boolean,
  ): { backing: Backing; at: bigint; length: bigint } | undefined {
    const vma = findVma(this.vmas.now, address);
    if (!vma || this.registers.at(address) || !(write ? vma.writable : vma.readable))
      return undefined;
    const length = vma.end - address;
    if (!vma.shared) return { backing: this.privateBytes(vma), at: address, length };
    const backing = this.files.of(this.pid, vma);
    const at = vma.offset + address - vma.start;
    const rest = this.files.sizeOf(backing, vma) - at;
    if (rest <= 0n) return undefined;
    const whole = (rest + PAGE_SIZE - 1n) & ~(PAGE_SIZE - 1n);
    return { backing, at, length: whole < length ? whole : length };
  }

  private privateBytes(vma: HostVma): Backing {
    return namesHugePages(vma.path) ? this.hugeBytes : this.bytes;
  }

  /** What was known of the map first, as most of it does not change. */
  private allows(address: bigint, length: number, right: 'readable' | 'writable'): boolean {
    const end = address + BigInt(length);
    if (end > TASK_SIZE) return false;
    const inside = (vmas: readonly HostVma[]): boolean => {
      for (let at = address; at < end;) {
        const vma = findVma(vmas, at);
        if (!vma?.[right]) return false;
        at = vma.end;
      }
      return true;
    };
    return inside(this.vmas.last) || inside(this.vmas.now);
  }
}
