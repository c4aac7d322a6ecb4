import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_ioas_unmap');
const generalFormat = uapi('iommufd.h', 'DOC: General ioctl format');
const unmap = linux('ioas.c', 'iommufd_ioas_unmap');
const unmapIova = linux('io_pagetable.c', 'iopt_unmap_iova');
const unmapRange = linux('io_pagetable.c', 'iopt_unmap_iova_range');

export const ioasUnmap = requirements(
  { family: 'IOAS-UNMAP', title: 'IOMMU_IOAS_UNMAP', since: '6.2', profile: 'base' },
  {
    1: {
      says: 'An unmap from an id that names no IOAS fails with ENOENT.',
      level: 'contract',
      source: [generalFormat, unmap],
    },
    2: {
      says: 'An unmap of exactly the range of a map succeeds and returns the number of bytes in length.',
      level: 'contract',
      source: [struct, unmap],
    },
    3: {
      says: 'An unmap of a range in which nothing is mapped fails with ENOENT.',
      level: 'contract',
      source: [generalFormat, unmap],
    },
    4: {
      says: 'An unmap of a range that covers several mappings and holes succeeds and returns in length the bytes that were mapped.',
      level: 'contract',
      source: [struct, unmapRange],
    },
    5: {
      says: 'An unmap of a range that cuts its first or its last mapping, or lies within one, fails with ENOENT, and the mapping that it cuts stays whole.',
      level: 'contract',
      source: [struct, unmapRange],
    },
    6: {
      says: 'An unmap of a range that covers one mapping and cuts the next one fails with ENOENT, the first mapping is gone, and length is as it was.',
      level: 'observed',
      source: [unmapRange],
    },
    7: {
      says: 'A length of 0 fails with EINVAL.',
      level: 'observed',
      source: [unmapIova],
    },
    8: {
      says: 'A range whose last IOVA passes U64_MAX fails with EOVERFLOW.',
      level: 'contract',
      source: [generalFormat, unmapIova],
    },
    9: {
      says: 'An iova of U64_MAX, or a length of U64_MAX from any iova but 0, fails with EOVERFLOW.',
      level: 'observed',
      source: [generalFormat, unmap],
    },
    10: {
      says: 'An unmap of U64_MAX bytes from IOVA 0 removes every mapping and returns the sum of their sizes in length.',
      level: 'contract',
      source: [struct, linux('io_pagetable.c', 'iopt_unmap_all')],
    },
    11: {
      says: 'An unmap of U64_MAX bytes from IOVA 0 of an IOAS without mappings succeeds and returns a length of 0.',
      level: 'observed',
      source: [linux('io_pagetable.c', 'iopt_unmap_all')],
    },
    12: {
      says: 'An unmap of one byte less than U64_MAX from IOVA 0 of an IOAS without mappings fails with ENOENT.',
      level: 'observed',
      source: [unmap],
    },
    13: {
      says: 'An unmap of a mapping that an access has pinned asks the access to unpin the whole mapping, and succeeds when it has.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_access_notify_unmap')],
    },
    14: {
      says: 'An unmap of a mapping that an access does not unpin fails with EDEADLK after more than 100 requests, and the mapping stays but takes no new pin.',
      level: 'observed',
      source: [unmapRange],
    },
    15: {
      says: 'An unmap of a mapping that a hardware queue uses fails with EBUSY, also as a part of everything, and before it is checked whether the range cuts it.',
      level: 'observed',
      source: [unmapRange],
      since: '6.17',
      profile: 'nesting',
    },
    16: {
      says: 'An unmap of a mapping that another call is making or removing succeeds, or fails with EBUSY or ENOENT, and the mapping is afterwards whole or gone.',
      level: 'open',
      source: [unmapRange],
    },
    17: {
      says: 'After an unmap every device of the IOAS is blocked at those IOVAs, and the pages are unpinned.',
      level: 'contract',
      source: [struct, linux('pages.c', 'iopt_area_unfill_domains')],
    },
    18: {
      says: 'An unmap of the range of a copy removes each of the mappings that the copy made.',
      level: 'contract',
      source: [struct, unmapRange],
    },
    19: {
      says: 'An unmap of a range that covers the mapping succeeds even if its ends are no multiples of the alignment.',
      level: 'observed',
      source: [unmapIova],
    },
    20: {
      says: 'An unmap of what a process mapped succeeds after that process has exited, and the counters go back.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_pages_update_pinned')],
    },
    21: {
      says: 'An unmap does not fail for lack of kernel memory.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_area_unfill_domain')],
    },
  },
);
