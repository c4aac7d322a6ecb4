import { linux, requirements, uapi } from '../requirement.ts';

const dispatch = linux('selftest.c', 'iommufd_test');

export const mock = requirements(
  { family: 'MOCK', title: 'IOMMU_TEST_CMD', since: '6.2', profile: 'test-cmd' },
  {
    1: {
      says: 'IOMMU_TEST_CMD is the number 0xa0 of the type of an iommufd, and takes a struct of 72 bytes of which 68 are mandatory.',
      level: 'observed',
      source: [linux('iommufd_test.h', 'struct iommu_test_cmd'), dispatch],
    },
    2: {
      says: 'IOMMU_TEST_CMD with an operation that is unknown fails with EOPNOTSUPP.',
      level: 'observed',
      source: [dispatch],
    },
    3: {
      says: 'IOMMU_TEST_CMD on a kernel that is not built for tests fails with ENOTTY.',
      level: 'contract',
      source: [
        uapi('iommufd.h', 'DOC: General ioctl format'),
        linux('main.c', 'iommufd_fops_ioctl'),
      ],
    },
    4: {
      says: 'IOMMU_TEST_OP_ADD_RESERVED reserves a range in an IOAS for good, over other reserved ranges too, and fails with EINVAL for a length of 0, EOVERFLOW for a range that passes U64_MAX, ENOENT for an id that names no IOAS and EADDRINUSE where the range meets a mapping or an allowed range.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_add_reserved')],
    },
    5: {
      says: 'IOMMU_TEST_OP_MOCK_DOMAIN makes a mock device in a group of its own, binds it and attaches it to an IOAS or a page table, returns the ids of the test object, the page table and the device, and leaves none of them if it fails.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_mock_domain')],
    },
    6: {
      says: 'IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS with a flag other than NO_DIRTY and PASID fails with EINVAL.',
      level: 'observed',
      source: [linux('selftest.c', 'mock_dev_create')],
      since: '6.7',
      changed: {
        after: '6.12',
        was: 'IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS with a flag other than NO_DIRTY and HUGE_IOVA fails with EINVAL.',
      },
    },
    7: {
      says: 'IOMMU_DESTROY of the test object of a mock device detaches and unbinds the device and removes it.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_selftest_destroy')],
    },
    8: {
      says: 'IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE replaces the page table of a mock device and returns the id of the one it is attached to.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_mock_domain_replace')],
      since: '6.6',
    },
    9: {
      says: 'IOMMU_TEST_OP_MD_CHECK_MAP succeeds if each piece of the range leads to the memory of the caller at that place, and fails with EINVAL if one does not or the range is not aligned, EFAULT for an address without memory, and ENOENT for an id that names no page table of an IOAS.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_md_check_pa')],
    },
    10: {
      says: 'IOMMU_TEST_OP_MD_CHECK_REFS succeeds if each page of the range is pinned as often as said, and fails with EIO if one is not, and with EINVAL if the range is not page-aligned.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_md_check_refs')],
    },
    11: {
      says: 'IOMMU_TEST_OP_CREATE_ACCESS makes an access to an IOAS and returns a file descriptor for it, and fails with EOPNOTSUPP for a flag other than NEEDS_PIN_PAGES and with ENOENT for an id that names no IOAS.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_create_access')],
    },
    12: {
      says: 'IOMMU_TEST_OP_ACCESS_PAGES pins a range and returns the number of the pin, from 0 on, and fails with ENOMEM for a length above 16 MiB, EOPNOTSUPP for an unknown flag or an access that does not pin, EBADFD for a file that is no access, and EBADE if the pages are not those at a user address that is not 0.',
      level: 'observed',
      source: [
        linux('selftest.c', 'iommufd_test_access_pages'),
        linux('selftest.c', 'iommufd_test_check_pages'),
      ],
    },
    13: {
      says: 'IOMMU_TEST_OP_DESTROY_ACCESS_PAGES undoes a pin, and fails with ENOENT for a number that is unknown, or whose pin is gone because its range was unmapped.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_access_item_destroy')],
    },
    14: {
      says: 'IOMMU_TEST_OP_ACCESS_RW moves bytes between memory of the caller and a range of the IOAS, and fails with ENOMEM for a length above 16 MiB and with EOPNOTSUPP for an unknown flag.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_access_rw')],
    },
    15: {
      says: 'IOMMU_TEST_OP_ACCESS_REPLACE_IOAS moves an access to another IOAS.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_access_replace_ioas')],
      since: '6.6',
    },
    16: {
      says: 'IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT with a limit below 12 fails with EINVAL, and any other limit changes no result.',
      level: 'observed',
      source: [dispatch],
    },
    17: {
      says: 'IOMMU_TEST_OP_DIRTY makes dirty the entries of the page table for which the bitmap has a bit, at any page_size, and returns the number of bits; it fails with EINVAL for a length or a page_size of 0, a range that is not aligned to page_size, no bitmap, and while tracking is off, and with EOVERFLOW for more than 2^27 bits.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_dirty')],
      since: '6.7',
      profile: 'dirty',
      changed: {
        after: '6.12',
        was: 'IOMMU_TEST_OP_DIRTY makes dirty the entries for which the bitmap has a bit at a page_size of 2048 only, and returns 0 at any other.',
      },
    },
    18: {
      says: 'IOMMU_TEST_OP_MD_CHECK_IOTLB succeeds if the entry of the nested page table has the value, and fails with EINVAL if not, and for an index above 3.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_md_check_iotlb')],
      since: '6.7',
      profile: 'nesting',
    },
    19: {
      says: 'IOMMU_TEST_OP_DEV_CHECK_CACHE succeeds if the cache entry of the mock device has the value, which is 0xbaddad at first, and fails with EINVAL if not, and for an index above 3.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_dev_check_cache')],
      since: '6.13',
      profile: 'nesting',
    },
    20: {
      says: 'IOMMU_TEST_OP_TRIGGER_IOPF reports a page fault of a mock device that is the last of its group, with the flag PASID_VALID for a PASID other than 0, and succeeds also where nobody takes the fault.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_trigger_iopf')],
      since: '6.11',
      profile: 'faults',
    },
    21: {
      says: 'IOMMU_TEST_OP_TRIGGER_VEVENT reports an event with the virt_id of the mock device, and fails with ENOENT where the device is on no vIOMMU and with EOPNOTSUPP where the vIOMMU has no vEVENTQ of the selftest.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_trigger_vevent')],
      since: '6.15',
      profile: 'nesting',
    },
    22: {
      says: 'IOMMU_TEST_OP_PASID_ATTACH and IOMMU_TEST_OP_PASID_REPLACE act on a PASID of a mock device and return the id of its page table, and IOMMU_TEST_OP_PASID_DETACH always succeeds.',
      level: 'observed',
      source: [
        linux('selftest.c', 'iommufd_test_pasid_attach'),
        linux('selftest.c', 'iommufd_test_pasid_replace'),
        linux('selftest.c', 'iommufd_test_pasid_detach'),
      ],
      since: '6.15',
      profile: 'pasid',
    },
    23: {
      says: 'The second time that PASID 1024 of a mock device gets a page table the device fails with ENOMEM, then succeeds again, and blocking the PASID starts the count anew.',
      level: 'observed',
      source: [linux('selftest.c', 'mock_domain_set_dev_pasid_nop')],
      since: '6.15',
      profile: 'pasid',
    },
    24: {
      says: 'IOMMU_TEST_OP_PASID_CHECK_HWPT succeeds if the PASID is attached to the page table, or to none for id 0, and fails with EINVAL if not.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_pasid_check_hwpt')],
      since: '6.15',
      profile: 'pasid',
    },
    25: {
      says: 'IOMMU_TEST_OP_DMABUF_GET makes a dma-buf of 1 to 512 pages, with length rounded up, and returns its file descriptor, and fails with EINVAL for any other length.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_dmabuf_get')],
      since: '6.19',
      profile: 'dma-buf',
    },
    26: {
      says: 'IOMMU_TEST_OP_DMABUF_REVOKE revokes a dma-buf of IOMMU_TEST_OP_DMABUF_GET or lifts the revocation, tells the IOAS that map it either way, and fails with EBADF where the file is not open, EINVAL where it is no dma-buf, and EOPNOTSUPP where another exporter made it.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_dmabuf_revoke')],
      since: '6.19',
      profile: 'dma-buf',
    },
    27: {
      says: 'A mock page table has pages of 2048 bytes and the aperture from 0x1000000 to 0x7fffffff, and one of the huge kind has pages of the page size and of 1 MiB and the aperture up to 0x3fffffffff.',
      level: 'observed',
      source: [linux('selftest.c', 'mock_domain_alloc_pgtable')],
      changed: {
        after: '6.12',
        was: 'A mock page table has pages of half the page size and the aperture from 0x1000000 to 0x7fffffff, and that of a device with HUGE_IOVA has the aperture up to U64_MAX.',
      },
    },
    28: {
      says: 'A mock device is cache-coherent and cannot enforce it, tracks dirty pages unless it has the flag NO_DIRTY, has PASIDs of 20 bits with the flag PASID and none without, and cannot use ATS.',
      level: 'observed',
      source: [
        linux('selftest.c', 'mock_domain_capable'),
        linux('selftest.c', 'mock_domain_hw_info'),
      ],
      since: '6.6',
    },
    29: {
      says: 'A nested page table of a mock device takes data of at least 4 bytes, and has 4 entries with the value in them.',
      level: 'observed',
      source: [linux('selftest.c', 'mock_domain_alloc_nested')],
      since: '6.7',
      profile: 'nesting',
    },
    30: {
      says: 'An invalidation of a mock nested page table or vIOMMU sets the entry of its index to 0, or all with the flag ALL, and fails with EINVAL for an index above 3 in either case.',
      level: 'observed',
      source: [
        linux('selftest.c', 'mock_domain_cache_invalidate_user'),
        linux('selftest.c', 'mock_viommu_cache_invalidate'),
      ],
      since: '6.8',
      profile: 'nesting',
    },
    31: {
      says: 'A mock device has vIOMMUs, vEVENTQs and hardware queues of the type of the selftest, and a mock vIOMMU has at most two hardware queues.',
      level: 'observed',
      source: [
        linux('selftest.c', 'mock_viommu_init'),
        linux('selftest.c', 'mock_hw_queue_init_phys'),
      ],
      since: '6.17',
      profile: 'nesting',
    },
    32: {
      says: 'With the fault injection of iommufd switched on a look-up fails with ENOENT, a pin with EFAULT, a charge with ENOMEM and a reservation with EINVAL.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_should_fail')],
    },
  },
);
