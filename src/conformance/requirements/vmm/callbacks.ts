import { qemu, requirements } from '../../requirement.ts';

const legacyMap = qemu('container-legacy.c', 'vfio_legacy_dma_map');
const legacyUnmap = qemu('container-legacy.c', 'vfio_legacy_dma_unmap_one');
const map = qemu('iommufd.c', 'iommufd_cdev_map');
const unmap = qemu('iommufd.c', 'iommufd_cdev_unmap');

/** One for each callback of a back end; the calls are those of QEMU 11.1. */
export const vmmCb = requirements(
  { family: 'VMM-CB', title: 'The calls that a VMM makes', since: '6.6', profile: 'vmm' },
  {
    1: {
      says: 'A new container is asked for VFIO_UPDATE_VADDR, for VFIO_UNMAP_ALL, and twice for its information, the second time with the argsz that the first answer wants; of an IOAS the ranges are asked twice, the first time with num_iovas 0, which fails with EMSGSIZE.',
      level: 'observed',
      source: [
        qemu('container-legacy.c', 'vfio_legacy_setup'),
        qemu('iommufd.c', 'iommufd_cdev_get_info_iova_range'),
      ],
    },
    2: {
      says: 'A device is attached by these calls in this order: by legacy the group, its status, the container, its version and type, all maps, the device and its information; by iommufd the device, /dev/iommu, the bind, the IOAS, the page table, the attach, all maps, and the information of the device and of its IOMMU.',
      level: 'observed',
      source: [
        qemu('container-legacy.c', 'vfio_legacy_attach_device'),
        qemu('iommufd.c', 'iommufd_cdev_attach'),
      ],
    },
    3: {
      says: 'The last device is detached by these calls in this order: by legacy the close of the device, all unmaps, VFIO_GROUP_UNSET_CONTAINER, and the closes of container and group; by iommufd the detach, the destroy of the page table, all unmaps, the destroy of the IOAS, and the closes of /dev/iommu and device.',
      level: 'observed',
      source: [
        qemu('container-legacy.c', 'vfio_legacy_detach_device'),
        qemu('iommufd.c', 'iommufd_cdev_detach'),
      ],
    },
    4: {
      says: 'Memory of the guest is mapped at its address in the guest by VFIO_IOMMU_MAP_DMA or IOMMU_IOAS_MAP, with the right to write unless it is read-only to the guest.',
      level: 'observed',
      source: [legacyMap, map],
    },
    5: {
      says: 'Memory that is a shared file is mapped by IOMMU_IOAS_MAP_FILE with its offset in the file; by legacy it is mapped by its address like other memory.',
      level: 'observed',
      since: '6.13',
      source: [qemu('iommufd.c', 'iommufd_cdev_map_file'), legacyMap],
    },
    6: {
      says: 'Memory that the guest loses is unmapped by VFIO_IOMMU_UNMAP_DMA or IOMMU_IOAS_UNMAP with just its range, and no other memory of the guest is out of reach for a moment.',
      level: 'observed',
      source: [legacyUnmap, unmap],
    },
    7: {
      says: 'Tracking of dirty pages is begun and ended by VFIO_IOMMU_DIRTY_PAGES of the container, or by IOMMU_HWPT_SET_DIRTY_TRACKING of each page table that was made to track.',
      level: 'observed',
      source: [
        qemu('container-legacy.c', 'vfio_legacy_set_dirty_page_tracking'),
        qemu('iommufd.c', 'iommufd_set_dirty_page_tracking'),
      ],
    },
    8: {
      says: 'Dirty pages are asked for by a bitmap for each memory that the guest can write, of the container or of each page table that tracks, with the page size of the host, and are forgotten by that.',
      level: 'observed',
      source: [
        qemu('container-legacy.c', 'vfio_legacy_query_dirty_bitmap'),
        qemu('iommufd.c', 'iommufd_query_dirty_bitmap'),
      ],
    },
    15: {
      says: 'A device that cannot be had is refused with a reason, and what the guest has reached before is reached still.',
      level: 'observed',
      source: [qemu('device.c', 'vfio_device_attach')],
    },
  },
);
