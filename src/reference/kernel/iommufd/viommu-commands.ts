import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HW_QUEUE_ALLOC,
  IOMMU_HW_QUEUE_TYPE_DEFAULT,
  IOMMU_VDEVICE_ALLOC,
  IOMMU_VEVENTQ_ALLOC,
  IOMMU_VEVENTQ_TYPE_DEFAULT,
  IOMMU_VIOMMU_ALLOC,
  IOMMU_VIOMMU_TYPE_DEFAULT,
} from '#uapi/iommufd/viommu.ts';
import type {
  iommu_hw_queue_alloc,
  iommu_veventq_alloc,
  iommu_viommu_alloc,
} from '#uapi/iommufd/viommu.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX } from '../lib/math.ts';
import { IommufdDevice } from './device.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import type { Iommufd } from './main.ts';
import type { UserCommand } from './user-command.ts';

/** Events that a queue may be asked to hold. VEVQ-02 */
const MAX_DEPTH = 524_288;

/** viommu.c and eventq.c on a machine whose IOMMU drivers offer no virtual IOMMU: none comes into being. */
export class ViommuCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [
      row(IOMMU_VIOMMU_ALLOC, (command) => this.allocViommu(command)),
      row(IOMMU_VDEVICE_ALLOC, () => 'ENOENT'),
      row(IOMMU_VEVENTQ_ALLOC, (command) => this.allocEventQueue(command)),
      row(IOMMU_HW_QUEUE_ALLOC, (command) => this.allocHwQueue(command)),
    ];
  }

  /** VIOMMU-01 02 03 15 ABI-19 */
  allocViommu({ fields }: UserCommand<typeof iommu_viommu_alloc>): ErrnoName {
    if (fields.flags || fields.type === IOMMU_VIOMMU_TYPE_DEFAULT) return 'EOPNOTSUPP';
    const device = this.context.objects.get(fields.dev_id, IommufdDevice);
    return isErrno(device) ? device : 'EOPNOTSUPP';
  }

  /** VEVQ-01 02 03 */
  allocEventQueue({ fields }: UserCommand<typeof iommu_veventq_alloc>): ErrnoName {
    const { flags, __reserved, type, veventq_depth } = fields;
    if (flags || __reserved || type === IOMMU_VEVENTQ_TYPE_DEFAULT) return 'EOPNOTSUPP';
    if (veventq_depth === 0 || veventq_depth > MAX_DEPTH) return 'EINVAL';
    return 'ENOENT';
  }

  /** HWQ-01 02 03 04 */
  allocHwQueue({ fields }: UserCommand<typeof iommu_hw_queue_alloc>): ErrnoName {
    const { flags, type, length, nesting_parent_iova } = fields;
    if (flags || type === IOMMU_HW_QUEUE_TYPE_DEFAULT) return 'EOPNOTSUPP';
    if (length === 0n) return 'EINVAL';
    if (nesting_parent_iova + length - 1n > ULONG_MAX) return 'EOVERFLOW';
    return 'ENOENT';
  }
}
