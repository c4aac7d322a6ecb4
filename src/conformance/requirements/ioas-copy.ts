import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_ioas_copy');
const generalFormat = uapi('iommufd.h', 'DOC: General ioctl format');
const copy = linux('ioas.c', 'iommufd_ioas_copy');
const getPages = linux('io_pagetable.c', 'iopt_get_pages');
const mapPages = linux('io_pagetable.c', 'iopt_map_pages');
const allocateAreas = linux('io_pagetable.c', 'iopt_alloc_area_pages');
const insert = linux('io_pagetable.c', 'iopt_insert_area');
const fill = linux('pages.c', 'iopt_area_fill_domains');

export const ioasCopy = requirements(
  { family: 'IOAS-COPY', title: 'IOMMU_IOAS_COPY', since: '6.2', profile: 'base' },
  {
    1: {
      says: 'A copy with an unknown flag fails with EOPNOTSUPP.',
      level: 'contract',
      source: [struct, generalFormat, copy],
    },
    2: {
      says: 'A length, a src_iova or a dst_iova of U64_MAX fails with EOVERFLOW.',
      level: 'observed',
      source: [generalFormat, copy],
    },
    3: {
      says: 'A copy that is neither readable nor writeable fails with EINVAL.',
      level: 'observed',
      source: [copy],
    },
    4: {
      says: 'An id that names no IOAS fails with ENOENT, and the source with its range is looked at before the destination.',
      level: 'observed',
      source: [generalFormat, copy],
    },
    5: {
      says: 'A length of 0 fails with EINVAL.',
      level: 'observed',
      source: [getPages],
    },
    6: {
      says: 'A source range whose last IOVA passes U64_MAX fails with EOVERFLOW.',
      level: 'contract',
      source: [generalFormat, getPages],
    },
    7: {
      says: 'A source range with an IOVA that is not mapped, at its start, at its end or within, fails with ENOENT.',
      level: 'contract',
      source: [struct, generalFormat, getPages],
    },
    8: {
      says: 'Any part of one mapping can be copied; the header asks for exactly the range of a map, and Linux takes less.',
      level: 'observed',
      source: [getPages],
    },
    9: {
      says: 'A source range over several mappings that touch can be copied, and makes one mapping in the destination for each of them.',
      level: 'observed',
      source: [getPages, allocateAreas],
    },
    10: {
      says: 'A mapping can be copied to free IOVAs of the IOAS it is in.',
      level: 'observed',
      source: [copy],
    },
    11: {
      says: 'A copy to a fixed IOVA that intersects an existing mapping, the source included, fails with EEXIST.',
      level: 'contract',
      source: [
        uapi('iommufd.h', 'struct iommu_ioas_map'),
        linux('io_pagetable.c', 'iopt_check_iova'),
      ],
    },
    12: {
      says: 'A copy to a fixed IOVA that intersects a reserved one fails with EINVAL.',
      level: 'contract',
      source: [
        uapi('iommufd.h', 'struct iommu_ioas_iova_ranges'),
        linux('io_pagetable.c', 'iopt_check_iova'),
      ],
    },
    13: {
      says: 'A length, a fixed dst_iova or an offset of the source in its page that is no multiple of the alignment of the destination fails with EINVAL.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_ioas_iova_ranges'), allocateAreas, insert],
    },
    14: {
      says: 'A writeable copy of memory that was mapped without WRITEABLE fails with EPERM and changes nothing.',
      level: 'observed',
      source: [insert],
    },
    15: {
      says: 'A writeable copy of a copy that is only readable succeeds if the memory was first mapped with WRITEABLE.',
      level: 'observed',
      source: [insert],
    },
    16: {
      says: 'A readable copy of memory that was mapped only writeable succeeds.',
      level: 'observed',
      source: [insert],
    },
    17: {
      says: 'Without FIXED_IOVA the kernel chooses dst_iova and returns it, aligned by the user address of the first piece.',
      level: 'contract',
      source: [struct, allocateAreas],
    },
    18: {
      says: 'A page that is mapped and copied into IOASs with page tables is pinned once and charged once.',
      level: 'contract',
      source: [struct, linux('pages.c', 'iopt_pages_fill_from_domain')],
    },
    19: {
      says: 'A copy stays valid after its source is unmapped, and its pages stay pinned until their last user is gone.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_area_unfill_domains')],
    },
    20: {
      says: 'A mapping whose pages only an access has pinned can be copied into an IOAS with a page table, which gets those pages.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_pages_fill_from_xarray')],
    },
    21: {
      says: 'After the process that mapped has exited, a copy of pages that nothing has pinned into an IOAS with a page table fails with EFAULT and changes nothing.',
      level: 'observed',
      source: [fill, linux('pages.c', 'pfn_reader_user_pin')],
    },
    22: {
      says: 'After the process that mapped has exited, a copy of pages that a page table has pinned succeeds.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_pages_fill_from_domain')],
    },
    23: {
      says: 'Without FIXED_IOVA a copy for which no hole is left fails with ENOSPC.',
      level: 'observed',
      source: [linux('io_pagetable.c', 'iopt_alloc_iova')],
    },
    24: {
      says: 'A successful copy changes no field of its struct but dst_iova.',
      level: 'observed',
      source: [copy, mapPages],
    },
  },
);
