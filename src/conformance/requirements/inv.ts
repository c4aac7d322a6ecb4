import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_hwpt_invalidate');
const general = uapi('iommufd.h', 'DOC: General ioctl format');
const invalidate = linux('hw_pagetable.c', 'iommufd_hwpt_invalidate');
const fromArray = linux('include/linux/iommu.h', 'iommu_copy_struct_from_user_array');
const mock = linux('selftest.c', 'mock_domain_cache_invalidate_user');
const mockViommu = linux('selftest.c', 'mock_viommu_cache_invalidate');
const fullArray = linux('include/linux/iommu.h', 'iommu_copy_struct_from_full_user_array');
const vtdDoc = uapi('iommufd.h', 'struct iommu_hwpt_vtd_s1_invalidate');
const vtd = linux('drivers/iommu/intel/nested.c', 'intel_nested_cache_invalidate_user');
const smmuDoc = uapi('iommufd.h', 'struct iommu_viommu_arm_smmuv3_invalidate');
const smmu = linux(
  'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3-iommufd.c',
  'arm_vsmmu_cache_invalidate',
);

export const inv = requirements(
  { family: 'INV', title: 'IOMMU_HWPT_INVALIDATE', since: '6.8', profile: 'nesting' },
  {
    1: {
      says: 'IOMMU_HWPT_INVALIDATE with a __reserved that is not 0 fails with EOPNOTSUPP and returns an entry_num of 0.',
      level: 'contract',
      source: [struct, general, invalidate],
    },
    2: {
      says: 'IOMMU_HWPT_INVALIDATE with entries and a data_uptr of 0, an entry_len of 0 or above the page size, or an entry_num above 524288, fails with EINVAL before any object is looked up, and returns an entry_num of 0.',
      level: 'observed',
      source: [invalidate],
    },
    3: {
      says: 'IOMMU_HWPT_INVALIDATE of an id that does not exist fails with ENOENT and returns an entry_num of 0.',
      level: 'contract',
      source: [general, invalidate],
    },
    4: {
      says: 'IOMMU_HWPT_INVALIDATE of an object that is neither a nested page table nor a vIOMMU fails with EINVAL.',
      level: 'observed',
      source: [invalidate],
      changed: {
        after: '6.12',
        was: 'IOMMU_HWPT_INVALIDATE of an object that is no nested page table fails with ENOENT.',
      },
    },
    5: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table or a vIOMMU whose driver has no invalidation for it fails with EOPNOTSUPP.',
      level: 'observed',
      source: [invalidate],
      since: '6.13',
    },
    6: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table with entry_num 0 and a type that it supports succeeds for any data_uptr and entry_len.',
      level: 'contract',
      source: [struct, mock],
    },
    7: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table with entry_num 0 and a type that it does not support fails with EINVAL.',
      level: 'contract',
      source: [struct, mock],
    },
    8: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table with entries of a type that it does not support fails with EINVAL and returns an entry_num of 0.',
      level: 'observed',
      source: [struct, mock],
    },
    9: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table with an entry_len below the mandatory part of an entry or above all of it fails with EINVAL and returns an entry_num of 0.',
      level: 'observed',
      source: [mock, fromArray],
    },
    10: {
      says: 'IOMMU_HWPT_INVALIDATE with a bad entry fails with the error of that entry, and returns in entry_num how many entries before it took effect.',
      level: 'contract',
      source: [struct, mock],
    },
    11: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table with valid entries succeeds, and leaves entry_num as it was.',
      level: 'contract',
      source: [struct, mock],
    },
    12: {
      says: 'IOMMU_HWPT_INVALIDATE whose array is partly unmapped fails with EFAULT, and returns in entry_num the entries before for a nested page table and 0 for a vIOMMU.',
      level: 'observed',
      source: [fromArray, fullArray],
    },
    13: {
      says: 'IOMMU_HWPT_INVALIDATE with its struct in read-only memory fails with EFAULT, and its entries took effect all the same.',
      level: 'observed',
      source: [invalidate],
    },
    14: {
      says: 'IOMMU_HWPT_INVALIDATE of a mock vIOMMU with entry_num 0 succeeds for the type that it supports and fails with EINVAL for any other.',
      level: 'contract',
      source: [struct, mockViommu],
      since: '6.13',
    },
    15: {
      says: 'IOMMU_HWPT_INVALIDATE of a vIOMMU takes missing bytes of short entries as 0, and fails with E2BIG for long ones with a byte beyond the entry that is not 0.',
      level: 'observed',
      source: [fullArray],
      since: '6.13',
    },
    16: {
      says: 'IOMMU_HWPT_INVALIDATE of a mock vIOMMU fails with EOPNOTSUPP for an unknown flag, and with EINVAL for a cache_id above 3 and for a vdev_id that names no vDEVICE, and returns the index of that entry in entry_num.',
      level: 'observed',
      source: [mockViommu],
      since: '6.13',
      profile: 'test-cmd',
    },
    17: {
      says: 'IOMMU_HWPT_INVALIDATE of a vIOMMU with a bad second entry returns an entry_num of 1, and the first entry took effect.',
      level: 'contract',
      source: [struct, mockViommu],
      since: '6.13',
    },
    18: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table of VT-d fails with EOPNOTSUPP for an unknown flag or a reserved field that is not 0, and with EINVAL for an address that is not 4 KiB aligned and for all pages from an address other than 0.',
      level: 'contract',
      source: [vtdDoc, vtd],
      profile: 'hardware-vtd',
    },
    19: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table of VT-d with address 0 and U64_MAX pages drops all that is cached of it.',
      level: 'contract',
      source: [vtdDoc, vtd],
      profile: 'hardware-vtd',
    },
    20: {
      says: 'IOMMU_HWPT_INVALIDATE of a vIOMMU of an SMMUv3 fails with EIO for a command outside of the list, an unsupported field or an unknown stream id, and returns in entry_num the commands before it.',
      level: 'contract',
      source: [smmuDoc, smmu],
      since: '6.13',
      profile: 'hardware-smmuv3',
    },
    21: {
      says: 'IOMMU_HWPT_INVALIDATE of a vIOMMU of an SMMUv3 with the command that flushes everything drops what is cached of that vIOMMU only.',
      level: 'observed',
      source: [smmuDoc, smmu],
      since: '6.13',
      profile: 'hardware-smmuv3',
    },
    22: {
      says: 'IOMMU_HWPT_INVALIDATE of a vIOMMU of an SMMUv3 with entry_num 0 either succeeds, as the header says, or fails with EINVAL, as Linux does.',
      level: 'open',
      source: [struct, smmu],
      since: '6.13',
      profile: 'hardware-smmuv3',
    },
    23: {
      says: 'What IOMMU_HWPT_INVALIDATE of a vIOMMU of an SMMUv3 counts in entry_num when it fails has taken effect.',
      level: 'contract',
      source: [struct, smmu],
      since: '6.13',
      profile: 'hardware-smmuv3',
    },
  },
);
