import type { ErrnoName } from '#uapi/errno.ts';
import type { IommufdKernel } from './kernel.ts';
import type { HwptPaging } from './hw-pagetable.ts';
import type { IoPagetable } from './io-pagetable.ts';
import { IommufdObject } from './object.ts';
import { ULONG_MAX } from '../lib/math.ts';
import type { Unmapped } from './io-pagetable.ts';

/** ioas.c: struct iommufd_ioas. */
export class Ioas extends IommufdObject {
  readonly iopt: IoPagetable;
  /** In the order in which they were made: an automatic one is looked for in that order. DEV-22 */
  readonly hwpts = new Set<HwptPaging>();

  constructor(id: number, kernel: IommufdKernel) {
    super(id);
    this.iopt = new kernel.parts.iommufd.IoPagetable(kernel);
  }

  /** Everything mapped goes, and its pins with it. OBJ-06 */
  override destroy(): void {
    this.iopt.unmap(0n, ULONG_MAX);
  }

  /** iopt_unmap_iova(). EINVAL, EOVERFLOW. IOAS-UNMAP-07 08 */
  unmapRange(iova: bigint, length: bigint): Unmapped {
    const error = this.checkRange(iova, length);
    return error ? { bytes: 0n, error } : this.iopt.unmap(iova, iova + length - 1n);
  }

  protected checkRange(iova: bigint, length: bigint): ErrnoName | undefined {
    if (length === 0n) return 'EINVAL';
    return iova + length - 1n > ULONG_MAX ? 'EOVERFLOW' : undefined;
  }
}
