import type { ErrnoName } from '#uapi/errno.ts';
import {
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_HUGETLB,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';

import { PAGE_SIZE } from './user-memory.ts';
import type { MemoryFile, UserMmap } from './user-memory.ts';
import type { VmaTree } from './vma-tree.ts';
import type { Vma } from './vma.ts';

export const HUGE_PAGE_SIZE = 0x20_0000n;
/** mmap_min_addr */
export const MMAP_MIN_ADDRESS = 0x1_0000n;
/** x86-64 with four levels of page tables: the first address that is not the user's. */
export const TASK_SIZE = 0x7fff_ffff_f000n;

/** Whole pages, of the size that the mapping is made of. */
export function roundedLength(request: UserMmap): bigint {
  const size = alignmentOf(request);
  return ((request.length + size - 1n) / size) * size;
}

/** do_mmap(): what does not depend on what is mapped already. The length is whole pages. */
export function checkMmap(request: UserMmap): ErrnoName | undefined {
  const type = request.flags & (MAP_SHARED | MAP_PRIVATE);
  if (request.length === 0n || (type !== MAP_SHARED && type !== MAP_PRIVATE)) return 'EINVAL';
  if (request.file?.hugetlb === false && request.flags & MAP_HUGETLB) return 'EINVAL';
  const alignment = alignmentOf(request);
  if (request.offset % alignment !== 0n) return 'EINVAL';
  return isFixed(request) ? checkFixedAddress(request, alignment) : undefined;
}

function checkFixedAddress(request: UserMmap, alignment: bigint): ErrnoName | undefined {
  if (request.address % alignment !== 0n) return 'EINVAL';
  return request.address + request.length > TASK_SIZE ? 'ENOMEM' : undefined;
}

/** get_unmapped_area(): an address that is not fixed is a hint, which nobody has to take. EEXIST, ENOMEM */
export function placeMmap(vmas: VmaTree, request: UserMmap): bigint | ErrnoName {
  const { address, length, flags } = request;
  if (!isFixed(request)) return vmas.findGap(length, placementAlignment(request)) ?? 'ENOMEM';
  const isFree = vmas.overlapping(address, address + length).length === 0;
  return flags & MAP_FIXED_NOREPLACE && !isFree ? 'EEXIST' : address;
}

/** The VMA holds the reference to `file` that its caller took. */
export function vmaOf(request: UserMmap, start: bigint, file: MemoryFile | undefined): Vma {
  return {
    start,
    end: start + request.length,
    readable: (request.protection & PROT_READ) !== 0,
    writable: (request.protection & PROT_WRITE) !== 0,
    shared: (request.flags & MAP_SHARED) !== 0,
    hugetlb: isHugetlb(request),
    offset: request.offset,
    ...(file && { file }),
    ...(request.device && { device: request.device }),
    ...(request.holder && { holder: request.holder }),
  };
}

/** do_munmap(): huge pages are unmapped whole. EINVAL */
export function checkMunmap(vmas: VmaTree, start: bigint, end: bigint): ErrnoName | undefined {
  if (start % PAGE_SIZE !== 0n || start >= end || end > TASK_SIZE) return 'EINVAL';
  const cutsHugePage = [start, end].some(
    (border) => border % HUGE_PAGE_SIZE !== 0n && vmas.cutsHugetlb(border),
  );
  return cutsHugePage ? 'EINVAL' : undefined;
}

function isFixed(request: UserMmap): boolean {
  return (request.flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0;
}

function isHugetlb(request: UserMmap): boolean {
  return request.file ? request.file.hugetlb : (request.flags & MAP_HUGETLB) !== 0;
}

function alignmentOf(request: UserMmap): bigint {
  return isHugetlb(request) ? HUGE_PAGE_SIZE : PAGE_SIZE;
}

/** thp_get_unmapped_area(): anonymous memory of whole huge pages lies where it can use them. */
function placementAlignment(request: UserMmap): bigint {
  const wholeHugePages = !request.device && request.length % HUGE_PAGE_SIZE === 0n;
  return wholeHugePages ? HUGE_PAGE_SIZE : alignmentOf(request);
}
