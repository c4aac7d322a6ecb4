import { linux, requirements, uapi } from '../../requirement.ts';

const get = linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_type1_get_info');
const header = uapi('vfio.h', 'VFIO_IOMMU_GET_INFO');

export const vfioInf = requirements(
  {
    family: 'VFIO-INF',
    title: 'VFIO_IOMMU_GET_INFO of type1',
    since: '3.6',
    profile: 'vfio',
  },
  {
    1: {
      says: 'VFIO_IOMMU_GET_INFO fails with EINVAL for an argsz below 16, and with EFAULT for a bad pointer.',
      level: 'contract',
      source: [header, get],
    },
    2: {
      says: 'VFIO_IOMMU_GET_INFO with an argsz of 16 writes 16 bytes, and with one up to 24 so many.',
      level: 'observed',
      source: [get],
    },
    3: {
      says: 'iova_pgsizes has the page sizes that all page tables of the container have, and all from the page of the processor on where there is none.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_update_pgsize_bitmap')],
    },
    4: {
      says: 'Without room for all capabilities VFIO_IOMMU_GET_INFO succeeds with the flag CAPS and a cap_offset of 0, and argsz is what they need.',
      level: 'contract',
      source: [uapi('vfio.h', 'vfio_info_cap_header'), get],
    },
    5: {
      says: 'With room for them the capabilities MIGRATION, DMA_AVAIL and IOVA_RANGE follow the struct in that order, each of version 1, and argsz stays.',
      level: 'observed',
      source: [get, linux('drivers/vfio/vfio_main.c', 'vfio_info_cap_add')],
    },
    6: {
      says: 'IOVA_RANGE lists what the IOMMU translates without what its devices reserve, and is absent in a container that has emulated devices only.',
      level: 'contract',
      source: [
        uapi('vfio.h', 'VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE'),
        linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_iova_build_caps'),
      ],
    },
    7: {
      says: 'MIGRATION tells the smallest page size, and that a bitmap may have 256 MiB.',
      level: 'contract',
      source: [
        uapi('vfio.h', 'VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION'),
        linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_migration_build_caps'),
      ],
    },
    8: {
      says: 'DMA_AVAIL tells how many more mappings there may be: 65535 unless dma_entry_limit says otherwise, one less for each map and one more for each mapping that is removed.',
      level: 'contract',
      source: [
        uapi('vfio.h', 'VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL'),
        linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_dma_avail_build_caps'),
      ],
    },
  },
);
