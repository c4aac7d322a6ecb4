import type { ErrnoName } from '#uapi/errno.ts';
import type { DeviceRegion } from '../../hardware/bus.ts';
import type { IommuDevice, IommuDomain } from '../iommu/domain.ts';
import type { ViommuCore, ViommuOps } from '../iommu/viommu.ts';
import type { HwptPaging } from './hw-pagetable.ts';
import { IommufdObject } from './object.ts';
import type { Vdevice } from './vdevice.ts';
import type { VeventQueue } from './vevent-queue.ts';
import type { Iommufd } from './main.ts';

export interface ViommuOptions {
  readonly context: Iommufd;
  /** The physical IOMMU of the device that it was made for. */
  readonly iommu: object;
  readonly parent: HwptPaging;
}

/** viommu.c: struct iommufd_viommu: the part of a physical IOMMU that one guest uses. VIOMMU-06 07 OBJ-32 */
export class Viommu extends IommufdObject implements ViommuCore {
  readonly iommu: object;
  readonly hwpt: HwptPaging;
  /** By the number that the guest gives a device. VDEV-04 */
  readonly devices = new Map<bigint, Vdevice>();
  /** By type. VEVQ-04 */
  readonly eventQueues = new Map<number, VeventQueue>();
  /** Undefined until the driver has set it up. */
  ops: ViommuOps | undefined;
  protected readonly context: Iommufd;

  constructor(id: number, { context, iommu, parent }: ViommuOptions) {
    super(id);
    this.context = context;
    this.iommu = iommu;
    this.hwpt = parent;
    parent.users++;
  }

  get parent(): IommuDomain {
    return this.hwpt.domain;
  }

  override destroy(): void {
    this.ops?.destroy();
    this.hwpt.users--;
  }

  findDevice(virtualId: bigint): IommuDevice | undefined {
    return this.devices.get(virtualId)?.device.device;
  }

  virtualIdOf(hardware: unknown): bigint | undefined {
    for (const [virtualId, { device }] of this.devices) {
      if (device.device.hardware === hardware) return virtualId;
    }
    return undefined;
  }

  reportEvent(type: number, data: Uint8Array): ErrnoName | undefined {
    const queue = this.eventQueues.get(type);
    if (!queue) return 'EOPNOTSUPP';
    return queue.deliver(data);
  }

  /** ENOMEM. */
  allocateMmap(region: DeviceRegion): bigint | ErrnoName {
    return this.context.kernel.faults.kmalloc() ?? this.context.mmapRegions.allocate(region, this);
  }

  destroyMmap(offset: bigint): void {
    this.context.mmapRegions.free(offset);
  }
}
