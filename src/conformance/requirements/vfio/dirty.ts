import { linux, requirements, uapi } from '../../requirement.ts';

const dirty = linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_type1_dirty_pages');
const header = uapi('vfio.h', 'VFIO_IOMMU_DIRTY_PAGES');
const bits = linux('drivers/vfio/vfio_iommu_type1.c', 'update_user_bitmap');

export const vfioDrt = requirements(
  {
    family: 'VFIO-DRT',
    title: 'VFIO_IOMMU_DIRTY_PAGES of type1',
    since: '5.8',
    profile: 'vfio',
  },
  {
    1: {
      says: 'In version 1 VFIO_IOMMU_DIRTY_PAGES fails with EACCES.',
      level: 'observed',
      source: [dirty],
    },
    2: {
      says: 'VFIO_IOMMU_DIRTY_PAGES fails with EINVAL for an argsz below 8, an unknown flag or two flags, and with EFAULT for a bad pointer.',
      level: 'contract',
      source: [header, dirty],
    },
    3: {
      says: 'START succeeds where dirty tracking is on, and STOP where it is off.',
      level: 'observed',
      source: [dirty],
    },
    4: {
      says: 'GET_BITMAP fails with EINVAL where dirty tracking is off, and where argsz has no room for the range.',
      level: 'contract',
      source: [header, dirty],
    },
    5: {
      says: 'GET_BITMAP fails with EINVAL for no bytes, another page size than the smallest, a range that is not on pages or cuts a mapping, and a bitmap that is too small; with EOVERFLOW for a range beyond 64 bits.',
      level: 'contract',
      source: [header, dirty, linux('drivers/vfio/vfio_iommu_type1.c', 'verify_bitmap_size')],
      changed: {
        after: '6.12',
        was: 'GET_BITMAP fails with EINVAL for a range beyond 64 bits as well.',
      },
    },
    6: {
      says: 'With a device that does DMA in the container each GET_BITMAP reports every mapped page, as often as it is asked; words of the bitmap without mapped pages are not written.',
      level: 'observed',
      source: [bits],
    },
    7: {
      says: 'With emulated devices only GET_BITMAP reports what their drivers have pinned or written, and nothing else.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_dma_populate_bitmap')],
    },
    8: {
      says: 'A mapping that is made while dirty tracking is on is reported as those before it, and where there is no memory for its bitmap it is not made (ENOMEM).',
      level: 'observed',
      source: [bits, linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_dma_bitmap_alloc')],
    },
  },
);
