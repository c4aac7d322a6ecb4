import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HWPT_ALLOC,
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_ALLOC_PASID,
  IOMMU_HWPT_DATA_NONE,
  IOMMU_HWPT_FAULT_ID_VALID,
} from '#uapi/iommufd/hwpt.ts';
import type { iommu_hwpt_alloc } from '#uapi/iommufd/hwpt.ts';
import type { PagingOptions } from '../iommu/domain.ts';
import type { UserData } from '../iommu/user-data.ts';
import { isErrno } from '../lib/errno.ts';
import { IommufdDevice } from './device.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import { FaultQueue } from './fault-queue.ts';
import { HwptPaging } from './hw-pagetable.ts';
import type { HwPagetable, HwptNested } from './hw-pagetable.ts';
import { Ioas } from './ioas.ts';
import type { Iommufd } from './main.ts';
import { IommufdObject } from './object.ts';
import type { UserCommand } from './user-command.ts';
import { Viommu } from './viommu.ts';

const NESTED_FLAGS = IOMMU_HWPT_FAULT_ID_VALID | IOMMU_HWPT_ALLOC_PASID;
const PAGING_FLAGS = NESTED_FLAGS | IOMMU_HWPT_ALLOC_NEST_PARENT | IOMMU_HWPT_ALLOC_DIRTY_TRACKING;

type AllocCommand = UserCommand<typeof iommu_hwpt_alloc>;

/** hw_pagetable.c: IOMMU_HWPT_ALLOC. */
export class HwptCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [row(IOMMU_HWPT_ALLOC, (command) => this.alloc(command))];
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
    if (table instanceof HwptPaging) return this.allocNested(command, device, table);
    if (table instanceof Viommu) return this.allocOnViommu(command, device, table);
    return 'EINVAL';
  }

  /** iommufd_hwpt_paging_alloc(). HWPT-07 08 09 10 11 12 15 40 */
  protected allocPaging(
    command: AllocCommand,
    device: IommufdDevice,
    ioas: Ioas,
  ): ErrnoName | undefined {
    const { flags } = command.fields;
    const options = pagingOptions(command);
    if (flags & ~PAGING_FLAGS) return 'EOPNOTSUPP';
    if (options.dirtyTracking && !device.device.dirtyTracking) return 'EOPNOTSUPP';
    if (options.nestParent && flags & IOMMU_HWPT_FAULT_ID_VALID) return 'EOPNOTSUPP';
    return this.create(command, (id) => device.allocHwpt(id, ioas, options));
  }

  /** iommufd_hwpt_nested_alloc(). HWPT-16 17 18 19 20 21 22 23 38 OBJ-10 HW-AMD-08 */
  protected allocNested(
    command: AllocCommand,
    device: IommufdDevice,
    parent: HwptPaging,
  ): ErrnoName | undefined {
    const { flags, data_len } = command.fields;
    const { allocNestedDomain } = device.device;
    if (flags & ~NESTED_FLAGS || data_len === 0 || !allocNestedDomain) return 'EOPNOTSUPP';
    if (!parent.nestParent) return 'EINVAL';
    const { HwptNested: Nested } = this.context.kernel.parts.iommufd;
    const pasidCompatible = (flags & IOMMU_HWPT_ALLOC_PASID) !== 0;
    return this.create(command, (id) => {
      const domain = allocNestedDomain(parent.domain, userData(command));
      if (isErrno(domain)) return domain;
      return new Nested(id, { domain, parent, holder: parent, pasidCompatible });
    });
  }

  /** iommufd_viommu_alloc_hwpt_nested(): for the driver, the fault queue is none of its business. HWPT-24 25 26 27 OBJ-32 HW-AMD-09 */
  protected allocOnViommu(
    command: AllocCommand,
    { device }: IommufdDevice,
    viommu: Viommu,
  ): ErrnoName | undefined {
    const { flags, data_len } = command.fields;
    if (device.iommu !== viommu.iommu) return 'EINVAL';
    if (flags & ~NESTED_FLAGS || data_len === 0) return 'EOPNOTSUPP';
    const { HwptNested: Nested } = this.context.kernel.parts.iommufd;
    const pasidCompatible = (flags & IOMMU_HWPT_ALLOC_PASID) !== 0;
    return this.create(command, (id) => {
      const driverFlags = flags & ~IOMMU_HWPT_FAULT_ID_VALID;
      const domain = viommu.ops?.allocNestedDomain(driverFlags, userData(command)) ?? 'EOPNOTSUPP';
      if (isErrno(domain)) return domain;
      return new Nested(id, { domain, parent: viommu.hwpt, holder: viommu, pasidCompatible });
    });
  }

  protected create(
    command: AllocCommand,
    make: (id: number) => HwptPaging | HwptNested | ErrnoName,
  ): ErrnoName | undefined {
    const { faults } = this.context.kernel;
    const hwpt = this.context.create<HwPagetable>(
      (id) => faults.kmalloc() ?? make(id),
      (made) => this.finish(command, made),
    );
    return isErrno(hwpt) ? hwpt : undefined;
  }

  /** The fault queue is looked up last. HWPT-13 14 28 */
  protected finish(command: AllocCommand, hwpt: HwPagetable): ErrnoName | undefined {
    if (command.fields.flags & IOMMU_HWPT_FAULT_ID_VALID) {
      const fault = this.context.objects.get(command.fields.fault_id, FaultQueue);
      if (isErrno(fault)) return fault;
      hwpt.setFaultQueue(fault);
    }
    return command.respond({ out_hwpt_id: hwpt.id });
  }
}

function pagingOptions(command: AllocCommand): PagingOptions {
  const { flags, data_len } = command.fields;
  return {
    nestParent: (flags & IOMMU_HWPT_ALLOC_NEST_PARENT) !== 0,
    dirtyTracking: (flags & IOMMU_HWPT_ALLOC_DIRTY_TRACKING) !== 0,
    pasid: (flags & IOMMU_HWPT_ALLOC_PASID) !== 0,
    faultQueue: (flags & IOMMU_HWPT_FAULT_ID_VALID) !== 0,
    data: data_len > 0 ? userData(command) : undefined,
  };
}

/** The data of the driver is looked at by the driver. */
export function userData({ task, fields }: AllocCommand): UserData {
  const { data_type: type, data_uptr: address, data_len: length } = fields;
  return { memory: task.memory, type, address, length };
}
