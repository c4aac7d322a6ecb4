import { book, linux, requirements } from '../../requirement.ts';

const caches = book(
  'Intel Virtualization Technology for Directed I/O, D51397',
  '6.2.3 Paging-structure caches (unchecked)',
);
const hint = book(
  'Intel Virtualization Technology for Directed I/O, D51397',
  '6.5.2.4 PASID-based-IOTLB Invalidate Descriptor: IH (unchecked)',
);
const flushRange = linux('drivers/iommu/intel/cache.c', 'cache_tag_flush_range');
const invalidateUser = linux('drivers/iommu/intel/nested.c', 'intel_nested_cache_invalidate_user');

/** The numbers are those of the inventory of hardware, which has gaps. */
export const psc = requirements(
  { family: 'HW-PSC', title: 'Paging-structure caches', since: '6.12', profile: 'nesting' },
  {
    1: {
      says: 'What a VT-d keeps of the way to a page is tagged with domain and PASID, as the page is, so that an invalidation for one page table leaves the ways by another one with the same tables.',
      level: 'contract',
      source: [caches],
      profile: 'hardware-vtd',
    },
    2: {
      says: 'An invalidation of pages of a VT-d drops the entries that lead to their tables, unless it says that only leaves changed.',
      level: 'contract',
      source: [hint, invalidateUser],
      profile: 'hardware-vtd',
    },
    3: {
      says: 'An invalidation of all of a PASID drops the entries that lead to tables, whatever it says of leaves.',
      level: 'observed',
      source: [hint, invalidateUser],
      profile: 'hardware-vtd',
    },
    4: {
      says: 'After a table of a guest was replaced and its pages invalidated, a device is led by the new table there, and by the old one of the next 2 MiB, until these are invalidated.',
      level: 'contract',
      source: [caches, hint],
      profile: 'hardware-vtd',
    },
    5: {
      says: 'A table of the kernel that an unmap left without entries is walked no more, and a page that is mapped beside later is reached through the new one.',
      level: 'observed',
      source: [
        linux('drivers/iommu/intel/iommu.c', 'intel_iommu_tlb_sync'),
        linux('drivers/iommu/amd/iommu.c', 'amd_iommu_iotlb_sync'),
        linux('drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c', 'arm_smmu_tlb_inv_walk'),
      ],
      profile: 'base',
    },
    6: {
      says: 'IOMMU_HWPT_INVALIDATE of VT-d with the flag LEAF drops what the TLB of a device has of these pages, as without it.',
      level: 'observed',
      source: [flushRange, invalidateUser],
      profile: 'hardware-vtd',
    },
    7: {
      says: 'An unmap from a nesting parent drops the ways by which walks through a page table of a guest were led to the memory that goes.',
      level: 'observed',
      source: [flushRange],
      profile: 'hardware-vtd',
    },
    8: {
      says: 'A table that a guest puts where its page table had none is found without an invalidation.',
      level: 'contract',
      source: [caches],
      profile: 'hardware-vtd',
    },
  },
);
