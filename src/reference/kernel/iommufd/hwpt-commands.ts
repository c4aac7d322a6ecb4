import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HWPT_ALLOC,
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_ALLOC_PASID,
  IOMMU_HWPT_DATA_NONE,
  IOMMU_HWPT_FAULT_ID_VALID,
  IOMMU_HWPT_GET_DIRTY_BITMAP,
  IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR,
  IOMMU_HWPT_INVALIDATE,
  IOMMU_HWPT_DIRTY_TRACKING_ENABLE,
  IOMMU_HWPT_SET_DIRTY_TRACKING,
} from '#uapi/iommufd/hwpt.ts';
import type {
  iommu_hwpt_alloc,
  iommu_hwpt_get_dirty_bitmap,
  iommu_hwpt_invalidate,
  iommu_hwpt_set_dirty_tracking,
} from '#uapi/iommufd/hwpt.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX } from '../lib/math.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import { IommufdDevice } from './device.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import { FaultQueue } from './fault-queue.ts';
import { HwptPaging } from './hw-pagetable.ts';
import { Ioas } from './ioas.ts';
import type { Iommufd } from './main.ts';
import { IommufdObject } from './object.ts';
import type { UserCommand } from './user-command.ts';

/** At most that many entries of an invalidation, and at most a page each. INV-02 */
const MAX_INVALIDATIONS = 524_288;
const KNOWN_FLAGS =
  IOMMU_HWPT_ALLOC_NEST_PARENT |
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING |
  IOMMU_HWPT_FAULT_ID_VALID |
  IOMMU_HWPT_ALLOC_PASID;

type AllocCommand = UserCommand<typeof iommu_hwpt_alloc>;

/** hw_pagetable.c: the commands on hardware page tables. */
export class HwptCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [
      row(IOMMU_HWPT_ALLOC, (command) => this.alloc(command)),
      row(IOMMU_HWPT_SET_DIRTY_TRACKING, (command) => this.setDirtyTracking(command)),
      row(IOMMU_HWPT_GET_DIRTY_BITMAP, (command) => this.getDirtyBitmap(command)),
      row(IOMMU_HWPT_INVALIDATE, (command) => this.invalidate(command)),
    ];
  }

  /** HWPT-01 02 03 04 05 06 28 ABI-19 */
  alloc(command: AllocCommand): ErrnoName | undefined {
    const { __reserved, data_type, data_len, dev_id, pt_id } = command.fields;
    if (__reserved) return 'EOPNOTSUPP';
    if ((data_type === IOMMU_HWPT_DATA_NONE) !== (data_len === 0)) return 'EINVAL';
    const device = this.context.objects.get(dev_id, IommufdDevice);
    if (isErrno(device)) return device;
    const table = this.context.objects.get(pt_id, IommufdObject);
    if (table instanceof Ioas) return this.allocPaging(command, device, table);
    if (table instanceof HwptPaging) return this.allocNested(command, table);
    return 'EINVAL';
  }

  /** DIRTY-01 02 03 */
  setDirtyTracking(
    command: UserCommand<typeof iommu_hwpt_set_dirty_tracking>,
  ): ErrnoName | undefined {
    const { flags, hwpt_id } = command.fields;
    if (flags & ~IOMMU_HWPT_DIRTY_TRACKING_ENABLE) return 'EOPNOTSUPP';
    const hwpt = this.context.objects.get(hwpt_id, HwptPaging);
    return isErrno(hwpt) ? hwpt : 'EOPNOTSUPP';
  }

  /** DIRTY-02 06 07 08 09 10 */
  getDirtyBitmap(command: UserCommand<typeof iommu_hwpt_get_dirty_bitmap>): ErrnoName | undefined {
    const { flags, __reserved, hwpt_id } = command.fields;
    if (flags & ~IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR || __reserved) return 'EOPNOTSUPP';
    const hwpt = this.context.objects.get(hwpt_id, HwptPaging);
    if (isErrno(hwpt)) return hwpt;
    return this.checkBitmapRange(command, hwpt.ioas.iopt.iovaAlignment) ?? 'EOPNOTSUPP';
  }

  /** Always tells how many entries were done, here none. INV-01 02 03 04 ABI-20 */
  invalidate(command: UserCommand<typeof iommu_hwpt_invalidate>): ErrnoName | undefined {
    const error = this.checkInvalidate(command);
    return command.respond({ entry_num: 0 }) ?? error;
  }

  /** iommufd_hwpt_paging_alloc(). HWPT-07 08 10 12 13 15 */
  protected allocPaging(
    command: AllocCommand,
    device: IommufdDevice,
    ioas: Ioas,
  ): ErrnoName | undefined {
    const { flags, data_type } = command.fields;
    if (flags & ~KNOWN_FLAGS) return 'EOPNOTSUPP';
    if (flags & ~IOMMU_HWPT_FAULT_ID_VALID || data_type) return 'EOPNOTSUPP';
    const hwpt = this.context.create(
      (id) => device.allocHwpt(id, ioas, false),
      (made) => this.finish(command, made),
    );
    return isErrno(hwpt) ? hwpt : undefined;
  }

  /** The fault queue is looked up last. HWPT-13 14 28 */
  protected finish(command: AllocCommand, hwpt: HwptPaging): ErrnoName | undefined {
    if (command.fields.flags & IOMMU_HWPT_FAULT_ID_VALID) {
      const fault = this.context.objects.get(command.fields.fault_id, FaultQueue);
      if (isErrno(fault)) return fault;
      hwpt.setFaultQueue(fault);
    }
    return command.respond({ out_hwpt_id: hwpt.id });
  }

  /** iommufd_hwpt_nested_alloc(): no page table here can be a parent. HWPT-16 17 18 */
  protected allocNested({ fields }: AllocCommand, _parent: HwptPaging): ErrnoName {
    const known = IOMMU_HWPT_FAULT_ID_VALID | IOMMU_HWPT_ALLOC_PASID;
    if (fields.flags & ~known || fields.data_len === 0) return 'EOPNOTSUPP';
    return 'EINVAL';
  }

  /** iommufd_check_iova_range(). */
  protected checkBitmapRange(
    { fields }: UserCommand<typeof iommu_hwpt_get_dirty_bitmap>,
    alignment: bigint,
  ): ErrnoName | undefined {
    const { iova, length, page_size } = fields;
    const end = iova + length;
    if (length === 0n) return 'EINVAL';
    if (end - 1n > ULONG_MAX) return 'EOVERFLOW';
    if ((iova | end) & (alignment - 1n)) return 'EINVAL';
    if (page_size === 0n) return 'EINVAL';
    return (iova | end) & (page_size - 1n) ? 'EINVAL' : undefined;
  }

  protected checkInvalidate({
    fields,
  }: UserCommand<typeof iommu_hwpt_invalidate>): ErrnoName | undefined {
    const { __reserved, entry_num, entry_len, data_uptr, hwpt_id } = fields;
    if (__reserved) return 'EOPNOTSUPP';
    if (entry_num > 0) {
      if (data_uptr === 0n || entry_len === 0) return 'EINVAL';
      if (BigInt(entry_len) > PAGE_SIZE || entry_num > MAX_INVALIDATIONS) return 'EINVAL';
    }
    const table = this.context.objects.get(hwpt_id, IommufdObject);
    return isErrno(table) ? table : 'EINVAL';
  }
}
