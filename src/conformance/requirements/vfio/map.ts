import { linux, requirements, uapi } from '../../requirement.ts';

const map = linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_dma_do_map');
const header = uapi('vfio.h', 'VFIO_IOMMU_MAP_DMA');
const pin = linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_pin_pages_remote');
const command = linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_type1_map_dma');

export const vfioMap = requirements(
  {
    family: 'VFIO-MAP',
    title: 'VFIO_IOMMU_MAP_DMA of type1',
    since: '3.6',
    profile: 'vfio',
  },
  {
    1: {
      says: 'VFIO_IOMMU_MAP_DMA fails with EINVAL for an argsz below 32 or an unknown flag, and with EFAULT for a bad pointer.',
      level: 'contract',
      source: [header, command],
    },
    2: {
      says: 'VFIO_IOMMU_MAP_DMA without READ, WRITE and VADDR, or with VADDR and one of the others, fails with EINVAL; WRITE alone is a right.',
      level: 'observed',
      source: [map],
    },
    3: {
      says: 'VFIO_IOMMU_MAP_DMA of no bytes fails with EINVAL.',
      level: 'observed',
      source: [map],
    },
    4: {
      says: 'VFIO_IOMMU_MAP_DMA fails with EOVERFLOW where the IOVA or the address of a byte would be beyond 64 bits; a mapping may end at the last one.',
      level: 'observed',
      source: [map],
      changed: {
        after: '6.12',
        was: 'VFIO_IOMMU_MAP_DMA fails with EINVAL where the IOVA or the address of a byte would be beyond 64 bits.',
      },
    },
    5: {
      says: 'VFIO_IOMMU_MAP_DMA fails with EINVAL where IOVA, address or size is not a multiple of the smallest page size.',
      level: 'observed',
      source: [map],
    },
    6: {
      says: 'VFIO_IOMMU_MAP_DMA fails with EEXIST, in both versions, where a byte is mapped already.',
      level: 'observed',
      source: [map],
    },
    7: {
      says: 'VFIO_IOMMU_MAP_DMA fails with ENOSPC where the container has as many mappings as dma_entry_limit said when its type was set.',
      level: 'observed',
      source: [map],
    },
    8: {
      says: 'VFIO_IOMMU_MAP_DMA fails with EINVAL for a range that is not inside one range of IOVA_RANGE.',
      level: 'contract',
      source: [
        uapi('vfio.h', 'VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE'),
        linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_iova_dma_valid'),
      ],
    },
    9: {
      says: 'VFIO_IOMMU_MAP_DMA looks at the alignment first, then for an overlap, for room, at the ranges, and last at the memory.',
      level: 'observed',
      source: [map],
    },
    10: {
      says: 'VFIO_IOMMU_MAP_DMA fails with EFAULT where a page is not in memory that allows the access, and nothing of it stays mapped or charged.',
      level: 'observed',
      source: [pin, linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_pin_map_dma')],
    },
    11: {
      says: 'Pinned pages raise VmLck of the process; without CAP_IPC_LOCK VFIO_IOMMU_MAP_DMA fails with ENOMEM beyond RLIMIT_MEMLOCK, and with it they are charged without a limit.',
      level: 'observed',
      source: [pin, linux('drivers/vfio/vfio_iommu_type1.c', 'mm_lock_acct')],
    },
    12: {
      says: 'A mapping with READ only can be read by a device and not written, and one with WRITE can be written.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_DMA_MAP_FLAG_READ'), map],
    },
    13: {
      says: 'A container that has emulated devices only keeps a mapping without looking at its memory, and charges nothing.',
      level: 'observed',
      source: [map],
    },
    15: {
      says: 'Registers of a device that the process has mapped can be mapped for other devices, and nobody is charged for them; while the device does not answer there VFIO_IOMMU_MAP_DMA fails with EFAULT.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_iommu_type1.c', 'follow_fault_pfn')],
    },
    14: {
      says: 'One page can be mapped at several IOVAs, and is charged for each.',
      level: 'observed',
      source: [map, linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_lock_acct')],
    },
  },
);
