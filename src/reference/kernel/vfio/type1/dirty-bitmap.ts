import type { ErrnoName } from '#uapi/errno.ts';

import { isErrno } from '../../lib/errno.ts';
import type { UserMemory } from '../../mm/user-memory.ts';
import type { VfioDma } from './dma.ts';

/** struct vfio_bitmap: what the user wants, and where. */
export interface WantedBitmap {
  /** Bytes for each bit. */
  readonly pgsize: bigint;
  /** Bytes. */
  readonly size: bigint;
  readonly data: bigint;
}

/** DIRTY_BITMAP_PAGES_MAX: bits are counted by an int. */
const MOST_PAGES = 0x7fff_ffffn;
const WORD_BITS = 64n;
const WORD_BYTES = 8;
/** access_ok(): user memory ends in the lower half. */
const USER_END = 1n << 63n;

/** DIRTY_BITMAP_BYTES(): whole words. */
function bytesFor(pages: bigint): bigint {
  return ((pages + WORD_BITS - 1n) / WORD_BITS) * BigInt(WORD_BYTES);
}

/** DIRTY_BITMAP_SIZE_MAX */
export const MOST_BITMAP_BYTES = bytesFor(MOST_PAGES);

/** vfio_iommu_type1.c: bitmaps of dirty pages, as the user gets them. */
export class DirtyBitmaps {
  /** verify_bitmap_size(): what has not even one page is refused for its size later. VFIO-UNM-15 VFIO-DRT-05 */
  check({ pgsize, size, data }: WantedBitmap, length: bigint): ErrnoName | undefined {
    if (data + size > USER_END) return 'EINVAL';
    const pages = length / (pgsize & -pgsize || 1n);
    return size <= MOST_BITMAP_BYTES && size >= bytesFor(pages) ? undefined : 'EINVAL';
  }

  /**
   * update_user_bitmap(): the bits of one mapping, of a bitmap that begins at `base`. Where they do not begin with a word, what
   * that word had stays; words of holes are not written. VFIO-DRT-06
   */
  write(
    memory: UserMemory,
    bitmap: WantedBitmap,
    { dma, base, isDirty }: { dma: VfioDma; base: bigint; isDirty: boolean },
  ): ErrnoName | undefined {
    const bits = Number(dma.size / bitmap.pgsize);
    const offset = (dma.iova - base) / bitmap.pgsize;
    const shift = Number(offset % WORD_BITS);
    const address = bitmap.data + (offset / WORD_BITS) * BigInt(WORD_BYTES);
    const bytes = new Uint8Array(Number(bytesFor(BigInt(bits + shift))));
    if (isDirty) setBits(bytes, shift, bits);
    if (shift > 0) {
      const before = memory.copyFromUser(address, WORD_BYTES);
      if (isErrno(before)) return before;
      before.forEach((bits, index) => (bytes[index] = (bytes[index] ?? 0) | bits));
    }
    return memory.copyToUser(address, bytes);
  }
}

function setBits(bytes: Uint8Array, first: number, count: number): void {
  const end = first + count;
  for (let bit = first; bit < end;) {
    const isWhole = bit % 8 === 0 && end - bit >= 8;
    const index = bit >> 3;
    bytes[index] = isWhole ? 0xff : (bytes[index] ?? 0) | (1 << (bit & 7));
    bit += isWhole ? 8 : 1;
  }
}
