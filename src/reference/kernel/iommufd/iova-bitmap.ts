import type { IommufdKernel } from './kernel.ts';
import { isErrno } from '../lib/errno.ts';
import { alignDown, lowestSetBit, minimum } from '../lib/math.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../mm/user-memory.ts';
import type { Pfn } from '../mm/user-memory.ts';
import type { Task } from '../fs/process.ts';

/** Pages of the bitmap that are pinned at a time: as many as fit one page of pointers. DIRTY-18 */
const WINDOW_PAGES = 512;

export interface IovaBitmapOptions {
  readonly task: Task;
  /** Of bit 0. */
  readonly iova: bigint;
  /** Bytes of IOVA that the bitmap covers, 1 or more. */
  readonly length: bigint;
  /** Bytes of IOVA for each bit; the lowest bit set counts. DIRTY-25 */
  readonly pageSize: bigint;
  /** Of the byte with bit 0; any alignment. */
  readonly address: bigint;
}

/** Pages of the user that are pinned. */
interface Window {
  readonly first: bigint;
  readonly pfns: readonly Pfn[];
}

/**
 * iova_bitmap.c: struct iova_bitmap: bits in the memory of a user, which are only ever set. The memory is pinned where a bit
 * is set, a window at a time. DIRTY-11 12 16 17 18 20 21 26
 */
export class IovaBitmap {
  protected readonly kernel: IommufdKernel;
  protected readonly options: IovaBitmapOptions;
  protected readonly bytesPerBit: bigint;
  protected readonly lastBit: bigint;
  protected window: Window | undefined;

  constructor(kernel: IommufdKernel, options: IovaBitmapOptions) {
    this.kernel = kernel;
    this.options = options;
    this.bytesPerBit = lowestSetBit(options.pageSize);
    this.lastBit = (options.length - 1n) / this.bytesPerBit;
  }

  /** Sets the bits of a range inside that of the bitmap; both ends included. False where there is no memory for one. */
  set(first: bigint, last: bigint): boolean {
    const end = this.bitOf(last);
    for (let bit = this.bitOf(first); bit <= end;) {
      const inPage = minimum(end, this.lastBitInPage(bit));
      if (!this.setInPage(bit, inPage)) return false;
      bit = inPage + 1n;
    }
    return true;
  }

  /** iova_bitmap_free() */
  free(): void {
    if (this.window) this.kernel.pages.unpinPages(this.window.pfns);
    this.window = undefined;
  }

  protected bitOf(iova: bigint): bigint {
    return (iova - this.options.iova) / this.bytesPerBit;
  }

  /** Of the page of the user that holds `bit`. */
  protected lastBitInPage(bit: bigint): bigint {
    const address = this.options.address + bit / 8n;
    const nextPage = alignDown(address, PAGE_SIZE) + PAGE_SIZE;
    return (nextPage - this.options.address) * 8n - 1n;
  }

  protected setInPage(firstBit: bigint, lastBit: bigint): boolean {
    const firstByte = firstBit / 8n;
    const physical = this.physical(this.options.address + firstByte);
    if (physical === undefined) return false;
    const { bus } = this.kernel;
    const bytes = bus.read(physical, Number(lastBit / 8n - firstByte) + 1);
    bus.write(physical, withBits(bytes, Number(firstBit % 8n), Number(lastBit % 8n)));
    return true;
  }

  protected physical(address: bigint): bigint | undefined {
    const pfn = this.pinned(address) ?? this.moveWindow(address);
    return pfn === undefined ? undefined : (pfn << PAGE_SHIFT) + (address % PAGE_SIZE);
  }

  protected pinned(address: bigint): Pfn | undefined {
    if (!this.window || address < this.window.first) return undefined;
    return this.window.pfns[Number((address - this.window.first) >> PAGE_SHIFT)];
  }

  /** iova_bitmap_get(): from the page of that byte to the end of the bitmap, or of the window. */
  protected moveWindow(address: bigint): Pfn | undefined {
    this.free();
    const { task } = this.options;
    const first = alignDown(address, PAGE_SIZE);
    const lastByte = this.options.address + this.lastBit / 8n;
    const count = minimum(((lastByte - first) >> PAGE_SHIFT) + 1n, BigInt(WINDOW_PAGES));
    const pfns = task.memory.pinPages(first, Number(count), true);
    if (isErrno(pfns)) return undefined;
    this.window = { first, pfns };
    return pfns[0];
  }
}

/** From bit `first` of the first byte to bit `last` of the last one. */
function withBits(bytes: Uint8Array, first: number, last: number): Uint8Array {
  const end = bytes.length - 1;
  return bytes.map((byte, index) => {
    const from = index === 0 ? 0xff << first : 0xff;
    const to = index === end ? 0xff >> (7 - last) : 0xff;
    return byte | (from & to);
  });
}
