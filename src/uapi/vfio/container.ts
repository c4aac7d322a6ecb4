import { plainIoctl } from '../ioctl.ts';
import { vfioRequest } from './base.ts';

export const VFIO_API_VERSION = 0;

/** Arguments of VFIO_CHECK_EXTENSION; those that name an IOMMU model are also arguments of VFIO_SET_IOMMU. */
export const VFIO_TYPE1_IOMMU = 1;
export const VFIO_SPAPR_TCE_IOMMU = 2;
export const VFIO_TYPE1v2_IOMMU = 3;
export const VFIO_DMA_CC_IOMMU = 4;
export const VFIO_EEH = 5;
export const __VFIO_RESERVED_TYPE1_NESTING_IOMMU = 6;
export const VFIO_SPAPR_TCE_v2_IOMMU = 7;
export const VFIO_NOIOMMU_IOMMU = 8;
export const VFIO_UNMAP_ALL = 9;
export const VFIO_UPDATE_VADDR = 10;

export const VFIO_GET_API_VERSION = plainIoctl(
  'VFIO_GET_API_VERSION',
  vfioRequest(0),
  'nothing',
  'a number',
);
export const VFIO_CHECK_EXTENSION = plainIoctl(
  'VFIO_CHECK_EXTENSION',
  vfioRequest(1),
  'a number',
  'a number',
);
export const VFIO_SET_IOMMU = plainIoctl('VFIO_SET_IOMMU', vfioRequest(2), 'a number');
