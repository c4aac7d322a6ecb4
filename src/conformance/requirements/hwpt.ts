import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_hwpt_alloc');
const flags = uapi('iommufd.h', 'enum iommufd_hwpt_alloc_flags');
const general = uapi('iommufd.h', 'DOC: General ioctl format');
const alloc = linux('hw_pagetable.c', 'iommufd_hwpt_alloc');
const paging = linux('hw_pagetable.c', 'iommufd_hwpt_paging_alloc');
const nested = linux('hw_pagetable.c', 'iommufd_hwpt_nested_alloc');
const onViommu = linux('hw_pagetable.c', 'iommufd_viommu_alloc_hwpt_nested');
const addDomain = linux('io_pagetable.c', 'iopt_table_add_domain');
const userData = linux('include/linux/iommu.h', 'iommu_copy_struct_from_user');
const mockPaging = linux('selftest.c', 'mock_domain_alloc_paging_flags');
const ste = uapi('iommufd.h', 'struct iommu_hwpt_arm_smmuv3');
const smmu = linux(
  'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3-iommufd.c',
  'arm_vsmmu_alloc_domain_nested',
);
const vtd = linux('drivers/iommu/intel/nested.c', 'intel_iommu_domain_alloc_nested');

export const hwpt = requirements(
  { family: 'HWPT', title: 'IOMMU_HWPT_ALLOC', since: '6.6', profile: 'base' },
  {
    1: {
      says: 'IOMMU_HWPT_ALLOC with a __reserved that is not 0 fails with EOPNOTSUPP.',
      level: 'contract',
      source: [struct, general, alloc],
    },
    2: {
      says: 'IOMMU_HWPT_ALLOC with the data type NONE and a data_len, or with another data type and a data_len of 0, fails with EINVAL before any object is looked up.',
      level: 'contract',
      source: [struct, alloc],
    },
    3: {
      says: 'IOMMU_HWPT_ALLOC for an id that names no device fails with ENOENT.',
      level: 'contract',
      source: [general, alloc],
    },
    4: {
      says: 'IOMMU_HWPT_ALLOC with a pt_id that does not exist fails with EINVAL.',
      level: 'observed',
      source: [alloc],
    },
    5: {
      says: 'IOMMU_HWPT_ALLOC with a pt_id of an object that is neither an IOAS, a page table of an IOAS nor a vIOMMU fails with EINVAL.',
      level: 'observed',
      source: [struct, alloc],
    },
    6: {
      says: 'IOMMU_HWPT_ALLOC on an IOAS makes a page table with all mappings of the IOAS, whose pages are pinned when the call returns.',
      level: 'contract',
      source: [struct, paging],
    },
    7: {
      says: 'IOMMU_HWPT_ALLOC on an IOAS with an unknown flag fails with EOPNOTSUPP.',
      level: 'contract',
      source: [flags, general, paging],
    },
    8: {
      says: 'IOMMU_HWPT_ALLOC with the flag NEST_PARENT for a device whose IOMMU cannot nest fails with EOPNOTSUPP.',
      level: 'observed',
      source: [flags, paging],
      since: '6.7',
      profile: 'nesting',
    },
    9: {
      says: 'IOMMU_HWPT_ALLOC with the flags NEST_PARENT and FAULT_ID_VALID fails with EOPNOTSUPP.',
      level: 'observed',
      source: [paging],
      since: '6.11',
      profile: 'nesting',
    },
    10: {
      says: 'IOMMU_HWPT_ALLOC with the flag DIRTY_TRACKING for a device whose IOMMU does not track dirty pages fails with EOPNOTSUPP.',
      level: 'observed',
      source: [flags, paging],
      since: '6.7',
      profile: 'dirty',
    },
    11: {
      says: 'A page table with the flag DIRTY_TRACKING can be made for a device whose IOMMU tracks dirty pages, and attaching it to a device whose IOMMU does not fails with EINVAL.',
      level: 'contract',
      source: [flags, mockPaging],
      since: '6.7',
      profile: 'dirty',
    },
    12: {
      says: 'IOMMU_HWPT_ALLOC on an IOAS with the id of a fault queue succeeds.',
      level: 'contract',
      source: [flags, alloc],
      since: '6.11',
      profile: 'faults',
      changed: {
        after: '6.12',
        was: 'IOMMU_HWPT_ALLOC on an IOAS with the id of a fault queue fails with EOPNOTSUPP.',
      },
    },
    13: {
      says: 'IOMMU_HWPT_ALLOC whose fault_id names no fault queue fails with ENOENT, after all other checks, and the id of the page table is free again.',
      level: 'contract',
      source: [struct, general, alloc],
      since: '6.11',
      profile: 'faults',
    },
    14: {
      says: 'IOMMU_HWPT_ALLOC without the flag FAULT_ID_VALID takes any fault_id and does not use it.',
      level: 'contract',
      source: [struct, alloc],
      since: '6.11',
      profile: 'faults',
    },
    15: {
      says: 'IOMMU_HWPT_ALLOC on an IOAS with a data type other than NONE, for a device behind a real IOMMU, fails with EOPNOTSUPP.',
      level: 'contract',
      source: [struct, paging],
    },
    16: {
      says: 'IOMMU_HWPT_ALLOC on a page table that was made without the flag NEST_PARENT, by an attach, or for another kind of IOMMU fails with EINVAL.',
      level: 'contract',
      source: [struct, nested],
      since: '6.7',
      profile: 'nesting',
    },
    17: {
      says: 'IOMMU_HWPT_ALLOC on a nesting parent with the data type NONE fails with EOPNOTSUPP.',
      level: 'contract',
      source: [struct, nested],
      since: '6.7',
      profile: 'nesting',
    },
    18: {
      says: 'IOMMU_HWPT_ALLOC on a nesting parent with a flag other than FAULT_ID_VALID and PASID fails with EOPNOTSUPP.',
      level: 'observed',
      source: [nested],
      since: '6.7',
      profile: 'nesting',
    },
    19: {
      says: 'IOMMU_HWPT_ALLOC on a nesting parent with a data type that the IOMMU does not have fails with EOPNOTSUPP, on a vIOMMU of an SMMUv3 with EINVAL.',
      level: 'observed',
      source: [linux('selftest.c', 'mock_domain_alloc_nested'), smmu],
      since: '6.7',
      profile: 'nesting',
    },
    20: {
      says: 'IOMMU_HWPT_ALLOC on a nesting parent fails with EINVAL for a data_len below the mandatory part of the data, and for one above all of it even if the rest is 0.',
      level: 'observed',
      source: [userData],
      since: '6.7',
      profile: 'nesting',
    },
    21: {
      says: 'IOMMU_HWPT_ALLOC on a nesting parent whose data cannot be read fails with EFAULT.',
      level: 'observed',
      source: [userData],
      since: '6.7',
      profile: 'nesting',
    },
    22: {
      says: 'IOMMU_HWPT_ALLOC on a nesting parent with valid data makes a nested page table, and several may have the same parent.',
      level: 'contract',
      source: [struct, nested],
      since: '6.7',
      profile: 'nesting',
    },
    23: {
      says: 'IOMMU_HWPT_ALLOC on a nested page table fails with EINVAL.',
      level: 'contract',
      source: [struct, nested],
      since: '6.7',
      profile: 'nesting',
    },
    24: {
      says: 'IOMMU_HWPT_ALLOC on a vIOMMU fails with EINVAL for a device behind another IOMMU than that of the vIOMMU.',
      level: 'contract',
      source: [struct, alloc],
      since: '6.13',
      profile: 'nesting',
    },
    25: {
      says: 'IOMMU_HWPT_ALLOC on a vIOMMU whose driver has no nested page tables fails with EOPNOTSUPP.',
      level: 'observed',
      source: [onViommu],
      since: '6.13',
      profile: 'nesting',
    },
    26: {
      says: 'IOMMU_HWPT_ALLOC on a vIOMMU with a flag other than FAULT_ID_VALID and PASID, or without data, fails with EOPNOTSUPP.',
      level: 'observed',
      source: [onViommu],
      since: '6.13',
      profile: 'nesting',
    },
    27: {
      says: 'IOMMU_HWPT_ALLOC on a vIOMMU with valid data makes a nested page table, and the vIOMMU cannot be destroyed before it.',
      level: 'contract',
      source: [struct, onViommu],
      since: '6.13',
      profile: 'nesting',
    },
    28: {
      says: 'IOMMU_HWPT_ALLOC returns the id of the page table in out_hwpt_id and leaves the other fields as they were.',
      level: 'contract',
      source: [struct, alloc],
    },
    29: {
      says: 'IOMMU_HWPT_ALLOC on an IOAS fails with EADDRINUSE if a mapping leaves the aperture of the page table or is finer than its smallest page.',
      level: 'observed',
      source: [addDomain],
    },
    30: {
      says: 'A page table of IOMMU_HWPT_ALLOC that is attached to nothing narrows the usable IOVAs of its IOAS to its aperture, and its pages count in VmPin.',
      level: 'observed',
      source: [addDomain],
    },
    31: {
      says: 'IOMMU_HWPT_ALLOC of a nested page table for a device behind VT-d fails with EOPNOTSUPP for another data type and where the hardware cannot nest, and with EINVAL on a parent that is no second-stage table.',
      level: 'observed',
      source: [vtd, nested],
      since: '6.7',
      profile: 'hardware-vtd',
    },
    32: {
      says: 'IOMMU_HWPT_ALLOC of a nested page table of VT-d takes any address width, flags and reserved field, and attaching it fails with EINVAL for a width other than 48 and 57 and for a width, SRE or EAFE that the hardware does not have.',
      level: 'observed',
      source: [vtd, linux('drivers/iommu/intel/nested.c', 'intel_nested_attach_dev')],
      since: '6.7',
      profile: 'hardware-vtd',
    },
    33: {
      says: 'IOMMU_HWPT_ALLOC on a vIOMMU of an SMMUv3 takes a stream table entry that is not valid, and the DMA of a device attached to it is aborted.',
      level: 'observed',
      source: [ste, smmu],
      since: '6.13',
      profile: 'hardware-smmuv3',
    },
    34: {
      says: 'IOMMU_HWPT_ALLOC on a vIOMMU of an SMMUv3 fails with EIO for a stream table entry with a field that is not allowed, or with a configuration other than abort, bypass and stage 1.',
      level: 'contract',
      source: [
        ste,
        linux('drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3-iommufd.c', 'arm_smmu_validate_vste'),
      ],
      since: '6.13',
      profile: 'hardware-smmuv3',
    },
    35: {
      says: 'IOMMU_HWPT_ALLOC on a vIOMMU of an SMMUv3 with any flag but FAULT_ID_VALID fails with EOPNOTSUPP.',
      level: 'observed',
      source: [smmu],
      since: '6.13',
      profile: 'hardware-smmuv3',
    },
    36: {
      says: 'IOMMU_HWPT_ALLOC with NEST_PARENT and either DIRTY_TRACKING or PASID for a device behind an SMMUv3 fails with EOPNOTSUPP.',
      level: 'observed',
      source: [
        linux('drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c', 'arm_smmu_domain_alloc_paging_flags'),
      ],
      since: '6.13',
      profile: 'hardware-smmuv3',
    },
    37: {
      says: 'Attaching a nested page table of an SMMUv3 that translates fails with ENOENT for a device without a vDEVICE, and one that bypasses or aborts can be attached.',
      level: 'contract',
      source: [
        ste,
        linux(
          'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3-iommufd.c',
          'arm_smmu_attach_prepare_vmaster',
        ),
      ],
      since: '6.15',
      profile: 'hardware-smmuv3',
    },
    38: {
      says: 'IOMMU_HWPT_ALLOC of a nested page table for a device behind an AMD IOMMU fails with EOPNOTSUPP, on a nesting parent and on a vIOMMU.',
      level: 'observed',
      source: [linux('drivers/iommu/amd/iommufd.c', 'amd_iommufd_viommu_init')],
      since: '7.0',
      profile: 'hardware-amd',
    },
    39: {
      says: 'IOMMU_HWPT_ALLOC with PASID and either NEST_PARENT or DIRTY_TRACKING for a device behind an AMD IOMMU fails with EOPNOTSUPP.',
      level: 'observed',
      source: [linux('drivers/iommu/amd/iommu.c', 'amd_iommu_domain_alloc_paging_flags')],
      since: '7.0',
      profile: 'hardware-amd',
    },
    40: {
      says: 'IOMMU_HWPT_ALLOC on an IOAS for a mock device takes data of the selftest whose kind of page table is default or huge, and fails with EOPNOTSUPP for another kind or another data type.',
      level: 'observed',
      source: [mockPaging],
      since: '6.19',
      profile: 'test-cmd',
    },
    41: {
      says: 'All page tables of one IOAS have the same mappings, whenever they were made.',
      level: 'contract',
      source: [struct, addDomain],
    },
    42: {
      says: 'IOMMU_HWPT_ALLOC for a device without an IOMMU fails with EOPNOTSUPP with data and with any flag but FAULT_ID_VALID, and succeeds without.',
      level: 'observed',
      source: [linux('hwpt_noiommu.c', 'noiommu_alloc_paging_flags')],
      since: '7.3',
      profile: 'noiommu',
    },
    43: {
      says: 'IOMMU_HWPT_ALLOC on an IOAS with any flag fails with EOPNOTSUPP for a device whose IOMMU has a driver that takes none, also with FAULT_ID_VALID.',
      level: 'observed',
      source: [paging],
      since: '6.11',
      profile: 'faults',
    },
  },
);
