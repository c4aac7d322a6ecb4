import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_CHECK_EXTENSION,
  VFIO_DMA_CC_IOMMU,
  VFIO_TYPE1_IOMMU,
  VFIO_TYPE1v2_IOMMU,
  VFIO_UNMAP_ALL,
  VFIO_UPDATE_VADDR,
} from '#uapi/vfio/container.ts';
import {
  VFIO_DMA_MAP_FLAG_READ,
  VFIO_DMA_MAP_FLAG_VADDR,
  VFIO_DMA_MAP_FLAG_WRITE,
  VFIO_DMA_UNMAP_FLAG_ALL,
  VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP,
  VFIO_DMA_UNMAP_FLAG_VADDR,
  VFIO_IOMMU_DIRTY_PAGES,
  VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP,
  VFIO_IOMMU_DIRTY_PAGES_FLAG_START,
  VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP,
  VFIO_IOMMU_GET_INFO,
  VFIO_IOMMU_MAP_DMA,
  VFIO_IOMMU_UNMAP_DMA,
  vfio_bitmap,
  vfio_iommu_type1_dirty_bitmap_get,
} from '#uapi/vfio/iommu-type1.ts';
import type { Struct, Value } from '#uapi/codec.ts';
import type { vfio_iommu_type1_dma_unmap } from '#uapi/vfio/iommu-type1.ts';

import type { IommuGroup } from '../../iommu/domain.ts';
import { isErrno } from '../../lib/errno.ts';
import { ULONG_MAX } from '../../lib/math.ts';
import type { Range } from '../../lib/range-counts.ts';
import type { Task } from '../../fs/process.ts';
import { loadArgument } from '../../mm/argument.ts';
import type { DirtyBitmaps, WantedBitmap } from './dirty-bitmap.ts';
import type { Type1Kernel } from './kernel.ts';
import type { Type1Iommu, UnmapRequest } from './type1.ts';

const MAP_FLAGS = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE | VFIO_DMA_MAP_FLAG_VADDR;
const UNMAP_FLAGS =
  VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP | VFIO_DMA_UNMAP_FLAG_ALL | VFIO_DMA_UNMAP_FLAG_VADDR;
const DIRTY_FLAGS =
  VFIO_IOMMU_DIRTY_PAGES_FLAG_START |
  VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP |
  VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP;

type UnmapFields = Value<typeof vfio_iommu_type1_dma_unmap>;

/** vfio_iommu_type1.c: vfio_iommu_type1_ioctl(): what a container with type1 behind it takes. */
export class Type1Commands {
  readonly iommu: Type1Iommu;
  protected readonly kernel: Type1Kernel;
  protected readonly bitmaps: DirtyBitmaps;

  constructor(kernel: Type1Kernel, v2: boolean) {
    this.kernel = kernel;
    this.iommu = new kernel.parts.type1.Type1Iommu(kernel, v2);
    this.bitmaps = new kernel.parts.type1.DirtyBitmaps();
  }

  attachGroup(group: IommuGroup, isEmulated: boolean): ErrnoName | undefined {
    return this.iommu.attachGroup(group, isEmulated);
  }

  detachGroup(group: IommuGroup): void {
    this.iommu.detachGroup(group);
  }

  release(): void {
    this.iommu.release();
  }

  /** VFIO-CTR-13 */
  ioctl(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    switch (request) {
      case VFIO_CHECK_EXTENSION.request:
        return this.checkExtension(arg);
      case VFIO_IOMMU_GET_INFO.request:
        return this.getInfo(task, arg);
      case VFIO_IOMMU_MAP_DMA.request:
        return this.mapDma(task, arg);
      case VFIO_IOMMU_UNMAP_DMA.request:
        return this.unmapDma(task, arg);
      case VFIO_IOMMU_DIRTY_PAGES.request:
        return this.dirtyPages(task, arg);
      default:
        return 'ENOTTY';
    }
  }

  /** Of one that is there, which knows more than type1 as such. VFIO-CTR-05 */
  protected checkExtension(extension: bigint): number {
    const { domains } = this.iommu;
    if (extension === BigInt(VFIO_UPDATE_VADDR)) return Number(domains.emulated.size === 0);
    if (extension === BigInt(VFIO_DMA_CC_IOMMU)) return Number(domains.enforceCoherency);
    return checkType1Extension(extension);
  }

  /** VFIO-INF-01 */
  protected getInfo(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_IOMMU_GET_INFO);
    if (isErrno(argument)) return argument;
    const { domains, dmaAvail, iovas } = this.iommu;
    const state = { pageSizes: domains.pageSizes, dmaAvail, ranges: iovas.ranges };
    return new this.kernel.parts.type1.Type1Info().write(argument, state);
  }

  /** VFIO-MAP-01 */
  protected mapDma(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_IOMMU_MAP_DMA);
    if (isErrno(argument)) return argument;
    const { fields } = argument;
    return this.takesMap(fields.flags) ? this.iommu.map(task, fields) : 'EINVAL';
  }

  protected takesMap(flags: number): boolean {
    return (flags & ~MAP_FLAGS) === 0;
  }

  /** VFIO-UNM-01 03 12 */
  protected unmapDma(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_IOMMU_UNMAP_DMA);
    if (isErrno(argument)) return argument;
    const { fields } = argument;
    if (!this.areCompatible(fields.flags)) return 'EINVAL';
    const bitmap = this.bitmapOf(task, arg, fields);
    if (isErrno(bitmap)) return bitmap;
    const marks = (fields.flags & VFIO_DMA_UNMAP_FLAG_VADDR) !== 0;
    if (marks && !this.mayInvalidate) return 'EBUSY';
    const request = this.requestOf(task, fields, bitmap);
    if (isErrno(request)) return request;
    const { bytes, error } = marks
      ? this.iommu.invalidateVaddr(request)
      : this.iommu.unmap(request);
    return error ?? argument.respond({ size: bytes }, VFIO_IOMMU_UNMAP_DMA.minSize);
  }

  /** Drivers of emulated devices use the addresses. */
  protected get mayInvalidate(): boolean {
    return this.iommu.domains.emulated.size === 0;
  }

  protected areCompatible(flags: number): boolean {
    if (flags & ~UNMAP_FLAGS) return false;
    const others = flags & (VFIO_DMA_UNMAP_FLAG_ALL | VFIO_DMA_UNMAP_FLAG_VADDR);
    return (flags & VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP) === 0 || others === 0;
  }

  /** What stands behind the struct, where it is asked for. VFIO-UNM-15 */
  protected bitmapOf(
    task: Task,
    arg: bigint,
    { flags, argsz, size }: UnmapFields,
  ): WantedBitmap | ErrnoName | undefined {
    if (!(flags & VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP)) return undefined;
    const bitmap = this.behind(
      task,
      { arg, argsz, after: VFIO_IOMMU_UNMAP_DMA.minSize },
      vfio_bitmap,
    );
    if (isErrno(bitmap)) return bitmap;
    return this.bitmaps.check(bitmap, size) ?? bitmap;
  }

  /** VFIO-UNM-02 09 */
  protected requestOf(
    { memory }: Task,
    { flags, iova, size }: UnmapFields,
    bitmap: WantedBitmap | undefined,
  ): UnmapRequest | ErrnoName {
    const { pageSize, isTracking } = this.iommu;
    const all = (flags & VFIO_DMA_UNMAP_FLAG_ALL) !== 0;
    if (iova % pageSize !== 0n) return 'EINVAL';
    if (all) {
      const range = { first: 0n, last: ULONG_MAX };
      return iova === 0n && size === 0n ? { range, all } : 'EINVAL';
    }
    const range = this.rangeOf(iova, size);
    if (isErrno(range)) return range;
    if (bitmap && (!isTracking || bitmap.pgsize !== pageSize)) return 'EINVAL';
    return { range, all, dirty: bitmap && { memory, bitmap } };
  }

  /** Whole pages that do not wrap. */
  protected rangeOf(iova: bigint, size: bigint): Range | ErrnoName {
    if (size === 0n || size % this.iommu.pageSize !== 0n) return 'EINVAL';
    const last = iova + size - 1n;
    return last > ULONG_MAX ? 'EOVERFLOW' : { first: iova, last };
  }

  /** VFIO-DRT-01 02 03 */
  protected dirtyPages(task: Task, arg: bigint): ErrnoName | undefined {
    if (!this.iommu.v2) return 'EACCES';
    const argument = loadArgument(task.memory, arg, VFIO_IOMMU_DIRTY_PAGES);
    if (isErrno(argument)) return argument;
    const { flags, argsz } = argument.fields;
    if (!this.isOneOrder(flags)) return 'EINVAL';
    if (flags & VFIO_IOMMU_DIRTY_PAGES_FLAG_START) return this.iommu.startTracking();
    if (flags & VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP) return this.getBitmap(task, arg, argsz);
    this.iommu.stopTracking();
    return undefined;
  }

  protected isOneOrder(flags: number): boolean {
    return (flags & ~DIRTY_FLAGS) === 0 && (flags & (flags - 1)) === 0;
  }

  /** VFIO-DRT-04 05 */
  protected getBitmap(task: Task, arg: bigint, argsz: number): ErrnoName | undefined {
    const place = { arg, argsz, after: VFIO_IOMMU_DIRTY_PAGES.minSize };
    const wanted = this.behind(task, place, vfio_iommu_type1_dirty_bitmap_get);
    if (isErrno(wanted)) return wanted;
    const { iova, size, bitmap } = wanted;
    if (size === 0n) return 'EINVAL';
    if (iova + size - 1n > ULONG_MAX) return 'EOVERFLOW';
    const refused = this.bitmaps.check(bitmap, size);
    if (refused) return refused;
    const { pageSize, isTracking } = this.iommu;
    if (bitmap.pgsize !== pageSize || (iova | size) % pageSize !== 0n) return 'EINVAL';
    if (!isTracking) return 'EINVAL';
    const range = { first: iova, last: iova + size - 1n };
    return this.iommu.getDirty(range, { memory: task.memory, bitmap });
  }

  /** The struct that follows the first one: EINVAL where `argsz` has no room for it, EFAULT. */
  protected behind<S extends Struct>(
    { memory }: Task,
    { arg, argsz, after }: { arg: bigint; argsz: number; after: number },
    struct: S,
  ): Value<S> | ErrnoName {
    if (argsz < after + struct.size) return 'EINVAL';
    const bytes = memory.copyFromUser(arg + BigInt(after), struct.size);
    return isErrno(bytes) ? bytes : (struct.unpack(bytes) as Value<S>);
  }
}

/** vfio_iommu_type1_check_extension(), of type1 as such. VFIO-CTR-03 04 */
export function checkType1Extension(extension: bigint): number {
  const known = [VFIO_TYPE1_IOMMU, VFIO_TYPE1v2_IOMMU, VFIO_UNMAP_ALL];
  return Number(known.some((each) => extension === BigInt(each)));
}
