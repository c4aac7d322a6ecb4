import type { ErrnoName } from '#uapi/errno.ts';

import type { DeviceRegion } from '../../hardware/bus.ts';

/** The processor's pages are those of the IOMMUs, as on x86. */
export { PAGE_SHIFT, PAGE_SIZE } from '#formats/page.ts';

/** Page frame number. */
export type Pfn = bigint;

export type Fault = 'SIGSEGV' | 'SIGBUS';

/**
 * All that the kernel knows of a process's memory (struct mm_struct and GUP in one). A simulated address space stands
 * behind it today, the memory of a real process may tomorrow: nothing else in the kernel assumes that it is ours.
 */
export interface UserMemory {
  load(address: bigint, length: number): Uint8Array | Fault;
  store(address: bigint, bytes: Uint8Array): Fault | undefined;
  mmap(request: UserMmap): bigint | ErrnoName;
  munmap(address: bigint, length: bigint): ErrnoName | undefined;
  /** get_user/copy_from_user: EFAULT where `load` would fault. */
  copyFromUser(address: bigint, length: number): Uint8Array | 'EFAULT';
  copyToUser(address: bigint, bytes: Uint8Array): 'EFAULT' | undefined;
  /**
   * mm/gup.c: pin_user_pages_remote(FOLL_LONGTERM, and FOLL_WRITE if `write`). Faults pages in, breaks copy on write
   * (also for a read: unshare). Pins up to `count` pages from `address` (page aligned); fewer where a later page
   * cannot be pinned; EFAULT where not even the first can.
   */
  pinPages(address: bigint, count: number, write: boolean): readonly Pfn[] | 'EFAULT';
  /**
   * mm/memory.c: follow_pfnmap_start(): the frame of a page that a driver has mapped, and that cannot be pinned: registers of
   * a device. Undefined where that is no such page, or nobody answers there.
   */
  deviceFrame(address: bigint, write: boolean): Pfn | undefined;
  /** /proc/self/pagemap: where in memory that byte is; undefined where no page is there yet. */
  physicalAddress(address: bigint): bigint | undefined;
  /** fork(): copy on write for private memory, shared otherwise; pinned private pages are copied at once. */
  fork(): UserMemory;
  /** exit_mmap(): after this every pin fails; pages that are pinned live on. */
  exit(): void;
  readonly exited: boolean;
  /** mm->pinned_vm and mm->locked_vm, pages; charged by whoever pins. */
  pinnedVm: bigint;
  lockedVm: bigint;
}

export interface UserMmap {
  readonly address: bigint;
  readonly length: bigint;
  readonly protection: number;
  readonly flags: number;
  /** Undefined for anonymous memory. */
  readonly file?: MemoryFile;
  /** Memory of a device in place of a file: a VM_PFNMAP mapping, which cannot be pinned. */
  readonly device?: MappedRegion;
  /** What lives as long as the memory of a device is mapped. */
  readonly holder?: MappingHolder;
  readonly offset: bigint;
}

/** vm_ops->open() and close(), and vma->vm_file: told of each part of a mapping that comes or goes. */
export interface MappingHolder {
  get(): void;
  put(): void;
}

/** What a mapping of a device leads to. */
export interface MappedRegion extends DeviceRegion {
  /** Where it begins on the bus. */
  readonly address?: bigint;
  /** vm_ops->fault(): SIGBUS where nobody answers now; nothing of it is kept. */
  fault?(): 'SIGBUS' | undefined;
}

/** What an fd must offer to be mapped: a memfd (shmem or hugetlbfs). */
export interface MemoryFile {
  /** Bytes. */
  readonly size: bigint;
  readonly hugetlb: boolean;
  /** mm/gup.c: memfd_pin_folios(): allocates holes; EINVAL where the range leaves the file. Offsets page aligned. */
  pinPages(offset: bigint, count: number): readonly Pfn[] | ErrnoName;
  /** The frame of that page of the file; a hole is filled first. SIGBUS behind the end of the file. */
  fault(page: bigint): Pfn | 'SIGBUS';
  /** The same without filling a hole. */
  peek(page: bigint): Pfn | 'zero' | 'SIGBUS';
  /** struct file reference counting: the pages live until the last put(). */
  get(): void;
  put(): void;
}

/** The frames themselves: mm/page_alloc.c and page reference counts. */
export interface PageAllocator {
  /** Drops one pin per pfn. None is marked dirty, as nothing here is ever written back. */
  unpinPages(pfns: readonly Pfn[]): void;
  /** What IOMMU_TEST_OP_MD_CHECK_REFS looks at: pins on that frame. */
  pinCount(pfn: Pfn): number;
  /** Frames in use: the leak check. */
  readonly inUse: number;
}
