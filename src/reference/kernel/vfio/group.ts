import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_GROUP_FLAGS_CONTAINER_SET, VFIO_GROUP_FLAGS_VIABLE } from '#uapi/vfio/group.ts';
import type { OpenFile } from '../fs/file.ts';
import type { IommuGroup } from '../iommu/domain.ts';
import { iommufdOf } from '../iommufd/main.ts';
import { isErrno } from '../lib/errno.ts';
import type { Task } from '../fs/process.ts';
import type { VfioDevice } from './device.ts';

/** group.c: struct vfio_group: who has the devices of an IOMMU group: its node, or their own files. */
export class VfioGroup {
  protected readonly iommuGroup: IommuGroup;
  /** VFIO_NO_IOMMU: made for a device in noiommu mode. */
  protected readonly isNoiommu: boolean;
  protected isOpen = false;
  /** Devices that are bound through files of their own. */
  protected boundDevices = 0;
  /** The iommufd that stands for one. It stays open as long as it is set. OBJ-28 */
  protected container: OpenFile | undefined;

  constructor(iommuGroup: IommuGroup, isNoiommu: boolean) {
    this.iommuGroup = iommuGroup;
    this.isNoiommu = isNoiommu;
  }

  /** vfio_group_fops_open(). VFIO-GRP-02 03 VFIO-XCL-01 05 */
  open(): 'EBUSY' | undefined {
    if (this.isOpen || this.boundDevices > 0) return 'EBUSY';
    this.isOpen = true;
    return undefined;
  }

  /** vfio_group_fops_release(): devices that came from it live on, with the iommufd that they are bound to. */
  close(): void {
    this.unsetContainer();
    this.isOpen = false;
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

  /** VFIO_GROUP_FLAGS_*. With a container the group counts as viable, whoever owns its DMA. VFIO-GRP-06 17 */
  get status(): number {
    if (this.container) return VFIO_GROUP_FLAGS_CONTAINER_SET | VFIO_GROUP_FLAGS_VIABLE;
    return this.iommuGroup.isDmaOwned ? 0 : VFIO_GROUP_FLAGS_VIABLE;
  }

  /** vfio_group_ioctl_set_container(): EINVAL where one is set, EBADFD for a file of another kind. VFIO-32 35 */
  setContainer(file: OpenFile): ErrnoName | undefined {
    if (this.container) return 'EINVAL';
    const iommufd = iommufdOf(file);
    if (isErrno(iommufd)) return iommufd;
    const error = this.isNoiommu ? iommufd.setNoiommuMode() : iommufd.ensureVfioIoas();
    if (!error) this.container = file.get();
    return error;
  }

  /** vfio_group_ioctl_unset_container(): also while devices of the group are open. VFIO-42 VFIO-GRP-11 18 */
  unsetContainer(): 'EINVAL' | undefined {
    if (!this.container) return 'EINVAL';
    this.container.put();
    this.container = undefined;
    return undefined;
  }

  /** vfio_df_group_open(): EINVAL without a container, and why the device cannot be bound or attached. VFIO-34 38 */
  openDevice(device: VfioDevice, { capabilities }: Task): ErrnoName | undefined {
    if (!this.container) return 'EINVAL';
    if (!this.isNoiommu) return device.openInGroup(this.container);
    const isAllowed = capabilities.has('SYS_RAWIO') && !device.containerIoas(this.container);
    return isAllowed ? device.openInGroup() : 'EPERM';
  }

  /** vfio_df_group_close() */
  closeDevice(device: VfioDevice): void {
    device.closeInGroup();
  }
}
