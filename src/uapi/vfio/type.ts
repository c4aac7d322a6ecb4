/** The ioctl type byte ';' and the first number of VFIO. */
export const VFIO_TYPE = 0x3b;
export const VFIO_BASE = 100;
