import { struct, u32, u64 } from '../codec.ts';
import { _IO, ioctl } from '../ioctl.ts';
import { IOMMUFD_TYPE } from './type.ts';

export const IOMMU_PGFAULT_FLAGS_PASID_VALID = 1;
export const IOMMU_PGFAULT_FLAGS_LAST_PAGE = 2;
export const IOMMU_PGFAULT_PERM_READ = 1;
export const IOMMU_PGFAULT_PERM_WRITE = 2;
export const IOMMU_PGFAULT_PERM_EXEC = 4;
export const IOMMU_PGFAULT_PERM_PRIV = 8;
export const IOMMUFD_PAGE_RESP_SUCCESS = 0;
export const IOMMUFD_PAGE_RESP_INVALID = 1;

/** A page request, as read from a fault queue. */
export const iommu_hwpt_pgfault = struct('iommu_hwpt_pgfault', {
  flags: u32,
  dev_id: u32,
  pasid: u32,
  grpid: u32,
  perm: u32,
  __reserved: u32,
  addr: u64,
  length: u32,
  cookie: u32,
});

/** An answer, as written to a fault queue. */
export const iommu_hwpt_page_response = struct('iommu_hwpt_page_response', {
  cookie: u32,
  code: u32,
});

/** Makes a fault queue. */
export const iommu_fault_alloc = struct('iommu_fault_alloc', {
  size: u32,
  flags: u32,
  out_fault_id: u32,
  out_fault_fd: u32,
});

export const IOMMU_FAULT_QUEUE_ALLOC = ioctl(
  'IOMMU_FAULT_QUEUE_ALLOC',
  _IO(IOMMUFD_TYPE, 0x8e),
  iommu_fault_alloc,
  'out_fault_fd',
);
