import { linux, requirements } from '../../requirement.ts';

export const vfioDbuf = requirements(
  { family: 'VFIO-DBUF', title: 'dma-bufs of regions', since: '3.6', profile: 'vfio' },
  {
    1: {
      says: 'VFIO_DEVICE_FEATURE_DMA_BUF can be probed to be read and not to be set, and fails with EINVAL for a struct that is cut.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_core_feature_dma_buf')],
    },
    2: {
      says: 'VFIO_DEVICE_FEATURE_DMA_BUF fails with EINVAL for no range or any flag, then with ENODEV for what is no BAR of the device.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_core_feature_dma_buf')],
    },
    3: {
      says: 'VFIO_DEVICE_FEATURE_DMA_BUF fails with EINVAL for a range that is empty, not of whole pages, too large or not inside the BAR.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'validate_dmabuf_input')],
    },
    4: {
      says: 'The ranges of a dma-buf of a BAR may repeat or overlap.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_core_fill_phys_vec')],
    },
    5: {
      says: 'A dma-buf of a BAR cannot be mapped by mmap().',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_core_feature_dma_buf')],
    },
    6: {
      says: 'IOMMU_IOAS_MAP_FILE takes whole pages inside a dma-buf of one range, and fails with EOPNOTSUPP for one of several, and with EINVAL beyond its end.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_dma_buf_iommufd_map')],
    },
    7: {
      says: 'Another device reads and writes the BAR through a mapped dma-buf.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_dma_buf_iommufd_map')],
    },
    8: {
      says: 'Memory decoding off, D3hot, low power and a reset of any kind revoke a mapped dma-buf: accesses fault, also after the device answers again, until it is mapped anew.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_dma_buf_move')],
    },
    9: {
      says: 'IOMMU_IOAS_MAP_FILE of a dma-buf fails with ENODEV while the device does not answer.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_dma_buf_iommufd_map')],
    },
    10: {
      says: 'A reset by the file reset of sysfs revokes no dma-buf: who has mapped it reaches the registers as they are after that.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_dma_buf_move')],
    },
    11: {
      says: 'A dma-buf is dead for good when its device is closed, also with a new owner, and keeps the device neither open nor bound.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_dma_buf_cleanup')],
    },
    12: {
      says: 'A dma-buf of a BAR is attached to nobody who cannot reach another device directly, and to nobody who cannot lose it: both fail with EOPNOTSUPP.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_dma_buf_attach')],
    },
    13: {
      says: 'VFIO_DEVICE_FEATURE_DMA_BUF fails with ENOTTY for a device that its driver has made up.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', 'vfio_ioctl_device_feature')],
    },
  },
);
