import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_ioas_iova_ranges');
const generalFormat = uapi('iommufd.h', 'DOC: General ioctl format');
const ranges = linux('ioas.c', 'iommufd_ioas_iova_ranges');
const alignment = linux('io_pagetable.c', 'iopt_calculate_iova_alignment');

export const ioasRanges = requirements(
  { family: 'IOAS-RANGES', title: 'IOMMU_IOAS_IOVA_RANGES', since: '6.2', profile: 'base' },
  {
    1: {
      says: 'IOMMU_IOAS_IOVA_RANGES with a reserved field that is not 0 fails with EOPNOTSUPP.',
      level: 'contract',
      source: [struct, generalFormat, ranges],
    },
    2: {
      says: 'IOMMU_IOAS_IOVA_RANGES of an id that names no IOAS fails with ENOENT.',
      level: 'contract',
      source: [generalFormat, ranges],
    },
    3: {
      says: 'With room for every range the call succeeds, sets num_iovas to their number, writes them in ascending order with inclusive ends, and leaves the rest of the array as it was.',
      level: 'contract',
      source: [struct, ranges],
    },
    4: {
      says: 'With room for fewer ranges than there are the call fails with EMSGSIZE, sets num_iovas to the number of ranges, and writes as many of the first ones as fit.',
      level: 'contract',
      source: [struct, ranges],
    },
    5: {
      says: 'With num_iovas 0 and a NULL array the call fails with EMSGSIZE and sets num_iovas and out_iova_alignment.',
      level: 'contract',
      source: [struct, ranges],
    },
    6: {
      says: 'With room for ranges in an array that is not writable the call fails with EFAULT and leaves the struct as it was.',
      level: 'observed',
      source: [ranges],
    },
    7: {
      says: 'While a device is attached, the ranges leave out what the device cannot reach and its reserved regions.',
      level: 'contract',
      source: [struct, linux('io_pagetable.c', 'iopt_table_enforce_dev_resv_regions')],
    },
    8: {
      says: 'After the device is detached or the page table is destroyed, the ranges are as wide as before.',
      level: 'observed',
      source: [
        linux('io_pagetable.c', 'iopt_remove_reserved_iova'),
        linux('io_pagetable.c', 'iopt_table_remove_domain'),
      ],
    },
    9: {
      says: 'With a mock device attached there is one range, 0x1000000 to 0x7fffffff, with an alignment of 2048.',
      level: 'observed',
      source: [linux('iommufd_test.h', 'MOCK_APERTURE_START')],
      profile: 'test-cmd',
    },
    10: {
      says: 'The ranges do not depend on the list of allowed IOVAs.',
      level: 'observed',
      source: [ranges, linux('io_pagetable.c', 'iopt_set_allow_iova')],
    },
    11: {
      says: 'With the option HUGE_PAGES at 0, out_iova_alignment is the page size.',
      level: 'observed',
      source: [alignment],
    },
    12: {
      says: 'With an access attached that pins pages out_iova_alignment is the page size, and an access that does not pin leaves it at 1.',
      level: 'observed',
      source: [alignment, linux('io_pagetable.c', 'iopt_add_access')],
    },
    13: {
      says: 'The ranges do not depend on what is mapped: a mapped IOVA is still reported.',
      level: 'observed',
      source: [ranges],
    },
    14: {
      says: 'out_iova_alignment is a power of two and never above the page size.',
      level: 'contract',
      source: [struct, alignment],
    },
    15: {
      says: 'With room for ranges in an array of which only the begin is writable the ranges that lie there have been written when the call fails.',
      level: 'observed',
      source: [ranges],
    },
  },
);
