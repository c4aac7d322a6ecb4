import { linux, requirements } from '../../requirement.ts';

export const vfioMap2 = requirements(
  { family: 'VFIO-MAP2', title: 'Mappings of BARs', since: '3.6', profile: 'vfio' },
  {
    1: {
      says: 'Loads and stores through a mapping of a BAR reach the registers at that offset of the BAR.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_mmap')],
    },
    2: {
      says: 'A private mapping of a BAR, an offset that is not a multiple of the page size, and a range that leaves the pages of the BAR fail with EINVAL; a range inside is mapped, its length rounded up.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_mmap')],
    },
    3: {
      says: 'A mapping of an absent BAR, an I/O BAR, the ROM, the configuration space, the VGA region or a region that does not exist fails with EINVAL.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_mmap')],
    },
    4: {
      says: 'A store through a read-only mapping of a BAR raises SIGSEGV.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_mmap')],
    },
    5: {
      says: 'A mapping of a BAR can be moved by mremap(), and fails with EFAULT where it is to grow.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_mmap')],
    },
    6: {
      says: 'A write() whose buffer is a mapping of a BAR takes what the registers hold.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_mmap')],
    },
    7: {
      says: 'A child process uses the mappings of BARs that it inherits.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_mmap')],
    },
    8: {
      says: 'IOMMU_IOAS_MAP of a mapping of a BAR fails with EFAULT.',
      level: 'observed',
      source: [linux('io_pagetable.c', 'iopt_map_user_pages')],
    },
    9: {
      says: 'A memory BAR that is smaller than a page has the flag MMAP where it begins on a page, and its mapping is a whole page.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_probe_mmaps')],
    },
    10: {
      says: 'Registers that a container has mapped for other devices stay mapped while their device does not answer, and are reached again when it does.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_iommu_type1.c', 'vaddr_get_pfns')],
    },
    11: {
      says: 'A mapping of a BAR that was taken away by memory decoding off, D3hot or a function reset works again afterwards, without a new mmap().',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_zap_bars')],
    },
  },
);
