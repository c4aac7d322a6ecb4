import { linux, requirements } from '../../requirement.ts';

const intel = linux('drivers/iommu/intel/iommu.c', 'intel_iommu_domain_alloc_paging_flags');
const readOnly = linux('drivers/iommu/intel/iommu.c', 'paging_domain_compatible');
const arm = linux(
  'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c',
  'arm_smmu_domain_alloc_paging_flags',
);
const amd = linux('drivers/iommu/amd/iommu.c', 'amd_iommu_domain_alloc_paging_flags');
const pasid = linux('drivers/iommu/iommu.c', 'iommu_attach_device_pasid');

/** The numbers are those of the inventory of hardware, which has gaps. */
export const flags = requirements(
  {
    family: 'HW-FLG',
    title: 'Which flags of IOMMU_HWPT_ALLOC the drivers take together',
    since: '6.12',
    profile: 'nesting',
  },
  {
    1: {
      says: 'IOMMU_HWPT_ALLOC for a device behind a VT-d in scalable mode takes NEST_PARENT, DIRTY_TRACKING and PASID in any combination, and with any data fails with EOPNOTSUPP.',
      level: 'observed',
      source: [intel],
      since: '6.19',
      profile: 'hardware-vtd',
    },
    2: {
      says: 'A page table of VT-d with the flag NEST_PARENT has no mapping that cannot be written: a read-only IOMMU_IOAS_MAP fails with EINVAL and changes nothing, and so does IOMMU_HWPT_ALLOC with the flag on an IOAS that has such a mapping.',
      level: 'observed',
      source: [readOnly],
      since: '6.19',
      profile: 'hardware-vtd',
    },
    3: {
      says: 'IOMMU_HWPT_ALLOC for a device behind an SMMUv3 takes no flag, PASID or NEST_PARENT, and with NEST_PARENT beside another flag fails with EOPNOTSUPP.',
      level: 'observed',
      source: [arm],
      since: '6.13',
      profile: 'hardware-smmuv3',
    },
    4: {
      says: 'IOMMU_HWPT_ALLOC for a device behind an AMD IOMMU takes NEST_PARENT and DIRTY_TRACKING, alone or together, or PASID alone, and with PASID beside another flag fails with EOPNOTSUPP.',
      level: 'observed',
      source: [amd],
      since: '7.0',
      profile: 'hardware-amd',
    },
    5: {
      says: 'A page table behind an AMD IOMMU translates 47 bits of an address where it has the flag PASID, and 48 bits otherwise.',
      level: 'observed',
      source: [amd],
      since: '7.0',
      profile: 'hardware-amd',
    },
    6: {
      says: 'A page table with the flag PASID behind an AMD IOMMU can be attached to the device, and VFIO_DEVICE_ATTACH_IOMMUFD_PT of it to a PASID fails with EOPNOTSUPP.',
      level: 'observed',
      source: [amd, pasid],
      since: '7.0',
      profile: 'hardware-amd',
    },
  },
);
