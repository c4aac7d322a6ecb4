import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HWPT_DIRTY_TRACKING_ENABLE,
  IOMMU_HWPT_GET_DIRTY_BITMAP,
  IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR,
  IOMMU_HWPT_SET_DIRTY_TRACKING,
} from '#uapi/iommufd/hwpt.ts';
import type {
  iommu_hwpt_get_dirty_bitmap,
  iommu_hwpt_set_dirty_tracking,
} from '#uapi/iommufd/hwpt.ts';
import type { DirtyTracking, DirtyVisit } from '../iommu/domain.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX, maximum, minimum } from '../lib/math.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import { HwptPaging } from './hw-pagetable.ts';
import type { IoPagetable } from './io-pagetable.ts';
import type { Iommufd } from './main.ts';
import type { UserCommand } from './user-command.ts';

type SetCommand = UserCommand<typeof iommu_hwpt_set_dirty_tracking>;
type GetCommand = UserCommand<typeof iommu_hwpt_get_dirty_bitmap>;

/** hw_pagetable.c and io_pagetable.c: which pages devices have written. */
export class DirtyCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [
      row(IOMMU_HWPT_SET_DIRTY_TRACKING, (command) => this.setTracking(command)),
      row(IOMMU_HWPT_GET_DIRTY_BITMAP, (command) => this.getBitmap(command)),
    ];
  }

  /** iopt_set_dirty_tracking(). DIRTY-01 02 03 04 05 */
  setTracking({ fields }: SetCommand): ErrnoName | undefined {
    if (fields.flags & ~IOMMU_HWPT_DIRTY_TRACKING_ENABLE) return 'EOPNOTSUPP';
    const hwpt = this.context.objects.get(fields.hwpt_id, HwptPaging);
    if (isErrno(hwpt)) return hwpt;
    const { dirtyTracking } = hwpt.domain;
    if (!dirtyTracking) return 'EOPNOTSUPP';
    const enable = fields.flags !== 0;
    if (enable) this.clear(hwpt.ioas.iopt, dirtyTracking);
    dirtyTracking.isEnabled = enable;
    return undefined;
  }

  /** iopt_read_and_clear_dirty_data(). DIRTY-02 06 10 13 14 19 20 22 */
  getBitmap(command: GetCommand): ErrnoName | undefined {
    const { flags, __reserved, hwpt_id } = command.fields;
    if (flags & ~IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR || __reserved) return 'EOPNOTSUPP';
    const hwpt = this.context.objects.get(hwpt_id, HwptPaging);
    if (isErrno(hwpt)) return hwpt;
    const error = this.checkRange(command, hwpt.ioas.iopt.iovaAlignment);
    if (error) return error;
    if (!hwpt.domain.dirtyTracking) return 'EOPNOTSUPP';
    const noMemory = this.context.kernel.faults.kmalloc();
    if (noMemory) return noMemory;
    this.read(command, hwpt.ioas.iopt, hwpt.domain.dirtyTracking);
    return undefined;
  }

  /** iommufd_check_iova_range(). DIRTY-07 08 09 25 */
  protected checkRange({ fields }: GetCommand, alignment: bigint): ErrnoName | undefined {
    const { iova, length, page_size } = fields;
    const end = iova + length;
    if (length === 0n) return 'EINVAL';
    if (end - 1n > ULONG_MAX) return 'EOVERFLOW';
    if ((iova | end) & (alignment - 1n)) return 'EINVAL';
    if (page_size === 0n) return 'EINVAL';
    return (iova | end) & (page_size - 1n) ? 'EINVAL' : undefined;
  }

  /** iopt_clear_dirty_data(): what was dirty before is of no interest. */
  protected clear(iopt: IoPagetable, tracking: DirtyTracking): void {
    for (const area of iopt.areas.all()) tracking.read(area.first, area.last, () => true);
  }

  /**
   * iommu_read_and_clear_dirty(): as far as areas follow each other; the user hears nothing of a hole, nor of a bitmap that is
   * not there. What could not be told stays dirty.
   */
  protected read({ fields, task }: GetCommand, iopt: IoPagetable, tracking: DirtyTracking): void {
    const { iova, length, page_size: pageSize, data: address, flags } = fields;
    const { kernel } = this.context;
    const bitmap = new kernel.parts.iommufd.IovaBitmap(kernel, {
      task,
      iova,
      length,
      pageSize,
      address,
    });
    const clears = !(flags & IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR);
    const visit: DirtyVisit = (from, to) => bitmap.set(from, to) && clears;
    const last = iova + length - 1n;
    for (const area of iopt.areas.contiguous(iova, last)) {
      tracking.read(maximum(area.first, iova), minimum(area.last, last), visit);
    }
    bitmap.free();
  }
}
