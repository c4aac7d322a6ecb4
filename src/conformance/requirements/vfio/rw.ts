import { linux, requirements } from '../../requirement.ts';

export const vfioRw = requirements(
  {
    family: 'VFIO-RW',
    title: 'Regions of a device by read and write',
    since: '3.6',
    profile: 'vfio',
  },
  {
    1: {
      says: 'An access to a region index that does not exist, to an absent BAR or to an absent ROM fails with EINVAL.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_rw')],
    },
    2: {
      says: 'An access to a BAR from its end on fails with EINVAL, and one that crosses the end moves what is before it and returns a short count.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_bar_rw')],
    },
    3: {
      says: 'read() and write() of a device have a position that begins at BAR 0, advances by what they moved, and is shared by duplicates of the file descriptor only; pread() and pwrite() leave it alone.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', 'vfio_device_fops')],
    },
    4: {
      says: 'The table of MSI-X reads ones and what is written to it is dropped, whether or not the device answers; the pending bits are read, and a mapping reaches the table itself.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_core_do_io_rw')],
    },
    5: {
      says: 'An access to a BAR is made in pieces of 8, 4, 2 and 1 bytes, naturally aligned, each as large as can be.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_core_do_io_rw')],
    },
    6: {
      says: 'The ROM has the flag READ alone and can be read as far as its BAR reaches, bytes behind the image as 0xFF; a write fails with EINVAL.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_bar_rw')],
    },
    7: {
      says: 'An access to a BAR that reaches memory which is not there fails with EFAULT when what is before it is done; where the device does not answer, a read fails with EIO first, and a write with EFAULT.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_core_iowrite32')],
    },
    8: {
      says: 'An I/O BAR can be read and written and has no flag MMAP, is reached while memory decoding is off, and reads ones while I/O decoding is off.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_rdwr.c', 'vfio_pci_bar_rw')],
    },
    9: {
      says: 'A device is always ready to be read and written, as poll() tells.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', 'vfio_device_fops')],
    },
    10: {
      says: 'The VGA region of a device that is no VGA device does not exist: info and access fail with EINVAL.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_rw')],
    },
    11: {
      says: 'A file descriptor that was opened read-only takes commands and reads, and cannot be mapped at all; one that was opened write-only takes commands and writes.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_mmap')],
    },
    12: {
      says: 'An access to a BAR whose addresses another driver of the host has, and a mapping of it, fail with EBUSY.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_map_bars')],
    },
  },
);
