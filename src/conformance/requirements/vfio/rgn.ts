import { linux, requirements } from '../../requirement.ts';

export const vfioRgn = requirements(
  { family: 'VFIO-RGN', title: 'Regions of a device', since: '3.6', profile: 'vfio' },
  {
    1: {
      says: 'VFIO_DEVICE_GET_REGION_INFO fails with EINVAL for an argsz below 32, for a region index that does not exist, and for the VGA region of a device without VGA.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_ioctl_get_region_info')],
    },
    2: {
      says: 'A region of a device is at its index << 40 of the file; the configuration space has the flags READ and WRITE, and an absent BAR has size 0 and no flags.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_ioctl_get_region_info')],
    },
    3: {
      says: 'A memory BAR has the flags READ, WRITE and MMAP, and one that holds the MSI-X table and can be mapped has the capability MSIX_MAPPABLE.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'msix_mmappable_cap')],
    },
    4: {
      says: 'A mapping that is private, of the ROM, the configuration space or the VGA region, or that leaves the BAR fails with EINVAL, and while memory decoding is off an access through one raises SIGBUS.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_mmap')],
    },
  },
);
