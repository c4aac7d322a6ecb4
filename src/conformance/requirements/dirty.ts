import { linux, requirements, uapi } from '../requirement.ts';

const get = uapi('iommufd.h', 'struct iommu_hwpt_get_dirty_bitmap');
const getFlags = uapi('iommufd.h', 'enum iommufd_hwpt_get_dirty_bitmap_flags');
const general = uapi('iommufd.h', 'DOC: General ioctl format');
const doSet = linux('hw_pagetable.c', 'iommufd_hwpt_set_dirty_tracking');
const doGet = linux('hw_pagetable.c', 'iommufd_hwpt_get_dirty_bitmap');
const setTracking = linux('io_pagetable.c', 'iopt_set_dirty_tracking');
const checkRange = linux('io_pagetable.c', 'iommufd_check_iova_range');
const readClear = linux('io_pagetable.c', 'iopt_read_and_clear_dirty_data');
const walk = linux('io_pagetable.c', '__iommu_read_and_clear_dirty');
const setBit = linux('iova_bitmap.c', 'iova_bitmap_set');
const advance = linux('iova_bitmap.c', 'iova_bitmap_advance_to');

export const dirty = requirements(
  {
    family: 'DIRTY',
    title: 'IOMMU_HWPT_SET_DIRTY_TRACKING, IOMMU_HWPT_GET_DIRTY_BITMAP',
    since: '6.7',
    profile: 'dirty',
  },
  {
    1: {
      says: 'IOMMU_HWPT_SET_DIRTY_TRACKING with an unknown flag fails with EOPNOTSUPP.',
      level: 'contract',
      source: [general, doSet],
    },
    2: {
      says: 'IOMMU_HWPT_SET_DIRTY_TRACKING and IOMMU_HWPT_GET_DIRTY_BITMAP of an id that names no page table of an IOAS fail with ENOENT.',
      level: 'contract',
      source: [general, doSet, doGet],
    },
    3: {
      says: 'IOMMU_HWPT_SET_DIRTY_TRACKING of a page table without the flag DIRTY_TRACKING fails with EOPNOTSUPP, on and off.',
      level: 'observed',
      source: [setTracking],
    },
    4: {
      says: 'IOMMU_HWPT_SET_DIRTY_TRACKING of a page table with the flag DIRTY_TRACKING succeeds, on and off, also where it is already.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_hwpt_set_dirty_tracking'), setTracking],
    },
    5: {
      says: 'Switching dirty tracking on clears what was dirty before.',
      level: 'observed',
      source: [setTracking, linux('io_pagetable.c', 'iopt_clear_dirty_data')],
    },
    6: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP with an unknown flag or a __reserved that is not 0 fails with EOPNOTSUPP.',
      level: 'contract',
      source: [getFlags, general, doGet],
    },
    7: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP with a length or a page_size of 0 fails with EINVAL.',
      level: 'observed',
      source: [checkRange],
    },
    8: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP of a range whose last IOVA passes U64_MAX fails with EOVERFLOW.',
      level: 'contract',
      source: [general, checkRange],
    },
    9: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP of a range that does not begin and end on a multiple of the alignment of the IOAS and of page_size fails with EINVAL.',
      level: 'observed',
      source: [checkRange],
    },
    10: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP of a page table without the flag DIRTY_TRACKING fails with EOPNOTSUPP, after the checks of the range.',
      level: 'observed',
      source: [walk, checkRange],
    },
    11: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP sets bit n, counted from the lowest bit of the first byte, if the n-th page_size from iova on is dirty.',
      level: 'observed',
      source: [get, setBit],
    },
    12: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP sets bits and never clears one.',
      level: 'observed',
      source: [get, setBit],
    },
    13: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP reports a page once: the next call does not report it unless it was written again.',
      level: 'contract',
      source: [get, walk],
    },
    14: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP with the flag NO_CLEAR leaves dirty what it reports.',
      level: 'contract',
      source: [getFlags, walk],
    },
    15: {
      says: 'A dirty entry of the page table that is larger than page_size sets the bit of each of its pages in the range, wherever the range begins and ends in it, and what of it lies outside of the range is still reported by a later call.',
      level: 'contract',
      source: [get, setBit],
    },
    16: {
      says: 'A page_size above the size of the entries of the page table sets a bit if any entry in it is dirty.',
      level: 'observed',
      source: [get, setBit],
    },
    17: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP takes a bitmap at any byte, also one that crosses pages, and changes no byte outside of the bits of the range.',
      level: 'contract',
      source: [get, setBit],
    },
    18: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP reports every dirty page of a range of any length, whatever part of the bitmap the kernel handles at a time.',
      level: 'contract',
      source: [get, advance],
    },
    19: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP of a range with a hole succeeds, and reports what is dirty before the hole.',
      level: 'observed',
      source: [walk, readClear],
    },
    20: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP with a dirty page and a bitmap that cannot be written succeeds and reports nothing, and without NO_CLEAR the page may not be reported again.',
      level: 'observed',
      source: [advance, readClear],
    },
    21: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP of a range without a dirty page succeeds with a bitmap that cannot be written.',
      level: 'observed',
      source: [advance],
    },
    22: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP while dirty tracking is off succeeds, and a mock device reports what became dirty before.',
      level: 'observed',
      source: [walk],
      changed: {
        after: '6.12',
        was: 'IOMMU_HWPT_GET_DIRTY_BITMAP while dirty tracking is off succeeds, and a mock device reports nothing.',
      },
    },
    23: {
      says: 'A device that is attached while dirty tracking is on takes part in it, and attaching a device without it fails with EINVAL.',
      level: 'contract',
      source: [
        uapi('iommufd.h', 'enum iommufd_hwpt_alloc_flags'),
        linux('selftest.c', 'mock_domain_nop_attach'),
      ],
    },
    24: {
      says: 'IOMMU_GET_HW_INFO reports the capability DIRTY_TRACKING exactly for the devices for which IOMMU_HWPT_ALLOC takes the flag DIRTY_TRACKING.',
      level: 'contract',
      source: [
        uapi('iommufd.h', 'enum iommufd_hw_capabilities'),
        linux('device.c', 'iommufd_get_hw_info'),
      ],
    },
    25: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP with a page_size that is no power of two has no error of its own: it fails with EINVAL where iova, or the end of the range, shares a bit with page_size less one, and succeeds otherwise.',
      level: 'observed',
      source: [checkRange],
    },
    26: {
      says: 'IOMMU_HWPT_GET_DIRTY_BITMAP with a bitmap of which only the begin can be written succeeds, and reports the dirty pages whose bits lie there.',
      level: 'observed',
      source: [linux('iova_bitmap.c', 'iova_bitmap_set')],
    },
  },
);
