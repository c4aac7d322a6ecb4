import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_hw_queue_alloc');
const general = uapi('iommufd.h', 'DOC: General ioctl format');
const alloc = linux('viommu.c', 'iommufd_hw_queue_alloc_ioctl');
const phys = linux('viommu.c', 'iommufd_hw_queue_alloc_phys');
const mock = linux('selftest.c', 'mock_hw_queue_init_phys');

export const hwq = requirements(
  { family: 'HWQ', title: 'IOMMU_HW_QUEUE_ALLOC', since: '6.17', profile: 'nesting' },
  {
    1: {
      says: 'IOMMU_HW_QUEUE_ALLOC with flags that are not 0, or with the type DEFAULT, fails with EOPNOTSUPP.',
      level: 'contract',
      source: [struct, general, alloc],
    },
    2: {
      says: 'IOMMU_HW_QUEUE_ALLOC with a length of 0 fails with EINVAL.',
      level: 'observed',
      source: [alloc],
    },
    3: {
      says: 'IOMMU_HW_QUEUE_ALLOC whose last IOVA passes U64_MAX fails with EOVERFLOW.',
      level: 'contract',
      source: [general, alloc],
    },
    4: {
      says: 'IOMMU_HW_QUEUE_ALLOC on an id that names no vIOMMU fails with ENOENT, after the checks of flags, type, length and overflow.',
      level: 'contract',
      source: [general, alloc],
    },
    5: {
      says: 'IOMMU_HW_QUEUE_ALLOC of a type that the vIOMMU does not have fails with EOPNOTSUPP.',
      level: 'contract',
      source: [general, alloc],
    },
    6: {
      says: 'IOMMU_HW_QUEUE_ALLOC of memory that is not mapped in the IOAS of the nesting parent fails with ENOENT.',
      level: 'observed',
      source: [struct, phys],
    },
    7: {
      says: 'IOMMU_HW_QUEUE_ALLOC of memory whose pages do not follow each other physically fails with EFAULT.',
      level: 'observed',
      source: [phys],
    },
    8: {
      says: 'IOMMU_HW_QUEUE_ALLOC of memory that is mapped without READABLE fails with EPERM.',
      level: 'observed',
      source: [phys],
    },
    9: {
      says: 'IOMMU_HW_QUEUE_ALLOC takes memory that begins or ends within a page, and pins the whole pages.',
      level: 'observed',
      source: [phys],
    },
    10: {
      says: 'IOMMU_IOAS_UNMAP of a mapping that a hardware queue uses fails with EBUSY until the queue is destroyed, and other mappings can be unmapped.',
      level: 'observed',
      source: [linux('io_pagetable.c', 'iopt_unmap_iova_range')],
    },
    11: {
      says: 'IOMMU_HW_QUEUE_ALLOC for a mock vIOMMU fails with EINVAL for an index out of range, with EEXIST for one that is in use, and with EIO where the index before has no queue.',
      level: 'observed',
      source: [mock],
      profile: 'test-cmd',
    },
    12: {
      says: 'IOMMU_DESTROY of a hardware queue fails with EBUSY while the queue of the next index exists.',
      level: 'observed',
      source: [mock, linux('driver.c', '_iommufd_object_depend')],
      profile: 'test-cmd',
    },
    13: {
      says: 'IOMMU_DESTROY of a vIOMMU with a hardware queue fails with EBUSY.',
      level: 'observed',
      source: [alloc],
    },
    14: {
      says: 'IOMMU_HW_QUEUE_ALLOC of the type TEGRA241_CMDQV fails with EINVAL for a length that is no power of two, is below 32 or above the limit of the hardware, and for a base that is no multiple of the length.',
      level: 'observed',
      source: [
        linux('drivers/iommu/arm/arm-smmu-v3/tegra241-cmdqv.c', 'tegra241_vintf_alloc_lvcmdq_user'),
      ],
      profile: 'hardware-tegra241',
    },
    15: {
      says: 'IOMMU_HW_QUEUE_ALLOC fails with EADDRINUSE if any mapping of the IOAS is not page-aligned.',
      level: 'observed',
      source: [phys],
    },
    16: {
      says: 'After IOMMU_DESTROY of a hardware queue of a mock vIOMMU its index is free, and no other index is.',
      level: 'contract',
      source: [struct, general, linux('selftest.c', 'mock_hw_queue_destroy')],
      profile: 'test-cmd',
    },
  },
);
