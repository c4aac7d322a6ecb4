import { linux, requirements, uapi } from '../../requirement.ts';

const unmap = linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_dma_do_unmap');
const header = uapi('vfio.h', 'VFIO_IOMMU_UNMAP_DMA');
const command = linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_type1_unmap_dma');
const map = linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_dma_do_map');

export const vfioUnm = requirements(
  {
    family: 'VFIO-UNM',
    title: 'VFIO_IOMMU_UNMAP_DMA of type1',
    since: '3.6',
    profile: 'vfio',
  },
  {
    1: {
      says: 'VFIO_IOMMU_UNMAP_DMA fails with EINVAL for an argsz below 24, an unknown flag, or GET_DIRTY_BITMAP with ALL or VADDR, and with EFAULT for a bad pointer.',
      level: 'contract',
      source: [header, command],
    },
    2: {
      says: 'VFIO_IOMMU_UNMAP_DMA fails with EINVAL for an IOVA or a size that is not a multiple of the smallest page size and for no bytes, and with EOVERFLOW for a range beyond 64 bits.',
      level: 'observed',
      source: [unmap],
      changed: {
        after: '6.12',
        was: 'VFIO_IOMMU_UNMAP_DMA fails with EINVAL for a range beyond 64 bits as well.',
      },
    },
    3: {
      says: 'VFIO_IOMMU_UNMAP_DMA returns in size how many bytes it removed, and writes nothing where it fails.',
      level: 'contract',
      source: [header, command],
    },
    4: {
      says: 'In version 2 VFIO_IOMMU_UNMAP_DMA of a range that begins or ends inside a mapping fails with EINVAL and removes nothing.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_TYPE1v2_IOMMU'), unmap],
    },
    5: {
      says: 'In version 2 VFIO_IOMMU_UNMAP_DMA of a range removes all mappings inside it, whatever lies between them, and devices do not reach them any more.',
      level: 'observed',
      source: [unmap],
    },
    6: {
      says: 'VFIO_IOMMU_UNMAP_DMA of a range without mappings succeeds with a size of 0.',
      level: 'observed',
      source: [unmap],
    },
    7: {
      says: 'In version 1 VFIO_IOMMU_UNMAP_DMA of a range that begins inside a mapping succeeds with a size of 0 and removes nothing.',
      level: 'observed',
      source: [unmap],
    },
    8: {
      says: 'In version 1 VFIO_IOMMU_UNMAP_DMA of a range that ends inside a mapping removes all of that, and size tells how much it was.',
      level: 'observed',
      source: [unmap],
    },
    9: {
      says: 'With the flag ALL, and an IOVA and a size of 0, VFIO_IOMMU_UNMAP_DMA removes all mappings in both versions and returns their sum; with any other IOVA or size it fails with EINVAL.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_DMA_UNMAP_FLAG_ALL'), unmap],
    },
    10: {
      says: 'With the flag VADDR VFIO_IOMMU_UNMAP_DMA removes nothing: devices reach the pages, their addresses are invalid, and size tells how many bytes.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_DMA_UNMAP_FLAG_VADDR'), unmap],
    },
    11: {
      says: 'With the flag VADDR VFIO_IOMMU_UNMAP_DMA fails with EINVAL if the address of one of the mappings is invalid already, and marks none.',
      level: 'observed',
      source: [unmap],
    },
    12: {
      says: 'With the flag VADDR VFIO_IOMMU_UNMAP_DMA fails with EBUSY if an emulated device is among the groups.',
      level: 'observed',
      source: [unmap],
    },
    13: {
      says: 'With the flag VADDR alone VFIO_IOMMU_MAP_DMA makes the address of exactly one mapping valid; it fails with ENOENT where nothing is mapped, and with EINVAL where the address is valid or the range another.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_DMA_MAP_FLAG_VADDR'), map],
    },
    14: {
      says: 'A process that gives a mapping a new address is charged for its pages in place of the one that was charged, or gets ENOMEM beyond its limit.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_change_dma_owner')],
    },
    15: {
      says: 'With the flag GET_DIRTY_BITMAP VFIO_IOMMU_UNMAP_DMA fills a bitmap before it unmaps, and fails with EINVAL where dirty tracking is off, argsz has no room for a vfio_bitmap, or its page size or size does not fit.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP'), command, unmap],
    },
    16: {
      says: 'VFIO_IOMMU_UNMAP_DMA of pages that an emulated device has pinned asks its driver to let go of them, and does not return before.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_notify_dma_unmap')],
    },
  },
);
