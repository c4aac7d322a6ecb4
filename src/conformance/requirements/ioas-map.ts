import { documentation, linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_ioas_map');
const flags = uapi('iommufd.h', 'enum iommufd_ioas_map_flags');
const generalFormat = uapi('iommufd.h', 'DOC: General ioctl format');
const map = linux('ioas.c', 'iommufd_ioas_map');
const check = linux('io_pagetable.c', 'iopt_check_iova');
const place = linux('io_pagetable.c', 'iopt_alloc_iova');
const common = linux('io_pagetable.c', 'iopt_map_common');
const fill = linux('pages.c', 'iopt_area_fill_domains');
const pin = linux('pages.c', 'pfn_reader_user_pin');

export const ioasMap = requirements(
  { family: 'IOAS-MAP', title: 'IOMMU_IOAS_MAP', since: '6.2', profile: 'base' },
  {
    1: {
      says: 'An unknown flag or a reserved field that is not 0 fails with EOPNOTSUPP before any object is looked up.',
      level: 'observed',
      source: [generalFormat, map],
    },
    2: {
      says: 'A length of U64_MAX, or an iova of U64_MAX even where the kernel chooses the IOVA, fails with EOVERFLOW.',
      level: 'observed',
      source: [generalFormat, map],
    },
    3: {
      says: 'A map that is neither readable nor writeable fails with EINVAL.',
      level: 'observed',
      source: [map],
    },
    4: {
      says: 'A map into an id that names no IOAS fails with ENOENT.',
      level: 'contract',
      source: [generalFormat, map],
    },
    5: {
      says: 'A user address and a length whose sum passes U64_MAX fail with EOVERFLOW.',
      level: 'contract',
      source: [generalFormat, linux('pages.c', 'iopt_alloc_user_pages')],
    },
    6: {
      says: 'A length of 0 fails with EINVAL.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_alloc_pages')],
    },
    7: {
      says: 'A length above U64_MAX less one page fails with EINVAL from user address 0, and with EOVERFLOW from an address whose sum with it passes U64_MAX.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_alloc_pages'), linux('pages.c', 'iopt_alloc_user_pages')],
      changed: {
        after: '6.12',
        was: 'A length above U64_MAX less one page fails with EINVAL from any user address.',
      },
    },
    8: {
      says: 'With an alignment of 1, user address, IOVA and length may be any, down to a single byte.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_ioas_iova_ranges'), common],
    },
    9: {
      says: 'A length that is no multiple of the alignment fails with EINVAL.',
      level: 'contract',
      source: [
        uapi('iommufd.h', 'struct iommu_ioas_iova_ranges'),
        linux('io_pagetable.c', 'iopt_alloc_area_pages'),
      ],
    },
    10: {
      says: 'A fixed IOVA that is no multiple of the alignment fails with EINVAL.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_ioas_iova_ranges'), check],
    },
    11: {
      says: 'A fixed map with aligned IOVA and length fails with EINVAL if the offset of the user address in its page is no multiple of the alignment.',
      level: 'observed',
      source: [linux('io_pagetable.c', 'iopt_insert_area')],
    },
    12: {
      says: 'A fixed map whose last IOVA passes U64_MAX fails with EOVERFLOW.',
      level: 'contract',
      source: [generalFormat, check],
    },
    13: {
      says: 'A fixed map that intersects a reserved IOVA, or leaves the aperture, even by one byte, fails with EINVAL.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_ioas_iova_ranges'), check],
    },
    14: {
      says: 'A fixed map that intersects an existing mapping, even in one byte, fails with EEXIST and changes nothing.',
      level: 'contract',
      source: [struct, check],
    },
    15: {
      says: 'A fixed map that intersects both a reserved IOVA and an existing mapping fails with EINVAL.',
      level: 'observed',
      source: [check],
    },
    16: {
      says: 'A fixed map at IOVA 0 succeeds where IOVA 0 is not reserved.',
      level: 'contract',
      source: [struct, check],
    },
    17: {
      says: 'Two fixed maps that touch both succeed and stay two mappings, each of which can be unmapped on its own.',
      level: 'contract',
      source: [struct, common],
    },
    18: {
      says: 'Without FIXED_IOVA the kernel chooses the IOVA, returns it in iova, and does not use the iova that was passed.',
      level: 'contract',
      source: [struct, flags, place],
    },
    19: {
      says: 'An IOVA that the kernel chooses is never below the page size and leaves the last page of the space free.',
      level: 'observed',
      source: [place],
    },
    20: {
      says: 'For a page-aligned user address the chosen IOVA is a multiple of the least of three: the length rounded up to a power of two, the largest power of two that divides the address, and the size of a huge page, or of a page on a kernel without transparent huge pages.',
      level: 'observed',
      source: [place],
    },
    21: {
      says: 'For any user address the chosen IOVA is the start of the first hole that fits, aligned up as in IOAS-MAP-20, with the offset of the address in its page or-ed in, so that the offset is kept exactly where that start is page-aligned.',
      level: 'observed',
      source: [linux('io_pagetable.c', '__alloc_iova_check_range'), place],
    },
    22: {
      says: 'Without FIXED_IOVA, a user address or a length whose alignment, as in IOAS-MAP-20, is below the alignment of the IOAS fails with EINVAL.',
      level: 'observed',
      source: [place],
    },
    23: {
      says: 'Without FIXED_IOVA a length of half the address space, less one byte, or more fails with EOVERFLOW.',
      level: 'observed',
      source: [place],
    },
    24: {
      says: 'Without FIXED_IOVA a map for which no hole is left fails with ENOSPC.',
      level: 'observed',
      source: [place],
    },
    25: {
      says: 'A hole at the top of the space whose start would pass U64_MAX when it is aligned is not used: the map fails with ENOSPC and never lands on a reserved IOVA.',
      level: 'observed',
      source: [linux('io_pagetable.c', '__alloc_iova_check_range')],
      profile: 'test-cmd',
    },
    26: {
      says: 'Each chosen IOVA lies in the lowest hole that fits, and never intersects a mapping or a reserved IOVA.',
      level: 'observed',
      source: [place],
    },
    27: {
      says: 'A map into an IOAS without a page table succeeds for any user address, even one without memory, and pins nothing.',
      level: 'observed',
      source: [linux('io_pagetable.c', 'iopt_fill_domains_pages')],
    },
    28: {
      says: 'The first page table of an IOAS that maps an address without memory fails with EFAULT, from attach and from IOMMU_HWPT_ALLOC, and leaves the IOAS as it was.',
      level: 'observed',
      source: [linux('io_pagetable.c', 'iopt_fill_domain')],
    },
    29: {
      says: 'A map into an IOAS with a page table fails with EFAULT if any of its pages has no memory, leaves no mapping and unpins every page.',
      level: 'observed',
      source: [pin, fill],
    },
    30: {
      says: 'A writeable map of memory that the process may only read fails with EFAULT in an IOAS with a page table.',
      level: 'observed',
      source: [pin],
    },
    31: {
      says: 'A map that is only readable, of memory that the process may only read, succeeds in an IOAS with a page table.',
      level: 'observed',
      source: [pin],
    },
    32: {
      says: 'A map of memory without access rights, or of a device that is mapped by page frame, fails with EFAULT in an IOAS with a page table.',
      level: 'observed',
      source: [pin],
    },
    33: {
      says: 'After a readable map of a private file mapping, a store by the process goes to the page that the device reads.',
      level: 'observed',
      source: [pin],
    },
    34: {
      says: 'A mapping that a device uses still leads to the same pages after the process has unmapped that memory.',
      level: 'observed',
      source: [pin],
    },
    35: {
      says: 'A map over several memory areas of the process succeeds if they touch, and fails with EFAULT if there is a hole between them.',
      level: 'observed',
      source: [pin],
    },
    36: {
      says: 'A map into an IOAS with two page tables is seen by the devices of both, and each page is pinned once.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_hwpt_alloc'), fill],
    },
    37: {
      says: 'A map of pieces that are smaller than a page but keep the alignment leads each IOVA to its byte.',
      level: 'observed',
      source: [linux('pages.c', 'batch_to_domain')],
    },
    38: {
      says: 'A map of huge pages leads each IOVA to its byte, whatever the alignment, and larger entries of the page table are used only with the option HUGE_PAGES at 1.',
      level: 'contract',
      source: [uapi('iommufd.h', 'enum iommufd_option'), linux('pages.c', 'batch_to_domain')],
    },
    39: {
      says: 'Of two fixed maps of one IOVA at the same time one succeeds and the other fails with EEXIST.',
      level: 'contract',
      source: [struct, linux('io_pagetable.c', 'iopt_alloc_area_pages')],
    },
    40: {
      says: 'A map into an IOAS with a page table that would pin more than RLIMIT_MEMLOCK allows fails with ENOMEM, leaves no mapping and leaves the counters as they were.',
      level: 'observed',
      source: [linux('pages.c', 'pfn_reader_user_update_pinned')],
    },
    41: {
      says: 'A map that runs out of kernel memory at any step fails, leaves no part of it in any page table and unpins every page.',
      level: 'observed',
      source: [fill],
    },
    42: {
      says: 'A writeable map of a shared file mapping whose file system must track writes fails with EFAULT in an IOAS with a page table.',
      level: 'observed',
      source: [pin],
    },
    43: {
      says: 'A map that is handled in many batches leads each IOVA to its byte, also at the borders of the batches.',
      level: 'observed',
      source: [linux('pages.c', 'batch_from_pages')],
      profile: 'test-cmd',
    },
    44: {
      says: 'Every map is cache-coherent for the device, whatever its flags.',
      level: 'observed',
      source: [linux('ioas.c', 'conv_iommu_prot')],
    },
    45: {
      says: 'A readable map without WRITEABLE into an IOAS with a VT-d nesting parent fails with EINVAL, and a nesting parent for an IOAS with such a map fails as well.',
      level: 'observed',
      source: [
        uapi('iommufd.h', 'enum iommu_hw_info_vtd_flags'),
        linux('drivers/iommu/intel/iommu.c', 'intel_iommu_map'),
      ],
      since: '6.7',
      profile: 'hardware-vtd',
    },
    46: {
      says: 'A map that is only writeable is accepted, and a read of it by an access fails with EPERM.',
      level: 'observed',
      source: [map, linux('device.c', 'check_area_prot')],
    },
    47: {
      says: 'A map into an IOAS with a page table brings in the pages that the process has not touched yet.',
      level: 'observed',
      source: [pin],
    },
    48: {
      says: 'A write of a device to a map without WRITEABLE is blocked and changes no byte, whatever else is mapped to that memory.',
      level: 'contract',
      source: [flags, linux('ioas.c', 'conv_iommu_prot')],
    },
    49: {
      says: 'A device reaches the bytes that are mapped in the IOAS it is attached to, and no other ones: an access that leaves them, by one byte already, is blocked.',
      level: 'contract',
      source: [struct, documentation('userspace-api/iommufd.rst', 'Overview')],
    },
  },
);
