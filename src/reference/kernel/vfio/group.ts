import type { ErrnoName } from '#uapi/errno.ts';
import type { FileOperations } from '../file.ts';

/** group.c: struct vfio_group: who has the devices of an IOMMU group: its node, or their own files. */
export class VfioGroup {
  protected isOpen = false;
  /** Devices that are bound through files of their own. */
  protected boundDevices = 0;

  /** vfio_group_fops_open(). EBUSY. VFIO-GRP-02 03 VFIO-XCL-01 05 */
  open(): FileOperations | ErrnoName {
    if (this.isOpen || this.boundDevices > 0) return 'EBUSY';
    this.isOpen = true;
    return { release: () => (this.isOpen = false) };
  }

  /** vfio_device_block_group(). EBUSY while the node is open. VFIO-CDEV-07 DEV-08 VFIO-XCL-03 */
  block(): ErrnoName | undefined {
    if (this.isOpen) return 'EBUSY';
    this.boundDevices++;
    return undefined;
  }

  unblock(): void {
    this.boundDevices--;
  }
}
