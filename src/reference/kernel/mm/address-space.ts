import { accessesOf } from '#formats/accesses.ts';
import { pagePieces } from '#formats/page.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { MAP_HUGETLB, MAP_SHARED } from '#uapi/mman.ts';

import { invariant } from '../../reference-bug.ts';
import type { MmParts } from './parts.ts';
import type { PageFaults } from './fault.ts';
import {
  checkMmap,
  checkMunmap,
  MMAP_MIN_ADDRESS,
  placeMmap,
  roundedLength,
  vmaOf,
} from './mmap.ts';
import { PageTable } from './page-table.ts';
import type { Pages } from './pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from './user-memory.ts';
import type { Fault, MappedRegion, MemoryFile, Pfn, UserMemory, UserMmap } from './user-memory.ts';
import { VmaTree } from './vma-tree.ts';
import type { Vma } from './vma.ts';

/** Where mmap() starts to look, downwards. */
const MMAP_BASE = 0x7fff_f7ff_f000n;

export interface AddressSpaceOptions {
  readonly pages: Pages;
  readonly parts: MmParts;
}

/** struct mm_struct with a page table of its own: the memory of a process that exists only here. */
export class AddressSpace implements UserMemory {
  pinnedVm = 0n;
  lockedVm = 0n;
  protected readonly pages: Pages;
  private readonly parts: MmParts;
  protected readonly vmas = new VmaTree(MMAP_MIN_ADDRESS, MMAP_BASE);
  private readonly table = new PageTable();
  protected readonly faults: PageFaults;
  private hasExited = false;

  constructor(options: AddressSpaceOptions) {
    this.pages = options.pages;
    this.parts = options.parts;
    this.faults = new this.parts.mm.PageFaults(this.pages, this.table);
  }

  get exited(): boolean {
    return this.hasExited;
  }

  /** mm/mmap.c: do_mmap(). EINVAL, EPERM, EEXIST, ENOMEM */
  mmap(asked: UserMmap): bigint | ErrnoName {
    const request = { ...asked, length: roundedLength(asked) };
    const refused = checkMmap(request);
    if (refused) return refused;
    const start = placeMmap(this.vmas, request);
    if (typeof start !== 'bigint') return start;
    const uncuttable = checkMunmap(this.vmas, start, start + request.length);
    if (uncuttable) return uncuttable;
    this.unmapRange(start, start + request.length);
    const vma = vmaOf(request, start, this.fileBehind(request));
    vma.holder?.get();
    this.vmas.insert(vma);
    return start;
  }

  /** mm/mmap.c: do_munmap(). Pages that are pinned keep their frames. IOAS-MAP-34 */
  munmap(address: bigint, length: bigint): ErrnoName | undefined {
    const end = address + ((length + PAGE_SIZE - 1n) & ~(PAGE_SIZE - 1n));
    const refused = checkMunmap(this.vmas, address, end);
    if (!refused) this.unmapRange(address, end);
    return refused;
  }

  load(address: bigint, length: number): Uint8Array | Fault {
    const bytes = new Uint8Array(length);
    for (const piece of pagePieces(address, length)) {
      const vma = this.vmas.find(piece.address);
      if (!vma || !(vma.readable || vma.writable)) return 'SIGSEGV';
      const found = this.loadInPage(vma, piece.address, piece.length);
      if (typeof found === 'string') return found;
      bytes.set(found, piece.done);
    }
    return bytes;
  }

  store(address: bigint, bytes: Uint8Array): Fault | undefined {
    for (const piece of pagePieces(address, bytes.length)) {
      const vma = this.vmas.find(piece.address);
      if (!vma?.writable) return 'SIGSEGV';
      const part = bytes.subarray(piece.done, piece.done + piece.length);
      const fault = this.storeInPage(vma, piece.address, part);
      if (fault) return fault;
    }
    return undefined;
  }

  copyFromUser(address: bigint, length: number): Uint8Array | 'EFAULT' {
    const bytes = this.load(address, length);
    return typeof bytes === 'string' ? 'EFAULT' : bytes;
  }

  copyToUser(address: bigint, bytes: Uint8Array): 'EFAULT' | undefined {
    return this.store(address, bytes) ? 'EFAULT' : undefined;
  }

  /** mm/gup.c: __get_user_pages(). IOAS-MAP-29 30 31 32 35, PIN-31 39 */
  pinPages(address: bigint, count: number, write: boolean): readonly Pfn[] | 'EFAULT' {
    const pinned: Pfn[] = [];
    while (pinned.length < count) {
      const pfn = this.pinPage(address + BigInt(pinned.length) * PAGE_SIZE, write);
      if (pfn === undefined) break;
      pinned.push(pfn);
    }
    return pinned.length === 0 ? 'EFAULT' : pinned;
  }

  /** VFIO-MAP-15 */
  deviceFrame(address: bigint, write: boolean): Pfn | undefined {
    const vma = this.vmas.find(address);
    const start = vma?.device?.address;
    if (!vma || start === undefined || !(write ? vma.writable : vma.readable)) return undefined;
    if (vma.device?.fault?.()) return undefined;
    return (start + vma.offset + address - vma.start) >> PAGE_SHIFT;
  }

  /** /proc/self/pagemap: where in memory that byte is; undefined where no page is there yet. Changes nothing. */
  physicalAddress(address: bigint): bigint | undefined {
    const vma = this.vmas.find(address);
    const pfn = vma && !vma.device ? this.faults.peek(vma, address >> PAGE_SHIFT) : undefined;
    return typeof pfn === 'bigint' ? physical(pfn, address) : undefined;
  }

  /** kernel/fork.c: dup_mmap() */
  fork(): UserMemory {
    invariant(!this.hasExited, 'a process forks after its exit');
    const child = new this.parts.mm.AddressSpace({ pages: this.pages, parts: this.parts });
    for (const vma of this.vmas.all()) {
      vma.file?.get();
      vma.holder?.get();
      child.vmas.insert(vma);
    }
    this.faults.fork(child.table);
    return child;
  }

  exit(): void {
    invariant(!this.hasExited, 'a process exits twice');
    this.hasExited = true;
    for (const vma of this.vmas.all()) this.unmapRange(vma.start, vma.end);
  }

  /** check_vma_flags() and faultin_page(): undefined where the page cannot be pinned. */
  protected pinPage(address: bigint, write: boolean): Pfn | undefined {
    const vma = this.vmas.find(address);
    if (!vma || vma.device || !(write ? vma.writable : vma.readable)) return undefined;
    const pfn = this.faults.own(vma, address >> PAGE_SHIFT);
    if (pfn === 'SIGBUS') return undefined;
    this.pages.pin(pfn);
    return pfn;
  }

  private loadInPage(vma: Vma, address: bigint, length: number): Uint8Array | Fault {
    if (vma.device) return loadFromDevice(vma.device, vma.offset + address - vma.start, length);
    const pfn = this.faults.peek(vma, address >> PAGE_SHIFT);
    if (pfn === 'SIGBUS') return pfn;
    if (pfn === 'zero') return new Uint8Array(length);
    return this.pages.memory.read(physical(pfn, address), length);
  }

  private storeInPage(vma: Vma, address: bigint, bytes: Uint8Array): Fault | undefined {
    if (vma.device) return storeInDevice(vma.device, vma.offset + address - vma.start, bytes);
    const pfn = this.faults.own(vma, address >> PAGE_SHIFT);
    if (pfn === 'SIGBUS') return pfn;
    this.pages.memory.write(physical(pfn, address), bytes);
    return undefined;
  }

  /** A file that the new VMA holds a reference to; shared anonymous memory is a file without a name. */
  private fileBehind(request: UserMmap): MemoryFile | undefined {
    if (request.file) request.file.get();
    if (request.file || request.device || !(request.flags & MAP_SHARED)) return request.file;
    const hugetlb = (request.flags & MAP_HUGETLB) !== 0;
    return new this.parts.mm.Memfd({ pages: this.pages, size: request.length, hugetlb });
  }

  private unmapRange(start: bigint, end: bigint): void {
    const { gone, kept } = this.vmas.remove(start, end);
    for (const vma of kept) {
      vma.file?.get();
      vma.holder?.get();
    }
    for (const vma of gone) {
      this.zap(vma);
      vma.file?.put();
      vma.holder?.put();
    }
  }

  /** zap_pte_range(): a huge page that is cut goes on as small ones. */
  private zap(vma: Vma): void {
    const [first, end] = [vma.start >> PAGE_SHIFT, vma.end >> PAGE_SHIFT];
    for (const entry of this.table.inRange(first, end)) {
      if (entry.page < first || entry.page + entry.pages > end) this.faults.split(entry);
    }
    for (const entry of this.table.inRange(first, end)) {
      this.table.delete(entry.page);
      this.pages.put(this.pages.folioOf(entry.pfn));
    }
  }
}

function physical(pfn: Pfn, address: bigint): bigint {
  return (pfn << PAGE_SHIFT) + (address % PAGE_SIZE);
}

/** By accesses as wide as they can be: what is behind it tells them apart. */
function loadFromDevice(device: MappedRegion, offset: bigint, length: number): Uint8Array | Fault {
  const fault = device.fault?.();
  if (fault) return fault;
  const bytes = new Uint8Array(length);
  for (const { done, width } of accessesOf(offset, length))
    bytes.set(device.read(offset + BigInt(done), width), done);
  return bytes;
}

function storeInDevice(device: MappedRegion, offset: bigint, bytes: Uint8Array): Fault | undefined {
  const fault = device.fault?.();
  if (fault) return fault;
  for (const { done, width } of accessesOf(offset, bytes.length))
    device.write(offset + BigInt(done), bytes.subarray(done, done + width));
  return undefined;
}
