import { documentation, linux, requirements, uapi } from '../requirement.ts';

const bind = uapi('vfio.h', 'VFIO_DEVICE_BIND_IOMMUFD');
const cdev = documentation('driver-api/vfio.rst', 'VFIO Device cdev');
const doBind = linux('drivers/vfio/device_cdev.c', 'vfio_df_ioctl_bind_iommufd');
const unbind = linux('drivers/vfio/device_cdev.c', 'vfio_df_unbind_iommufd');
const open = linux('drivers/vfio/device_cdev.c', 'vfio_device_fops_cdev_open');
const blockGroup = linux('drivers/vfio/group.c', 'vfio_device_block_group');
const bindDevice = linux('device.c', 'iommufd_device_bind');

export const vfioCdev = requirements(
  {
    family: 'VFIO-CDEV',
    title: 'VFIO character devices: open and bind',
    since: '6.6',
    profile: 'vfio',
  },
  {
    1: {
      says: 'The directory vfio-dev/vfioX of a device in sysfs has a file dev with the major and minor number of /dev/vfio/devices/vfioX.',
      level: 'contract',
      source: [cdev, linux('drivers/vfio/device_cdev.c', 'vfio_init_device_cdev')],
    },
    2: {
      says: 'A VFIO device can be opened several times, and an open device that is not bound claims nothing: its group can still be opened.',
      level: 'observed',
      source: [open],
    },
    3: {
      says: 'Before VFIO_DEVICE_BIND_IOMMUFD every other ioctl, read, write and mmap of the device fails with EINVAL.',
      level: 'contract',
      source: [bind, linux('drivers/vfio/vfio_main.c', 'vfio_device_fops_unl_ioctl')],
    },
    4: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD fails with EINVAL for an argsz below 16, a negative iommufd or an unknown flag, and with E2BIG for a non-zero byte beyond the struct.',
      level: 'observed',
      source: [bind, doBind],
      changed: {
        after: '6.12',
        was: 'VFIO_DEVICE_BIND_IOMMUFD fails with EINVAL for an argsz below 16, a negative iommufd or any flag, and ignores the bytes beyond the struct.',
      },
    },
    5: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD fails with EBADF for a file descriptor that is not open, and with EBADFD for one that is no iommufd.',
      level: 'observed',
      source: [doBind, linux('main.c', 'iommufd_ctx_from_fd')],
    },
    6: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD of a device that was opened through its group fails with EINVAL.',
      level: 'contract',
      source: [bind, doBind],
    },
    7: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD while the group is open fails with EBUSY and changes nothing.',
      level: 'observed',
      source: [blockGroup],
    },
    8: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD of a file descriptor that is bound, and of another one of the same device, fails with EINVAL.',
      level: 'observed',
      source: [doBind, linux('drivers/vfio/vfio_main.c', 'vfio_df_open')],
    },
    9: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD fails with EPERM if another iommufd or a kernel driver owns the group or the interrupts of the device are not isolated, with EBUSY if the group is not on its default translation, and with EINVAL if the device is not cache-coherent.',
      level: 'observed',
      source: [bindDevice, linux('drivers/iommu/iommu.c', 'iommu_device_claim_dma_owner')],
    },
    10: {
      says: 'Two devices of one group can be bound to one iommufd, and binding the second one to another iommufd fails with EPERM.',
      level: 'observed',
      source: [bindDevice, linux('drivers/iommu/iommu.c', 'iommu_device_claim_dma_owner')],
    },
    11: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD returns in out_devid an object id that commands of that iommufd take as the device, and that IOMMU_DESTROY refuses with EBUSY.',
      level: 'contract',
      source: [bind, bindDevice],
    },
    12: {
      says: 'DMA of a bound device is blocked until it is attached.',
      level: 'observed',
      source: [bindDevice, linux('drivers/iommu/iommu.c', 'iommu_device_claim_dma_owner')],
    },
    13: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD with a token fails with EINVAL for a device that takes none, with EFAULT if the token cannot be read, and with EACCES for a virtual function whose token is another one or is missing.',
      level: 'observed',
      source: [bind, linux('drivers/vfio/device_cdev.c', 'vfio_df_check_token')],
      since: '6.17',
    },
    14: {
      says: 'Closing a bound device detaches its PASIDs and then the device, frees its object id and releases its group.',
      level: 'contract',
      source: [bind, unbind],
    },
    15: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD that fails after it has opened the device leaves the file descriptor unbound, so that it can be bound again and the group can be opened.',
      level: 'observed',
      source: [doBind],
    },
    16: {
      says: 'A read of the configuration space of a bound device gives its list of capabilities, and of MSI-X the number of vectors.',
      level: 'contract',
      source: [
        uapi('vfio.h', 'VFIO_PCI_CONFIG_REGION_INDEX'),
        linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_pci_config_rw'),
      ],
    },
  },
);
