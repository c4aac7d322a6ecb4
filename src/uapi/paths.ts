export const IOMMUFD_PATH = '/dev/iommu';
export const VFIO_CONTAINER_PATH = '/dev/vfio/vfio';
export const SELF_STATUS_PATH = '/proc/self/status';
