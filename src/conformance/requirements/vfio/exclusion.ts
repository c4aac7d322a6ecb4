import { linux, requirements } from '../../requirement.ts';

const open = linux('drivers/vfio/group.c', 'vfio_group_fops_open');
const block = linux('drivers/vfio/group.c', 'vfio_device_block_group');
const claim = linux('drivers/iommu/iommu.c', 'iommu_group_claim_dma_owner');

export const vfioXcl = requirements(
  {
    family: 'VFIO-XCL',
    title: 'Who excludes whom from the devices of a group',
    since: '3.6',
    profile: 'vfio',
  },
  {
    1: {
      says: 'A group that is open cannot be opened (EBUSY).',
      level: 'observed',
      source: [open],
    },
    2: {
      says: 'The node of a device can be opened while its group is open.',
      level: 'observed',
      source: [linux('drivers/vfio/device_cdev.c', 'vfio_device_fops_cdev_open')],
    },
    3: {
      says: 'A device cannot be bound by its node (EBUSY) while its group is open.',
      level: 'observed',
      source: [block],
    },
    4: {
      says: 'A group can be opened while a device of it is open by its node and not bound.',
      level: 'observed',
      source: [open],
    },
    5: {
      says: 'A group cannot be opened (EBUSY) while a device of it is bound by its node, and can be when that is closed.',
      level: 'observed',
      source: [open],
    },
    6: {
      says: 'A device beside one that is bound by its node can be bound to the same iommufd.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_device_bind'), claim],
    },
    7: {
      says: 'A device beside one that is bound by its node cannot be bound to another iommufd (EPERM).',
      level: 'observed',
      source: [linux('device.c', 'iommufd_device_bind'), claim],
    },
    8: {
      says: 'A device that is bound by its node cannot be bound by another file of that node (EINVAL).',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', 'vfio_df_open')],
    },
    9: {
      says: 'A device that was opened through its group can neither be bound (EINVAL) nor attached or detached (ENOTTY).',
      level: 'observed',
      source: [linux('drivers/vfio/device_cdev.c', 'vfio_df_ioctl_bind_iommufd')],
    },
    10: {
      says: 'While a driver of the host has a device of a group neither a container (EPERM) nor an iommufd (EPERM) gets the group.',
      level: 'observed',
      source: [claim],
    },
    11: {
      says: 'While a container or an iommufd has a group no driver of the host gets a device of it (EBUSY).',
      level: 'observed',
      source: [linux('drivers/iommu/iommu.c', 'iommu_device_use_default_domain')],
    },
  },
);
