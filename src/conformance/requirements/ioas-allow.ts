import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_ioas_allow_iovas');
const generalFormat = uapi('iommufd.h', 'DOC: General ioctl format');
const allow = linux('ioas.c', 'iommufd_ioas_allow_iovas');
const load = linux('ioas.c', 'iommufd_ioas_load_iovas');
const set = linux('io_pagetable.c', 'iopt_set_allow_iova');
const place = linux('io_pagetable.c', 'iopt_alloc_iova');

export const ioasAllow = requirements(
  { family: 'IOAS-ALLOW', title: 'IOMMU_IOAS_ALLOW_IOVAS', since: '6.2', profile: 'base' },
  {
    1: {
      says: 'IOMMU_IOAS_ALLOW_IOVAS with a reserved field that is not 0 fails with EOPNOTSUPP.',
      level: 'contract',
      source: [struct, generalFormat, allow],
    },
    2: {
      says: 'IOMMU_IOAS_ALLOW_IOVAS of an id that names no IOAS fails with ENOENT, also if the array cannot be read.',
      level: 'observed',
      source: [generalFormat, allow],
    },
    3: {
      says: 'An array of one or more ranges that cannot be read fails with EFAULT.',
      level: 'observed',
      source: [load],
    },
    4: {
      says: 'A range whose start is not below its last IOVA fails with EINVAL, so that a range of one byte is refused.',
      level: 'observed',
      source: [load],
    },
    5: {
      says: 'Two ranges that overlap fail with EINVAL in whatever order they stand, and two ranges that touch are accepted.',
      level: 'observed',
      source: [load],
    },
    6: {
      says: 'A range that intersects a reserved IOVA fails with EADDRINUSE, and the list before stays in force.',
      level: 'contract',
      source: [struct, set],
    },
    7: {
      says: 'A new list replaces the whole list before.',
      level: 'contract',
      source: [struct, set],
    },
    8: {
      says: 'An empty list removes the restriction: an automatic IOVA may lie anywhere.',
      level: 'observed',
      source: [set, place],
    },
    9: {
      says: 'An automatic IOVA lies wholly inside the allowed ranges, where ranges that touch count as one.',
      level: 'contract',
      source: [struct, place],
    },
    10: {
      says: 'An automatic IOVA for which the allowed ranges have no room fails with ENOSPC, even if there is room elsewhere.',
      level: 'contract',
      source: [struct, place],
    },
    11: {
      says: 'A map at a fixed IOVA outside the allowed ranges succeeds.',
      level: 'contract',
      source: [struct, linux('io_pagetable.c', 'iopt_check_iova')],
    },
    12: {
      says: 'Attaching a device whose aperture or reserved regions cut an allowed range fails with EADDRINUSE and changes nothing.',
      level: 'contract',
      source: [struct, linux('io_pagetable.c', 'iopt_reserve_iova')],
    },
    13: {
      says: 'A list that leaves out existing mappings is accepted, and those mappings stay.',
      level: 'observed',
      source: [set],
    },
  },
);
