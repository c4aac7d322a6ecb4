import type { MappedRegion, MappingHolder, MemoryFile } from './user-memory.ts';

/** struct vm_area_struct. Bytes; `end` is behind the last one. */
export interface Vma {
  readonly start: bigint;
  readonly end: bigint;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly shared: boolean;
  /** Pages of 2 MiB. */
  readonly hugetlb: boolean;
  /** Undefined for private anonymous memory and for device memory. */
  readonly file?: MemoryFile;
  /** VM_PFNMAP */
  readonly device?: MappedRegion;
  /** What the device lives by. */
  readonly holder?: MappingHolder;
  /** Of `start`, in the file or region; bytes. */
  readonly offset: bigint;
}

/** The part of a VMA that is inside a range that it meets. */
export function clip(vma: Vma, start: bigint, end: bigint): Vma {
  const from = start > vma.start ? start : vma.start;
  const to = end < vma.end ? end : vma.end;
  return { ...vma, start: from, end: to, offset: vma.offset + (from - vma.start) };
}
