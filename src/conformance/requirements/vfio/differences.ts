import { linux, requirements } from '../../requirement.ts';

const compat = linux('vfio_compat.c', 'iommufd_vfio_ioctl');
const extension = linux('vfio_compat.c', 'iommufd_vfio_check_extension');
const set = linux('vfio_compat.c', 'iommufd_vfio_set_iommu');
const map = linux('vfio_compat.c', 'iommufd_vfio_map_dma');
const unmap = linux('vfio_compat.c', 'iommufd_vfio_unmap_dma');

export const vfioCmp = requirements(
  {
    family: 'VFIO-CMP',
    title: 'What is other with an iommufd in place of a container',
    since: '6.2',
    profile: 'vfio',
  },
  {
    1: {
      says: 'The first group that gets an iommufd for its container makes an IOAS there, and a later one uses it; a container has no IOAS.',
      level: 'observed',
      source: [linux('vfio_compat.c', 'iommufd_vfio_compat_ioas_create')],
    },
    2: {
      says: 'IOMMU_VFIO_IOAS tells, sets and clears the IOAS of an iommufd, devices stay where they are, and a container does not take it (EINVAL without a type, ENOTTY with one).',
      level: 'observed',
      source: [linux('vfio_compat.c', 'iommufd_vfio_ioas')],
    },
    3: {
      says: 'Before an iommufd has its IOAS the commands on mappings fail with ENODEV, where those of a container without a type fail with EINVAL.',
      level: 'observed',
      source: [compat],
    },
    4: {
      says: 'VFIO_UPDATE_VADDR is never offered by an iommufd, and is by a container with a type.',
      level: 'observed',
      source: [extension],
    },
    5: {
      says: 'VFIO_SET_IOMMU can be repeated on an iommufd, and not on a container (EINVAL); a type that there is not is EINVAL there, and ENODEV of a container.',
      level: 'observed',
      source: [set],
    },
    6: {
      says: 'A device can be opened through its group without VFIO_SET_IOMMU with an iommufd, and not with a container (EINVAL).',
      level: 'observed',
      source: [linux('drivers/vfio/group.c', 'vfio_df_group_open')],
    },
    7: {
      says: 'VFIO_TYPE1_IOMMU of an iommufd unmaps exactly what it is told and cuts mappings, where version 1 of a container removes whole mappings or nothing.',
      level: 'observed',
      source: [unmap],
    },
    8: {
      says: 'VFIO_IOMMU_MAP_DMA with the flag VADDR fails with EINVAL on an iommufd, and one that takes no address is refused by a container.',
      level: 'observed',
      source: [map],
    },
    9: {
      says: 'VFIO_IOMMU_UNMAP_DMA that ends inside a mapping fails with ENOENT on an iommufd, which has removed the mappings before that one and tells so in size, and with EINVAL on a container, which has removed nothing.',
      level: 'observed',
      source: [unmap],
    },
    10: {
      says: 'VFIO_IOMMU_DIRTY_PAGES and unknown commands fail with ENOTTY on an iommufd, where a container tracks what is dirty.',
      level: 'observed',
      source: [compat],
    },
    11: {
      says: 'VFIO_IOMMU_GET_INFO of an iommufd has no MIGRATION capability, tells 4294967295 in DMA_AVAIL and always rewrites argsz to what it needs.',
      level: 'observed',
      source: [linux('vfio_compat.c', 'iommufd_vfio_iommu_get_info')],
    },
    12: {
      says: 'A process with CAP_IPC_LOCK is charged nothing by an iommufd that serves /dev/vfio/vfio, and its locked memory grows with a container.',
      level: 'observed',
      source: [linux('pages.c', 'do_update_pinned')],
    },
    13: {
      says: 'A group in noiommu mode fails with EINVAL to get an iommufd that has an IOAS, and commands on mappings fail there with ENODEV, where they fail with ENOTTY on a container.',
      level: 'observed',
      source: [linux('vfio_compat.c', 'iommufd_vfio_compat_set_no_iommu')],
    },
    15: {
      says: 'An iommufd refuses registers of a device by their address with EFAULT, and takes them as a dma-buf; a container takes them by their address.',
      level: 'observed',
      source: [
        linux('pages.c', 'pfn_reader_user_pin'),
        linux('drivers/vfio/vfio_iommu_type1.c', 'follow_fault_pfn'),
      ],
    },
    14: {
      says: 'The IOAS that stands behind the groups of an iommufd can be destroyed when no device is attached to it, and outlives the last group, where the mappings of a container go with the last group.',
      level: 'observed',
      source: [linux('main.c', 'iommufd_destroy')],
    },
  },
);
