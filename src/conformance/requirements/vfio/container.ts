import { documentation, linux, requirements, uapi } from '../../requirement.ts';

const container = linux('drivers/vfio/container.c', 'vfio_fops_unl_ioctl');
const setIommu = linux('drivers/vfio/container.c', 'vfio_ioctl_set_iommu');
const extension = linux('drivers/vfio/container.c', 'vfio_container_ioctl_check_extension');
const attach = linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_type1_attach_group');
const type1 = linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_type1_check_extension');
const detach = linux('drivers/vfio/container.c', 'vfio_group_detach_container');

export const vfioCtr = requirements(
  {
    family: 'VFIO-CTR',
    title: 'VFIO containers',
    since: '3.6',
    profile: 'vfio',
  },
  {
    1: {
      says: 'A process without privileges opens /dev/vfio/vfio, and each open is a container of its own.',
      level: 'observed',
      source: [linux('drivers/vfio/container.c', 'vfio_dev')],
    },
    2: {
      says: 'VFIO_GET_API_VERSION returns 0, whatever the container has.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_GET_API_VERSION'), container],
    },
    3: {
      says: 'VFIO_CHECK_EXTENSION of a container without groups returns 1 for VFIO_TYPE1_IOMMU, VFIO_TYPE1v2_IOMMU and VFIO_UNMAP_ALL, for VFIO_NOIOMMU_IOMMU while noiommu mode is on, and 0 for every other argument.',
      level: 'observed',
      source: [extension, type1],
      changed: {
        after: '6.12',
        was: 'VFIO_CHECK_EXTENSION of a container without groups also returns 1 for the reserved type 6.',
      },
    },
    4: {
      says: 'VFIO_CHECK_EXTENSION of a container without a type returns 0 for VFIO_DMA_CC_IOMMU and VFIO_UPDATE_VADDR, which depend on what it has.',
      level: 'observed',
      source: [extension, type1],
    },
    5: {
      says: 'After VFIO_SET_IOMMU with a type of type1, VFIO_CHECK_EXTENSION returns 1 for VFIO_UPDATE_VADDR unless an emulated device is among its groups, 1 for VFIO_DMA_CC_IOMMU if every page table enforces cache coherency, and 0 for VFIO_NOIOMMU_IOMMU.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_CHECK_EXTENSION'), type1],
    },
    6: {
      says: 'With a group and without a type, a container offers VFIO_NOIOMMU_IOMMU alone if the group is in noiommu mode, and does not offer it otherwise.',
      level: 'observed',
      source: [linux('drivers/vfio/container.c', 'vfio_iommu_driver_allowed')],
    },
    7: {
      says: 'VFIO_SET_IOMMU of a container without groups fails with EINVAL.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_SET_IOMMU'), setIommu],
    },
    8: {
      says: 'VFIO_SET_IOMMU of a container that has a type fails with EINVAL and changes nothing.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_SET_IOMMU'), setIommu],
    },
    9: {
      says: 'VFIO_SET_IOMMU with a type that no driver offers fails with ENODEV, and with an extension of type1 that is no type with EINVAL.',
      level: 'observed',
      source: [setIommu, linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_type1_open')],
      changed: {
        after: '6.12',
        was: 'VFIO_SET_IOMMU with the reserved type 6 makes a container of version 2, to which most IOMMUs attach no group (EINVAL).',
      },
    },
    10: {
      says: 'VFIO_SET_IOMMU with VFIO_NOIOMMU_IOMMU fails with ENODEV for a group with an IOMMU, as a type of type1 does for a group in noiommu mode, and with EPERM for a process without CAP_SYS_RAWIO.',
      level: 'observed',
      source: [setIommu, linux('drivers/vfio/container.c', 'vfio_noiommu_open')],
    },
    11: {
      says: 'A group is refused with EPERM if its interrupts are not isolated and allow_unsafe_interrupts of vfio_iommu_type1 is not set, and with EINVAL if something is mapped beyond what its IOMMU translates.',
      level: 'observed',
      source: [attach, linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_resv_conflict')],
    },
    12: {
      says: 'Before a type is set every command but VFIO_GET_API_VERSION, VFIO_CHECK_EXTENSION and VFIO_SET_IOMMU fails with EINVAL.',
      level: 'observed',
      source: [container],
    },
    13: {
      says: 'After a type of type1 is set an unknown command fails with ENOTTY.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_type1_ioctl')],
    },
    14: {
      says: 'When the last group leaves a container all its mappings are removed and it has no type any more; another group and another type can be set.',
      level: 'observed',
      source: [detach, linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_type1_release')],
    },
    15: {
      says: 'The container, the group and the device can be closed in any order, and the device translates until it is closed.',
      level: 'observed',
      source: [
        linux('drivers/vfio/container.c', 'vfio_container_put'),
        linux('drivers/vfio/group.c', 'vfio_group_fops_release'),
      ],
    },
    16: {
      says: 'Groups of one container share its mappings: a group that joins later translates what was mapped before.',
      level: 'contract',
      source: [
        documentation('driver-api/vfio.rst', 'VFIO Usage Example'),
        attach,
        linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_replay'),
      ],
    },
    17: {
      says: 'A group that joins while the address of a mapping is invalid is refused with EBUSY.',
      level: 'observed',
      source: [attach],
    },
    18: {
      says: 'With VFIO_NOIOMMU_IOMMU set every command but VFIO_CHECK_EXTENSION, VFIO_GET_API_VERSION and VFIO_SET_IOMMU fails with ENOTTY.',
      level: 'observed',
      source: [linux('drivers/vfio/container.c', 'vfio_noiommu_ioctl')],
    },
    19: {
      says: 'A group that comes to a container which only had emulated devices is refused with EINVAL if something is mapped where it has reserved IOVAs, and with ERANGE if something is mapped beyond what its IOMMU translates, and then nothing is pinned.',
      level: 'observed',
      source: [attach, linux('drivers/vfio/vfio_iommu_type1.c', 'vfio_iommu_resv_conflict')],
      changed: {
        after: '6.12',
        was: 'A group that comes to a container which only had emulated devices is refused with EINVAL if something is mapped where it has reserved IOVAs, and with EFAULT if something is mapped beyond what its IOMMU translates, and then nothing is pinned.',
      },
    },
  },
);
