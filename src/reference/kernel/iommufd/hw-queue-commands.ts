import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_HW_QUEUE_ALLOC, IOMMU_HW_QUEUE_TYPE_DEFAULT } from '#uapi/iommufd/viommu.ts';
import type { iommu_hw_queue_alloc } from '#uapi/iommufd/viommu.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX } from '../lib/math.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import { pinQueue } from './hw-queue.ts';
import type { HwQueue } from './hw-queue.ts';
import type { Iommufd } from './main.ts';
import type { UserCommand } from './user-command.ts';
import { Viommu } from './viommu.ts';

type AllocCommand = UserCommand<typeof iommu_hw_queue_alloc>;

/** viommu.c: IOMMU_HW_QUEUE_ALLOC. */
export class HwQueueCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [row(IOMMU_HW_QUEUE_ALLOC, (command) => this.alloc(command))];
  }

  /** iommufd_hw_queue_alloc_ioctl(). HWQ-04 05 OBJ-33 */
  alloc(command: AllocCommand): ErrnoName | undefined {
    const refused = this.check(command);
    if (refused) return refused;
    const viommu = this.context.objects.get(command.fields.viommu_id, Viommu);
    if (isErrno(viommu)) return viommu;
    if (!viommu.ops?.offersHwQueues?.(command.fields.type)) return 'EOPNOTSUPP';
    const queue = this.context.create(
      (id) => this.make(id, viommu, command),
      (made) => command.respond({ out_hw_queue_id: made.id }),
    );
    return isErrno(queue) ? queue : undefined;
  }

  /** HWQ-01 02 03 ABI-19 */
  protected check({ fields }: AllocCommand): ErrnoName | undefined {
    const { flags, type, length, nesting_parent_iova } = fields;
    if (flags || type === IOMMU_HW_QUEUE_TYPE_DEFAULT) return 'EOPNOTSUPP';
    if (length === 0n) return 'EINVAL';
    return nesting_parent_iova + length - 1n > ULONG_MAX ? 'EOVERFLOW' : undefined;
  }

  /** The queue has its id before the access that pins its memory. OBJ-13 */
  protected make(id: number, viommu: Viommu, { fields }: AllocCommand): HwQueue | ErrnoName {
    const { length, nesting_parent_iova: baseAddress, index } = fields;
    const memory = pinQueue(this.context, viommu.hwpt.ioas, { baseAddress, length });
    if (isErrno(memory)) return memory;
    const queue = new this.context.kernel.parts.iommufd.HwQueue(id, viommu, memory);
    return queue.init(index) ?? queue;
  }
}
