import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_API_VERSION,
  VFIO_CHECK_EXTENSION,
  VFIO_GET_API_VERSION,
  VFIO_NOIOMMU_IOMMU,
  VFIO_SET_IOMMU,
} from '#uapi/vfio/container.ts';
import type { FileOperations, OpenFile } from '../fs/file.ts';
import type { IommuGroup } from '../iommu/domain.ts';
import { isErrno } from '../lib/errno.ts';
import type { Task } from '../fs/process.ts';
import type { ContainerKernel } from './kernel.ts';

/** What drives the IOMMU of a container, once a type was set. */
export interface ContainerIommu {
  ioctl(task: Task, request: number, arg: bigint): number | ErrnoName | undefined;
  attachGroup(group: IommuGroup, isEmulated: boolean): ErrnoName | undefined;
  detachGroup(group: IommuGroup): void;
  release(): void;
}

/** struct vfio_iommu_driver_ops: makes one for each container. */
export interface ContainerDriver {
  readonly isNoiommu: boolean;
  /** 1 or 0, of the driver as such. */
  checkExtension(extension: bigint): number;
  open(type: bigint, task: Task): ContainerIommu | ErrnoName;
}

/** What a group is to a container. */
export interface ContainerGroup {
  readonly kind: 'iommu' | 'emulated' | 'noiommu';
  readonly iommuGroup: IommuGroup;
}

/** container.c: struct vfio_container: an open /dev/vfio/vfio of a kernel that has containers of VFIO's own. */
export class VfioContainer implements FileOperations {
  protected readonly drivers: readonly ContainerDriver[];
  /** Newest first. */
  protected readonly groups: ContainerGroup[] = [];
  protected iommu: ContainerIommu | undefined;

  constructor(kernel: ContainerKernel) {
    const { type1, vfio } = kernel.parts;
    this.drivers = [new type1.Type1Driver(kernel), new vfio.NoiommuDriver(kernel)];
  }

  /** vfio_fops_unl_ioctl() */
  ioctl(task: Task, request: number, arg: bigint): number {
    const result = this.command(task, request, arg);
    return isErrno(result) ? failure(result) : (result ?? 0);
  }

  /**
   * vfio_container_attach_group(): blocks the DMA of its devices until a type is set, and what is mapped from then on.
   * EPERM where it is of another kind than the groups before, or somebody else has its DMA. VFIO-GRP-08 09 10 VFIO-XCL-10
   */
  attachGroup(group: ContainerGroup, { capabilities }: Task): ErrnoName | undefined {
    const isNoiommu = group.kind === 'noiommu';
    if (isNoiommu && !capabilities.has('SYS_RAWIO')) return 'EPERM';
    if (this.groups.length > 0 && this.isNoiommu !== isNoiommu) return 'EPERM';
    const error = this.claim(group) ?? this.join(group);
    if (!error) this.groups.unshift(group);
    return error;
  }

  /** vfio_group_detach_container(): with the last group the container is as new. VFIO-CTR-14 */
  detachGroup(group: ContainerGroup): void {
    this.iommu?.detachGroup(group.iommuGroup);
    this.unclaim(group);
    this.groups.splice(this.groups.indexOf(group), 1);
    if (this.groups.length > 0) return;
    this.iommu?.release();
    this.iommu = undefined;
  }

  /** vfio_group_use_container(): whether a device of it may be opened. EINVAL before a type was set. VFIO-GRP-12 */
  use({ kind }: ContainerGroup, { capabilities }: Task): ErrnoName | undefined {
    if (!this.iommu) return 'EINVAL';
    return kind === 'noiommu' && !capabilities.has('SYS_RAWIO') ? 'EPERM' : undefined;
  }

  protected get isNoiommu(): boolean {
    return this.groups[0]?.kind === 'noiommu';
  }

  /** VFIO-CTR-02 12 */
  protected command(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    switch (request) {
      case VFIO_GET_API_VERSION.request:
        return VFIO_API_VERSION;
      case VFIO_CHECK_EXTENSION.request:
        return this.checkExtension(task, arg);
      case VFIO_SET_IOMMU.request:
        return this.setIommu(task, arg);
      default:
        return this.iommu ? this.iommu.ioctl(task, request, arg) : 'EINVAL';
    }
  }

  /** Of the driver that was chosen, or of any that may be. VFIO-CTR-03 04 05 06 */
  protected checkExtension(task: Task, extension: bigint): number | ErrnoName | undefined {
    if (this.iommu) return this.iommu.ioctl(task, VFIO_CHECK_EXTENSION.request, extension);
    const answers = this.allowed().map((driver) => driver.checkExtension(extension));
    return Math.max(0, ...answers);
  }

  /** vfio_ioctl_set_iommu(): what the last driver said that was tried; ENODEV where none was. VFIO-CTR-07 08 09 10 11 */
  protected setIommu(task: Task, type: bigint): ErrnoName | undefined {
    if (this.groups.length === 0 || this.iommu) return 'EINVAL';
    let error: ErrnoName = 'ENODEV';
    for (const driver of this.allowed()) {
      if (driver.checkExtension(type) === 0) continue;
      const iommu = driver.open(type, task);
      if (isErrno(iommu)) {
        error = iommu;
        continue;
      }
      const refused = this.attachAll(iommu);
      if (!refused) {
        this.iommu = iommu;
        return undefined;
      }
      iommu.release();
      error = refused;
    }
    return error;
  }

  /** vfio_iommu_driver_allowed(): with a group in it the container is in noiommu mode, or it is not. */
  protected allowed(): readonly ContainerDriver[] {
    if (this.groups.length === 0) return this.drivers;
    return this.drivers.filter(({ isNoiommu }) => isNoiommu === this.isNoiommu);
  }

  /** __vfio_container_attach_groups(): all or none. */
  protected attachAll(iommu: ContainerIommu): ErrnoName | undefined {
    for (const [index, { iommuGroup, kind }] of this.groups.entries()) {
      const error = iommu.attachGroup(iommuGroup, kind === 'emulated');
      if (!error) continue;
      for (const done of this.groups.slice(0, index).reverse()) iommu.detachGroup(done.iommuGroup);
      return error;
    }
    return undefined;
  }

  /** iommu_group_claim_dma_owner(): only where there is DMA to own. */
  protected claim(group: ContainerGroup): ErrnoName | undefined {
    return group.kind === 'iommu' ? group.iommuGroup.claimDmaOwner(group) : undefined;
  }

  protected unclaim({ kind, iommuGroup }: ContainerGroup): void {
    if (kind === 'iommu') iommuGroup.releaseDmaOwner();
  }

  protected join(group: ContainerGroup): ErrnoName | undefined {
    const error = this.iommu?.attachGroup(group.iommuGroup, group.kind === 'emulated');
    if (error) this.unclaim(group);
    return error;
  }
}

/** container.c: vfio_noiommu_ops: nothing is translated, and there is nothing to map. */
export class NoiommuDriver implements ContainerDriver {
  readonly isNoiommu = true;
  protected readonly kernel: ContainerKernel;

  constructor(kernel: ContainerKernel) {
    this.kernel = kernel;
  }

  /** While the mode is on. VFIO-CTR-03 */
  checkExtension(extension: bigint): number {
    return Number(this.kernel.vfio.unsafeNoiommuMode && extension === BigInt(VFIO_NOIOMMU_IOMMU));
  }

  /** VFIO-CTR-10 */
  open(type: bigint, { capabilities }: Task): ContainerIommu | ErrnoName {
    if (type !== BigInt(VFIO_NOIOMMU_IOMMU)) return 'EINVAL';
    return capabilities.has('SYS_RAWIO') ? new NoiommuContainer(this) : 'EPERM';
  }
}

/** VFIO-CTR-18 */
class NoiommuContainer implements ContainerIommu {
  protected readonly driver: NoiommuDriver;

  constructor(driver: NoiommuDriver) {
    this.driver = driver;
  }

  ioctl(_task: Task, request: number, arg: bigint): number | ErrnoName {
    return request === VFIO_CHECK_EXTENSION.request ? this.driver.checkExtension(arg) : 'ENOTTY';
  }

  attachGroup(): undefined {}
  detachGroup(): void {}
  release(): void {}
}

/** vfio_container_from_file() */
export function containerOf({ operations }: OpenFile): VfioContainer | undefined {
  return operations instanceof VfioContainer ? operations : undefined;
}
