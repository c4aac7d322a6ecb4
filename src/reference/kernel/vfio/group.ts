import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_GROUP_FLAGS_CONTAINER_SET, VFIO_GROUP_FLAGS_VIABLE } from '#uapi/vfio/group.ts';
import type { OpenFile } from '../fs/file.ts';
import type { IommuGroup } from '../iommu/domain.ts';
import { iommufdOf } from '../iommufd/main.ts';
import { invariant } from '../../reference-bug.ts';
import { isErrno } from '../lib/errno.ts';
import type { Task } from '../fs/process.ts';
import { containerOf } from './container.ts';
import type { ContainerGroup, VfioContainer } from './container.ts';
import type { UsedByDevice, VfioDevice } from './device.ts';

/** group.c: struct vfio_group: who has the devices of an IOMMU group: its node, or their own files. */
export class VfioGroup implements ContainerGroup {
  readonly iommuGroup: IommuGroup;
  readonly kind: ContainerGroup['kind'];
  /** The node; a device that is open in a container keeps it open. VFIO-CTR-15 VFIO-GRP-15 */
  file: OpenFile | undefined;
  protected isOpen = false;
  /** Devices that are bound through files of their own. */
  protected boundDevices = 0;
  /** The iommufd that stands for a container. It stays open as long as it is set. OBJ-28 */
  protected iommufd: OpenFile | undefined;
  protected container: VfioContainer | undefined;
  /** container_users, but for the group itself. */
  protected openDevices = 0;

  constructor(iommuGroup: IommuGroup, kind: ContainerGroup['kind']) {
    this.iommuGroup = iommuGroup;
    this.kind = kind;
  }

  /** vfio_group_fops_open(). VFIO-GRP-02 03 VFIO-XCL-01 05 */
  open(): 'EBUSY' | undefined {
    if (this.isOpen || this.boundDevices > 0) return 'EBUSY';
    this.isOpen = true;
    return undefined;
  }

  /** vfio_group_fops_release(): devices that came from it live on, with the iommufd that they are bound to. */
  close(): void {
    this.dropContainer();
    this.isOpen = false;
    this.file = undefined;
  }

  /** vfio_device_block_group(). EBUSY while the node is open. VFIO-CDEV-07 DEV-08 VFIO-XCL-03 */
  block(): 'EBUSY' | undefined {
    if (this.isOpen) return 'EBUSY';
    this.boundDevices++;
    return undefined;
  }

  unblock(): void {
    this.boundDevices--;
  }

  /** Is it the open node of this group? */
  isFile(file: OpenFile): boolean {
    return this.file === file;
  }

  /** VFIO_GROUP_FLAGS_*. With a container the group counts as viable, whoever owns its DMA. VFIO-GRP-06 17 */
  get status(): number {
    if (this.hasContainer) return VFIO_GROUP_FLAGS_CONTAINER_SET | VFIO_GROUP_FLAGS_VIABLE;
    return this.iommuGroup.isDmaOwned ? 0 : VFIO_GROUP_FLAGS_VIABLE;
  }

  /**
   * vfio_group_ioctl_set_container(): EINVAL where one is set, EBADFD for a file of another kind.
   * VFIO-32 35 VFIO-GRP-07
   */
  setContainer(file: OpenFile, task: Task): ErrnoName | undefined {
    if (this.hasContainer) return 'EINVAL';
    const container = containerOf(file);
    if (!container) return this.setIommufd(file);
    const error = container.attachGroup(this, task);
    if (!error) this.container = container;
    return error;
  }

  /** vfio_group_ioctl_unset_container(): of an iommufd also while devices of the group are open. VFIO-42 VFIO-GRP-11 18 VFIO-CMP-14 */
  unsetContainer(): 'EINVAL' | 'EBUSY' | undefined {
    if (!this.hasContainer) return 'EINVAL';
    if (this.openDevices > 0) return 'EBUSY';
    this.dropContainer();
    return undefined;
  }

  /** vfio_df_group_open(): EINVAL without a container, and why the device cannot be bound or attached. VFIO-34 38 VFIO-CMP-06 */
  openDevice(device: VfioDevice, task: Task): ErrnoName | undefined {
    if (!this.hasContainer) return 'EINVAL';
    return device.openInGroup(() => this.useContainer(device, task));
  }

  protected get hasContainer(): boolean {
    return this.container !== undefined || this.iommufd !== undefined;
  }

  /** vfio_df_device_first_open(), and what the last close of the device undoes. */
  protected useContainer(device: VfioDevice, task: Task): UsedByDevice {
    const { container, iommufd } = this;
    if (container) return container.use(this, task) ?? this.holdGroup(device);
    invariant(iommufd !== undefined, 'a device is opened in a group without a container');
    if (this.kind !== 'noiommu') return device.bindToContainer(iommufd) ?? (() => device.unbind());
    if (!task.capabilities.has('SYS_RAWIO') || device.containerIoas(iommufd)) return 'EPERM';
    return device.openUnbound() ?? (() => device.unbind());
  }

  /** vfio_group_use_container(): the node of the group stays open. VFIO-GRP-11 13 15 VFIO-LIFE-07 */
  protected holdGroup(device: VfioDevice): UsedByDevice {
    const error = device.openUnbound();
    if (error) return error;
    const file = this.holdFile();
    this.openDevices++;
    return () => {
      device.unbind();
      this.openDevices--;
      file?.put();
    };
  }

  protected holdFile(): OpenFile | undefined {
    return this.file?.get();
  }

  protected setIommufd(file: OpenFile): ErrnoName | undefined {
    const iommufd = iommufdOf(file);
    if (isErrno(iommufd)) return iommufd;
    const isNoiommu = this.kind === 'noiommu';
    const error = isNoiommu ? iommufd.setNoiommuMode() : iommufd.ensureVfioIoas();
    if (!error) this.iommufd = file.get();
    return error;
  }

  protected dropContainer(): void {
    this.container?.detachGroup(this);
    this.container = undefined;
    this.iommufd?.put();
    this.iommufd = undefined;
  }
}
