/** The ioctl type byte ';' that iommufd and VFIO share. */
export const IOMMUFD_TYPE = 0x3b;
