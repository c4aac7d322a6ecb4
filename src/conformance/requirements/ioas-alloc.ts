import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_ioas_alloc');
const allocate = linux('ioas.c', 'iommufd_ioas_alloc_ioctl');

export const ioasAlloc = requirements(
  { family: 'IOAS-ALLOC', title: 'IOMMU_IOAS_ALLOC', since: '6.2', profile: 'base' },
  {
    1: {
      says: 'IOMMU_IOAS_ALLOC without flags makes an IOAS and returns its id in out_ioas_id, and IOMMU_DESTROY takes that id.',
      level: 'contract',
      source: [struct, allocate],
    },
    2: {
      says: 'IOMMU_IOAS_ALLOC with any flag fails with EOPNOTSUPP and makes no object.',
      level: 'contract',
      source: [struct, allocate],
    },
    3: {
      says: 'The usable IOVAs of a new IOAS are one range from 0 to U64_MAX with an alignment of 1.',
      level: 'contract',
      source: [
        uapi('iommufd.h', 'struct iommu_ioas_iova_ranges'),
        linux('io_pagetable.c', 'iopt_init_table'),
      ],
    },
    4: {
      says: 'Each IOAS of one iommufd is an address space of its own: the same IOVA can be mapped in every one of them.',
      level: 'contract',
      source: [struct, linux('io_pagetable.c', 'iopt_init_table')],
    },
  },
);
