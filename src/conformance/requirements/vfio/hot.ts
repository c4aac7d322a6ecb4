import { linux, requirements, uapi } from '../../requirement.ts';

const info = uapi('vfio.h', 'VFIO_DEVICE_GET_PCI_HOT_RESET_INFO');
const reset = uapi('vfio.h', 'VFIO_DEVICE_PCI_HOT_RESET');
const core = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_core.c', symbol);

export const hot = requirements(
  { family: 'VFIO-HOT', title: 'VFIO devices: hot reset', since: '3.10', profile: 'vfio' },
  {
    1: {
      says: 'VFIO_DEVICE_GET_PCI_HOT_RESET_INFO fails with EINVAL for an argsz below 12, with ENODEV for a device whose bus cannot be reset, and with ENOSPC and the count of devices where there is no room for all of them.',
      level: 'contract',
      source: [info, core('vfio_pci_ioctl_get_pci_hot_reset_info')],
    },
    2: {
      says: 'VFIO_DEVICE_GET_PCI_HOT_RESET_INFO of a device that was opened through its group has no flags and tells of groups.',
      level: 'contract',
      source: [info, core('vfio_pci_fill_devs')],
    },
    3: {
      says: 'VFIO_DEVICE_GET_PCI_HOT_RESET_INFO of a device that was opened by its node has the flag DEV_ID and tells ids in its iommufd, 0 for a device that is bound to none while its group is owned by this one, and the flag DEV_ID_OWNED where it has a right to all of them.',
      level: 'contract',
      source: [info, core('vfio_pci_fill_devs')],
      since: '6.6',
    },
    4: {
      says: 'VFIO_DEVICE_PCI_HOT_RESET fails with EINVAL for a flag, for no groups of a device that was opened through its group, for groups of one that was opened by its node, for more groups than devices and for a file that is no group, and with EBADF for a file descriptor that is not open.',
      level: 'contract',
      source: [reset, core('vfio_pci_ioctl_pci_hot_reset')],
      since: '6.6',
    },
    5: {
      says: 'VFIO_DEVICE_PCI_HOT_RESET of a device that was opened through its group fails with EINVAL where a device of the bus is in none of the groups, and resets nothing.',
      level: 'contract',
      source: [reset, core('vfio_pci_dev_set_hot_reset')],
    },
  },
);
