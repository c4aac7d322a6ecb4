import { s32, struct, u32, u64, union } from '../codec.ts';
import { _IO, ioctl } from '../ioctl.ts';
import { IOMMUFD_TYPE } from './type.ts';

export const IOMMU_HWPT_DATA_SELFTEST = 0xdead;
export const IOMMU_HW_INFO_TYPE_SELFTEST = 0xfeedbeef;
export const IOMMU_HWPT_INVALIDATE_DATA_SELFTEST = 0xdeadbeef;
export const IOMMU_VIOMMU_INVALIDATE_DATA_SELFTEST = 0xdeadbeef;
export const IOMMU_VIOMMU_TYPE_SELFTEST = 0xdeadbeef;
export const IOMMU_VEVENTQ_TYPE_SELFTEST = 0xbeefbeef;
export const IOMMU_HW_QUEUE_TYPE_SELFTEST = 0xdeadbeef;

/** Operations of IOMMU_TEST_CMD. */
export const IOMMU_TEST_OP_ADD_RESERVED = 1;
export const IOMMU_TEST_OP_MOCK_DOMAIN = 2;
export const IOMMU_TEST_OP_MD_CHECK_MAP = 3;
export const IOMMU_TEST_OP_MD_CHECK_REFS = 4;
export const IOMMU_TEST_OP_CREATE_ACCESS = 5;
export const IOMMU_TEST_OP_DESTROY_ACCESS_PAGES = 6;
export const IOMMU_TEST_OP_ACCESS_PAGES = 7;
export const IOMMU_TEST_OP_ACCESS_RW = 8;
export const IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT = 9;
export const IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE = 10;
export const IOMMU_TEST_OP_ACCESS_REPLACE_IOAS = 11;
export const IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS = 12;
export const IOMMU_TEST_OP_DIRTY = 13;
export const IOMMU_TEST_OP_MD_CHECK_IOTLB = 14;
export const IOMMU_TEST_OP_TRIGGER_IOPF = 15;
export const IOMMU_TEST_OP_DEV_CHECK_CACHE = 16;
export const IOMMU_TEST_OP_TRIGGER_VEVENT = 17;
export const IOMMU_TEST_OP_PASID_ATTACH = 18;
export const IOMMU_TEST_OP_PASID_REPLACE = 19;
export const IOMMU_TEST_OP_PASID_DETACH = 20;
export const IOMMU_TEST_OP_PASID_CHECK_HWPT = 21;
export const IOMMU_TEST_OP_DMABUF_GET = 22;
export const IOMMU_TEST_OP_DMABUF_REVOKE = 23;

export const MOCK_FLAGS_ACCESS_WRITE = 1;
export const MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES = 1;
export const MOCK_ACCESS_RW_WRITE = 1;
export const MOCK_ACCESS_RW_SLOW_PATH = 4;
export const MOCK_FLAGS_ACCESS_SYZ = 0x10000;
export const MOCK_FLAGS_DEVICE_NO_DIRTY = 1;
export const MOCK_FLAGS_DEVICE_PASID = 4;

/** What mock devices and page tables are made of: bytes, first and last IOVA, values that memory starts with. */
export const MOCK_PAGE_SIZE = 2048;
export const MOCK_HUGE_PAGE_SIZE = 0x100000;
export const MOCK_APERTURE_START = 0x1000000;
export const MOCK_APERTURE_LAST = 0x7fffffff;
export const MOCK_PASID_WIDTH = 20;
export const MOCK_IOMMUPT_DEFAULT = 0;
export const MOCK_IOMMUPT_HUGE = 1;
export const MOCK_NESTED_DOMAIN_IOTLB_NUM = 4;
export const MOCK_DEV_CACHE_NUM = 4;
export const IOMMU_HW_INFO_SELFTEST_REGVAL = 0xdeadbeef;
export const IOMMU_TEST_INVALIDATE_FLAG_ALL = 1;
export const IOMMU_TEST_IOTLB_DEFAULT = 0xbadbeef;
export const IOMMU_TEST_DEV_CACHE_DEFAULT = 0xbaddad;
export const IOMMU_TEST_PASID_RESERVED = 1024;
export const IOMMU_TEST_HW_QUEUE_MAX = 2;

/** GET_HW_INFO of a selftest device. */
export const iommu_test_hw_info = struct('iommu_test_hw_info', {
  flags: u32,
  test_reg: u32,
});

/** Nested table of a selftest device. */
export const iommu_hwpt_selftest = struct('iommu_hwpt_selftest', {
  iotlb: u32,
  pagetable_type: u32,
});

/** One invalidation of a selftest nested table. */
export const iommu_hwpt_invalidate_selftest = struct('iommu_hwpt_invalidate_selftest', {
  flags: u32,
  iotlb_id: u32,
});

/** Driver data of a selftest vIOMMU. */
export const iommu_viommu_selftest = struct('iommu_viommu_selftest', {
  in_data: u32,
  out_data: u32,
  out_mmap_offset: u64,
  out_mmap_length: u64,
});

/** One invalidation of a selftest vIOMMU. */
export const iommu_viommu_invalidate_selftest = struct('iommu_viommu_invalidate_selftest', {
  flags: u32,
  vdev_id: u32,
  cache_id: u32,
});

/** An event of a selftest vIOMMU. */
export const iommu_viommu_event_selftest = struct('iommu_viommu_event_selftest', {
  virt_id: u32,
});

const testOperations = union('', {
  add_reserved: struct('add_reserved', { start: u64, length: u64 }),
  mock_domain: struct('mock_domain', { out_stdev_id: u32, out_hwpt_id: u32, out_idev_id: u32 }),
  mock_domain_replace: struct('mock_domain_replace', { pt_id: u32 }),
  mock_domain_flags: struct('mock_domain_flags', {
    out_stdev_id: u32,
    out_hwpt_id: u32,
    out_idev_id: u32,
    dev_flags: u32,
  }),
  check_map: struct('check_map', { iova: u64, length: u64, uptr: u64 }),
  check_refs: struct('check_refs', { length: u64, uptr: u64, refs: u32 }),
  create_access: struct('create_access', { out_access_fd: u32, flags: u32 }),
  destroy_access_pages: struct('destroy_access_pages', { access_pages_id: u32 }),
  access_pages: struct('access_pages', {
    flags: u32,
    out_access_pages_id: u32,
    iova: u64,
    length: u64,
    uptr: u64,
  }),
  access_rw: struct('access_rw', { iova: u64, length: u64, uptr: u64, flags: u32 }),
  memory_limit: struct('memory_limit', { limit: u32 }),
  access_replace_ioas: struct('access_replace_ioas', { ioas_id: u32 }),
  dirty: struct('dirty', {
    flags: u32,
    iova: u64,
    length: u64,
    page_size: u64,
    uptr: u64,
    out_nr_dirty: u64,
  }),
  check_iotlb: struct('check_iotlb', { id: u32, iotlb: u32 }),
  trigger_iopf: struct('trigger_iopf', {
    dev_id: u32,
    pasid: u32,
    grpid: u32,
    perm: u32,
    addr: u64,
  }),
  check_dev_cache: struct('check_dev_cache', { id: u32, cache: u32 }),
  trigger_vevent: struct('trigger_vevent', { dev_id: u32 }),
  pasid_attach: struct('pasid_attach', { pasid: u32, pt_id: u32 }),
  pasid_replace: struct('pasid_replace', { pasid: u32, pt_id: u32 }),
  pasid_detach: struct('pasid_detach', { pasid: u32 }),
  pasid_check: struct('pasid_check', { pasid: u32, hwpt_id: u32 }),
  dmabuf_get: struct('dmabuf_get', { length: u32, open_flags: u32 }),
  dmabuf_revoke: struct('dmabuf_revoke', { dmabuf_fd: s32, revoked: u32 }),
});

/** Drives the mock devices and accesses of a CONFIG_IOMMUFD_TEST kernel; `id` is an object or an access fd. */
export const iommu_test_cmd = struct('iommu_test_cmd', {
  size: u32,
  op: u32,
  id: u32,
  __reserved: u32,
  operation: testOperations,
  last: u32,
});

export const IOMMU_TEST_CMD = ioctl(
  'IOMMU_TEST_CMD',
  _IO(IOMMUFD_TYPE, 0xa0),
  iommu_test_cmd,
  'last',
  'a file descriptor',
);
