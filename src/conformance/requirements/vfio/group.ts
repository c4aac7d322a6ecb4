import { linux, requirements, uapi } from '../../requirement.ts';

const set = linux('drivers/vfio/group.c', 'vfio_group_ioctl_set_container');
const attach = linux('drivers/vfio/container.c', 'vfio_container_attach_group');
const open = linux('drivers/vfio/group.c', 'vfio_group_fops_open');
const get = linux('drivers/vfio/group.c', 'vfio_group_ioctl_get_device_fd');
const status = linux('drivers/vfio/group.c', 'vfio_group_ioctl_get_status');

export const vfioGrp = requirements(
  {
    family: 'VFIO-GRP',
    title: 'VFIO groups',
    since: '3.6',
    profile: 'vfio',
  },
  {
    1: {
      says: 'The node of a group in noiommu mode is /dev/vfio/noiommu-N, that of any other group /dev/vfio/N.',
      level: 'observed',
      source: [linux('drivers/vfio/group.c', 'vfio_group_alloc')],
    },
    2: {
      says: 'A second open of a group fails with EBUSY, of any process.',
      level: 'observed',
      source: [open],
    },
    3: {
      says: 'A group cannot be opened (EBUSY) while a device of it is bound by its own node.',
      level: 'observed',
      source: [open],
    },
    4: {
      says: 'A group in noiommu mode cannot be opened (EPERM) without CAP_SYS_RAWIO.',
      level: 'observed',
      source: [open],
    },
    5: {
      says: 'VFIO_GROUP_GET_STATUS fails with EINVAL for an argsz below 8, and with EFAULT for a bad pointer.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_GROUP_GET_STATUS'), status],
    },
    6: {
      says: 'VFIO_GROUP_GET_STATUS tells VIABLE unless a driver of the host or another user owns the DMA of the group, and CONTAINER_SET, with VIABLE, while it has a container.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_GROUP_GET_STATUS'), status],
    },
    7: {
      says: 'VFIO_GROUP_SET_CONTAINER fails with EFAULT for a bad pointer, EBADF for a closed file descriptor, EBADFD for one that is neither a container nor an iommufd, and EINVAL for a group that has a container.',
      level: 'observed',
      source: [set],
    },
    8: {
      says: 'VFIO_GROUP_SET_CONTAINER of a container fails with EPERM while a driver of the host has a device of the group.',
      level: 'observed',
      source: [attach],
    },
    9: {
      says: 'VFIO_GROUP_SET_CONTAINER fails with EPERM for a group in noiommu mode if the container has another one, and the other way round, and for a group in noiommu mode without CAP_SYS_RAWIO.',
      level: 'observed',
      source: [attach],
    },
    10: {
      says: 'From VFIO_GROUP_SET_CONTAINER of a container on no driver of the host gets a device of the group, also before a type is set.',
      level: 'observed',
      source: [attach],
    },
    11: {
      says: 'VFIO_GROUP_UNSET_CONTAINER fails with EINVAL without a container, and with EBUSY while a device of the group is open in one; when it succeeds drivers of the host can have the group.',
      level: 'contract',
      source: [
        uapi('vfio.h', 'VFIO_GROUP_UNSET_CONTAINER'),
        linux('drivers/vfio/group.c', 'vfio_group_ioctl_unset_container'),
      ],
    },
    12: {
      says: 'VFIO_GROUP_GET_DEVICE_FD fails with ENODEV for an unknown name, first of all, with EINVAL for a group without a container or whose container has no type, and with EINVAL for a name of a page or more.',
      level: 'observed',
      source: [get, linux('drivers/vfio/container.c', 'vfio_group_use_container')],
    },
    13: {
      says: 'VFIO_GROUP_GET_DEVICE_FD can be called again for a device that is open, and the group is in use until the last of the files is closed.',
      level: 'observed',
      source: [get, linux('drivers/vfio/vfio_main.c', 'vfio_df_open')],
    },
    14: {
      says: 'Behind the name of a device VFIO_GROUP_GET_DEVICE_FD takes spaces; for options of a device that has none, and for anything else, it fails with EINVAL, and with ENODEV for what directly follows the name.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_match')],
    },
    15: {
      says: 'A group whose device is open in a container of VFIO stays open (EBUSY for another open) until the device is closed; one with an iommufd can be opened again at once, without a container.',
      level: 'observed',
      source: [linux('drivers/vfio/group.c', 'vfio_group_fops_release')],
    },
    16: {
      says: 'An unknown command to a group fails with ENOTTY.',
      level: 'observed',
      source: [linux('drivers/vfio/group.c', 'vfio_group_fops_unl_ioctl')],
    },
    17: {
      says: 'A group with an iommufd for its container is told to be viable while a driver of the host has a device of it, and VFIO_GROUP_GET_DEVICE_FD then fails with EPERM.',
      level: 'observed',
      source: [status, linux('drivers/vfio/group.c', 'vfio_df_group_open')],
    },
    18: {
      says: 'VFIO_GROUP_UNSET_CONTAINER of an iommufd succeeds while a device of the group is open, which goes on translating.',
      level: 'observed',
      source: [linux('drivers/vfio/group.c', 'vfio_group_ioctl_unset_container')],
    },
  },
);
