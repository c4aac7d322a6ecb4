import { documentation, linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_viommu_alloc');
const general = uapi('iommufd.h', 'DOC: General ioctl format');
const alloc = linux('viommu.c', 'iommufd_viommu_alloc_ioctl');
const mock = linux('selftest.c', 'mock_viommu_init');

export const viommu = requirements(
  { family: 'VIOMMU', title: 'IOMMU_VIOMMU_ALLOC', since: '6.13', profile: 'nesting' },
  {
    1: {
      says: 'IOMMU_VIOMMU_ALLOC with flags that are not 0, or with the type DEFAULT, fails with EOPNOTSUPP before any object is looked up.',
      level: 'contract',
      source: [struct, general, alloc],
    },
    2: {
      says: 'IOMMU_VIOMMU_ALLOC for an id that names no device fails with ENOENT.',
      level: 'contract',
      source: [general, alloc],
    },
    3: {
      says: 'IOMMU_VIOMMU_ALLOC of a type that the IOMMU of the device does not have fails with EOPNOTSUPP before hwpt_id is looked up.',
      level: 'contract',
      source: [general, alloc],
    },
    4: {
      says: 'IOMMU_VIOMMU_ALLOC on an id that names no page table of an IOAS fails with ENOENT.',
      level: 'contract',
      source: [general, alloc],
    },
    5: {
      says: 'IOMMU_VIOMMU_ALLOC on a page table that was made without the flag NEST_PARENT fails with EINVAL.',
      level: 'contract',
      source: [struct, alloc],
    },
    6: {
      says: 'IOMMU_VIOMMU_ALLOC on a nesting parent makes a vIOMMU, and the parent cannot be destroyed before it.',
      level: 'contract',
      source: [struct, alloc],
    },
    7: {
      says: 'Several vIOMMUs can be made on one nesting parent.',
      level: 'contract',
      source: [documentation('userspace-api/iommufd.rst', 'User Visible Objects'), alloc],
    },
    8: {
      says: 'IOMMU_VIOMMU_ALLOC with the 24 bytes of the struct of its first release makes a vIOMMU without data.',
      level: 'contract',
      source: [general, alloc],
    },
    9: {
      says: 'IOMMU_VIOMMU_ALLOC with data fails with EINVAL for a data_len that is too short or too long, and with EFAULT where the data cannot be read or written, and returns data at data_uptr where it succeeds.',
      level: 'observed',
      source: [mock, linux('include/linux/iommu.h', 'iommu_copy_struct_from_user')],
      since: '6.17',
    },
    10: {
      says: 'IOMMU_VIOMMU_ALLOC for a mock device returns in_data in out_data, and an offset of at least a page and a length of two pages for mmap().',
      level: 'observed',
      source: [mock],
      since: '6.17',
      profile: 'test-cmd',
    },
    11: {
      says: 'IOMMU_VIOMMU_ALLOC for a device behind an SMMUv3 on a nesting parent of another SMMU fails with EINVAL.',
      level: 'observed',
      source: [linux('drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3-iommufd.c', 'arm_vsmmu_init')],
      profile: 'hardware-smmuv3',
    },
    12: {
      says: 'IOMMU_VIOMMU_ALLOC for a device behind an SMMUv3 fails with EOPNOTSUPP where the SMMU cannot nest, and where it can neither force write-back nor is connected coherently.',
      level: 'observed',
      source: [
        linux('drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3-iommufd.c', 'arm_smmu_get_viommu_size'),
      ],
      profile: 'hardware-smmuv3',
    },
    13: {
      says: 'IOMMU_VIOMMU_ALLOC of the type TEGRA241_CMDQV reserves a virtual interface, and returns the offset and the length of its first page for mmap().',
      level: 'contract',
      source: [
        linux('drivers/iommu/arm/arm-smmu-v3/tegra241-cmdqv.c', 'tegra241_cmdqv_init_vintf_user'),
        uapi('iommufd.h', 'struct iommu_viommu_tegra241_cmdqv'),
      ],
      since: '6.17',
      profile: 'hardware-tegra241',
    },
    14: {
      says: 'IOMMU_VIOMMU_ALLOC for a device behind an AMD IOMMU makes a vIOMMU of any type but DEFAULT, which has neither nested page tables nor an invalidation.',
      level: 'observed',
      source: [linux('drivers/iommu/amd/iommufd.c', 'amd_iommufd_get_viommu_size')],
      since: '7.0',
      profile: 'hardware-amd',
    },
    15: {
      says: 'IOMMU_VIOMMU_ALLOC of any type for a device behind VT-d fails with EOPNOTSUPP.',
      level: 'observed',
      source: [linux('drivers/iommu/intel/iommu.c', 'intel_iommu_ops')],
      profile: 'hardware-vtd',
    },
    16: {
      says: 'IOMMU_VIOMMU_ALLOC for a device without an IOMMU fails with EOPNOTSUPP.',
      level: 'observed',
      source: [alloc],
      since: '7.3',
      profile: 'noiommu',
    },
  },
);
