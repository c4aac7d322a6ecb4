import { linux, requirements } from '../../requirement.ts';

export const vfioDev = requirements(
  { family: 'VFIO-DEV', title: 'What a device says of itself', since: '3.6', profile: 'vfio' },
  {
    1: {
      says: 'VFIO_DEVICE_GET_INFO fails with EINVAL for an argsz below 16, and tells PCI, at least 9 regions and 5 kinds of interrupt; it has the flag RESET where the device can be reset.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_ioctl_get_info')],
    },
    2: {
      says: 'VFIO_DEVICE_GET_INFO of a device without capabilities has no flag CAPS, and a cap_offset of 0 where argsz has room for it; argsz stays as it is.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_ioctl_get_info')],
    },
  },
);
