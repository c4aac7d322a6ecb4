export const IOMMUFD_PATH = '/dev/iommu';
export const VFIO_CONTAINER_PATH = '/dev/vfio/vfio';
export const SELF_STATUS_PATH = '/proc/self/status';
/** What the kernel tells of a file that the process has open. */
export function fdinfoPath(fd: number): string {
  return `/proc/self/fdinfo/${fd}`;
}

/** Checks of the calling task that can fail: the one that is told will. */
export const SELF_FAIL_NTH_PATH = '/proc/self/fail-nth';
export const SELF_MAKE_IT_FAIL_PATH = '/proc/self/make-it-fail';
export const DEBUGFS_PATH = '/sys/kernel/debug';

/** The VFIO character device with that number, as udev makes it. */
export function vfioDevicePath(index: number): string {
  return `/dev/vfio/devices/vfio${index}`;
}

/** The VFIO node of an IOMMU group. */
export function vfioGroupPath(groupId: number): string {
  return `/dev/vfio/${groupId}`;
}

/** The same of a device in noiommu mode. */
export function noiommuDevicePath(index: number): string {
  return `/dev/vfio/devices/noiommu-vfio${index}`;
}

export function noiommuGroupPath(groupId: number): string {
  return `/dev/vfio/noiommu-${groupId}`;
}
