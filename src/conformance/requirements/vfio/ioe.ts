import { linux, requirements } from '../../requirement.ts';

export const vfioIoe = requirements(
  { family: 'VFIO-IOE', title: 'VFIO_DEVICE_IOEVENTFD', since: '3.6', profile: 'vfio' },
  {
    1: {
      says: 'VFIO_DEVICE_IOEVENTFD fails with EINVAL for an argsz below 28 and with EFAULT for memory that is not there.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_ioctl_ioeventfd')],
    },
    2: {
      says: 'VFIO_DEVICE_IOEVENTFD fails with EINVAL for an unknown flag, for no size or more than one, and for an fd below -1.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_ioctl_ioeventfd')],
    },
    3: {
      says: 'VFIO_DEVICE_IOEVENTFD fails with EINVAL for a region that is no BAR, for an absent BAR and for a range that leaves the BAR, but not for an offset that is not aligned.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_ioeventfd')],
    },
    4: {
      says: 'VFIO_DEVICE_IOEVENTFD fails with EINVAL for a write that meets the table of MSI-X, and takes one directly before or behind it.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_ioeventfd')],
    },
    5: {
      says: 'An ioeventfd is known by its BAR, offset, data and size: to set it again fails with EEXIST, an fd of -1 removes it, and removing one that is not there fails with ENODEV.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_ioeventfd')],
    },
    6: {
      says: 'A device has at most 1000 ioeventfds, and one more fails with ENOSPC; a closed fd fails with EBADF, and a file that is no eventfd with EINVAL.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_ioeventfd')],
    },
    7: {
      says: 'A write to the eventfd of an ioeventfd writes the data to the BAR and empties the eventfd, also one that was written before it was set.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_ioeventfd_handler')],
    },
    8: {
      says: 'While memory decoding is off a write to the eventfd empties it and reaches the device neither then nor later; switched on, the next one does.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_ioeventfd_do_write')],
    },
    9: {
      says: 'An ioeventfd of an I/O BAR writes to it.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_ioeventfd')],
    },
    10: {
      says: 'An ioeventfd outlives the file descriptor of its eventfd, and ends with the last close of the device.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_disable')],
    },
  },
);
