import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_VDEVICE_ALLOC,
  IOMMU_VIOMMU_ALLOC,
  IOMMU_VIOMMU_TYPE_DEFAULT,
} from '#uapi/iommufd/viommu.ts';
import type { iommu_vdevice_alloc, iommu_viommu_alloc } from '#uapi/iommufd/viommu.ts';
import type { UserData } from '../iommu/user-data.ts';
import { isErrno } from '../lib/errno.ts';
import { IommufdDevice } from './device.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import { HwptPaging } from './hw-pagetable.ts';
import type { Iommufd } from './main.ts';
import type { UserCommand } from './user-command.ts';
import { Viommu } from './viommu.ts';

type ViommuCommand = UserCommand<typeof iommu_viommu_alloc>;
type VdeviceCommand = UserCommand<typeof iommu_vdevice_alloc>;

/** viommu.c: IOMMU_VIOMMU_ALLOC and IOMMU_VDEVICE_ALLOC. */
export class ViommuCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [
      row(IOMMU_VIOMMU_ALLOC, (command) => this.allocViommu(command)),
      row(IOMMU_VDEVICE_ALLOC, (command) => this.allocVdevice(command)),
    ];
  }

  /** iommufd_viommu_alloc_ioctl(). VIOMMU-01 02 03 04 05 08 15 16 NOIO-04 ABI-19 */
  allocViommu(command: ViommuCommand): ErrnoName | undefined {
    const { flags, type, dev_id, hwpt_id } = command.fields;
    if (flags || type === IOMMU_VIOMMU_TYPE_DEFAULT) return 'EOPNOTSUPP';
    const device = this.context.objects.get(dev_id, IommufdDevice);
    if (isErrno(device)) return device;
    if (!device.device.iommu.viommu?.offersViommu(type)) return 'EOPNOTSUPP';
    const parent = this.context.objects.get(hwpt_id, HwptPaging);
    if (isErrno(parent)) return parent;
    if (!parent.nestParent) return 'EINVAL';
    const viommu = this.context.create(
      (id) => this.makeViommu(id, command, { device, parent }),
      (made) => command.respond({ out_viommu_id: made.id }),
    );
    return isErrno(viommu) ? viommu : undefined;
  }

  /** iommufd_vdevice_alloc_ioctl(). VDEV-01 02 03 04 05 10 NOIO-04 */
  allocVdevice(command: VdeviceCommand): ErrnoName | undefined {
    const { viommu_id, dev_id, virt_id: virtualId } = command.fields;
    const viommu = this.context.objects.get(viommu_id, Viommu);
    if (isErrno(viommu)) return viommu;
    const device = this.context.objects.get(dev_id, IommufdDevice);
    if (isErrno(device)) return device;
    if (device.device.iommu !== viommu.iommu) return 'EINVAL';
    if (device.vdevice || viommu.devices.has(virtualId)) return 'EEXIST';
    const { faults, parts } = this.context.kernel;
    const vdevice = this.context.create(
      (id) =>
        faults.kmalloc() ??
        viommu.ops?.initVdevice?.(device.device.hardware) ??
        new parts.iommufd.Vdevice(id, { viommu, device, virtualId }),
      (made) => command.respond({ out_vdevice_id: made.id }),
    );
    return isErrno(vdevice) ? vdevice : undefined;
  }

  protected makeViommu(
    id: number,
    command: ViommuCommand,
    { device, parent }: { device: IommufdDevice; parent: HwptPaging },
  ): Viommu | ErrnoName {
    const { context } = this;
    const { iommu } = device.device;
    const noMemory = context.kernel.faults.kmalloc();
    if (noMemory) return noMemory;
    const viommu = new context.kernel.parts.iommufd.Viommu(id, { context, iommu, parent });
    const ops = iommu.viommu?.initViommu(viommu, userData(command)) ?? 'EOPNOTSUPP';
    if (isErrno(ops)) viommu.destroy();
    else viommu.ops = ops;
    return isErrno(ops) ? ops : viommu;
  }
}

/** Undefined where there is none: what the driver then lacks, it does without. VIOMMU-08 */
function userData({ task, fields }: ViommuCommand): UserData | undefined {
  const { type, data_uptr: address, data_len: length } = fields;
  return length > 0 ? { memory: task.memory, type, address, length } : undefined;
}
