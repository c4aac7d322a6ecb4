import { IOMMU_FAULT_QUEUE_ALLOC } from '#uapi/iommufd/fault.ts';

import { number } from './field.ts';
import { record } from './record.ts';

export const faultCommands = [
  record(IOMMU_FAULT_QUEUE_ALLOC, {
    since: '6.11',
    needs: ['fault-queue'],
    fields: { flags: number(0) },
    makes: [{ kind: 'fault queue', id: 'out_fault_id', fd: 'out_fault_fd' }],
  }),
];

/** What is read from a fault queue, and written to it. */
export const faultPrefixes = {
  'iommu_hwpt_pgfault.flags': ['IOMMU_PGFAULT_FLAGS_'],
  'iommu_hwpt_pgfault.perm': ['IOMMU_PGFAULT_PERM_'],
  'iommu_hwpt_page_response.code': ['IOMMUFD_PAGE_RESP_'],
} as const;
