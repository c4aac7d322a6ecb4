import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_ioas_map_file');
const mapFile = linux('ioas.c', 'iommufd_ioas_map_file');
const filePages = linux('io_pagetable.c', 'iopt_map_file_pages');
const pin = linux('pages.c', 'pin_memfd_pages');
const dmaBuf = linux('pages.c', 'iopt_map_dmabuf');
const revoke = linux('pages.c', 'iopt_revoke_notify');

export const ioasFile = requirements(
  { family: 'IOAS-FILE', title: 'IOMMU_IOAS_MAP_FILE', since: '6.13', profile: 'base' },
  {
    1: {
      says: 'IOMMU_IOAS_MAP_FILE refuses flags, iova and length as IOMMU_IOAS_MAP does: EOPNOTSUPP for an unknown flag, EOVERFLOW for U64_MAX, EINVAL for neither readable nor writeable.',
      level: 'contract',
      source: [struct, mapFile],
    },
    2: {
      says: 'An id that names no IOAS fails with ENOENT, also if the file descriptor is bad.',
      level: 'observed',
      source: [struct, mapFile],
    },
    3: {
      says: 'A length of 0 fails with EINVAL, also if the file descriptor is bad.',
      level: 'observed',
      source: [filePages],
    },
    4: {
      says: 'A start and a length whose last byte passes U64_MAX fail with EOVERFLOW, also if the file descriptor is bad.',
      level: 'observed',
      source: [filePages],
    },
    5: {
      says: 'A file descriptor that is negative or not open fails with EBADF.',
      level: 'observed',
      source: [filePages],
    },
    6: {
      says: 'In an IOAS without a page table a map of a file that is no memfd succeeds, and the first page table of that IOAS fails with EINVAL.',
      level: 'observed',
      source: [filePages, pin],
    },
    7: {
      says: 'In an IOAS with a page table a map of a file that is no memfd fails with EINVAL.',
      level: 'contract',
      source: [struct, pin],
    },
    8: {
      says: 'In an IOAS with a page table a map that reaches beyond the size of the file, by its last byte already, fails with EINVAL.',
      level: 'observed',
      source: [pin],
    },
    9: {
      says: 'A device sees the bytes that a process stores through its own mapping of the memfd.',
      level: 'contract',
      source: [struct, pin],
    },
    10: {
      says: 'A start inside a page is accepted as far as the alignment permits, and its offset in the page is kept in a chosen IOVA, which is aligned by the start as it is by a user address.',
      level: 'observed',
      source: [filePages, linux('io_pagetable.c', 'iopt_alloc_iova')],
    },
    11: {
      says: 'A map of a hole of the memfd into an IOAS with a page table allocates the missing pages of the file.',
      level: 'observed',
      source: [pin],
    },
    12: {
      says: 'The mapping stays valid after the file descriptor of the memfd is closed.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_alloc_file_pages')],
    },
    13: {
      says: 'A page table made after the process that mapped has exited gets the mapping of the memfd as well.',
      level: 'observed',
      source: [pin],
    },
    14: {
      says: 'A map of a memfd of huge pages leads each IOVA to its byte, whatever the alignment, and is charged by the small pages that it covers.',
      level: 'observed',
      source: [linux('pages.c', 'batch_from_folios')],
    },
    15: {
      says: 'Pinned pages of a memfd are charged to the process that mapped, as those of its own memory are.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_pages_update_pinned')],
    },
    16: {
      says: 'An access reads and writes a mapped memfd, from whatever process.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_pages_rw_access')],
    },
    17: {
      says: 'A map of a dma-buf that vfio-pci did not export fails with EOPNOTSUPP.',
      level: 'observed',
      source: [struct, dmaBuf],
      since: '6.19',
      profile: 'dma-buf',
    },
    18: {
      says: 'A map of a vfio-pci dma-buf that has several ranges fails with EOPNOTSUPP.',
      level: 'observed',
      source: [struct, dmaBuf],
      since: '6.19',
      profile: 'dma-buf',
    },
    19: {
      says: 'A map of a whole vfio-pci dma-buf of one range succeeds, leads the IOVA to the memory of that device, and pins and charges nothing.',
      level: 'contract',
      source: [struct, dmaBuf],
      since: '6.19',
      profile: 'dma-buf',
    },
    20: {
      says: 'A map that reaches beyond the size of the dma-buf, or covers 2^32 - 1 pages or more, fails with EINVAL.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_alloc_dmabuf_pages')],
      since: '6.19',
      profile: 'dma-buf',
    },
    21: {
      says: 'A map of a dma-buf that its exporter has revoked fails with ENODEV.',
      level: 'observed',
      source: [dmaBuf],
      since: '6.19',
      profile: 'dma-buf',
    },
    22: {
      says: 'When a mapped dma-buf is revoked every page table loses it for good, while its IOVAs stay occupied until they are unmapped.',
      level: 'observed',
      source: [revoke],
      since: '6.19',
      profile: 'dma-buf',
    },
    23: {
      says: 'A device can be attached to an IOAS with a revoked dma-buf, and sees nothing at its IOVAs.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_area_fill_domain')],
      since: '6.19',
      profile: 'dma-buf',
    },
    24: {
      says: 'Pinning, reading or writing a mapped dma-buf by an access fails with EINVAL.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_access_pin_pages')],
      since: '6.19',
      profile: 'dma-buf',
    },
    25: {
      says: 'A VFIO_IOMMU_UNMAP_DMA that would cut a mapped dma-buf fails with EOPNOTSUPP.',
      level: 'observed',
      source: [linux('io_pagetable.c', 'iopt_area_split')],
      since: '6.19',
      profile: 'dma-buf',
    },
    26: {
      says: 'IOMMU_IOAS_CHANGE_PROCESS with a mapped dma-buf in any IOAS fails with EINVAL.',
      level: 'contract',
      source: [
        uapi('iommufd.h', 'struct iommu_ioas_change_process'),
        linux('ioas.c', 'iommufd_ioas_change_process'),
      ],
      since: '6.19',
      profile: 'dma-buf',
    },
    27: {
      says: 'On a kernel built without dma-bufs one is a file like any other: a map of it fails with EINVAL when it is pinned.',
      level: 'observed',
      source: [pin],
      since: '6.19',
      profile: 'dma-buf',
    },
    28: {
      says: 'IOMMU_IOAS_COPY of a mapped dma-buf succeeds, and a revocation reaches the copy as well.',
      level: 'observed',
      source: [revoke],
      since: '6.19',
      profile: 'dma-buf',
    },
    29: {
      says: 'A mapping of a dma-buf keeps it: after its last file descriptor is closed devices reach its memory as before, also those that are attached later and through copies, and its owner can still revoke it.',
      level: 'observed',
      source: [dmaBuf],
      since: '6.19',
      profile: 'dma-buf',
    },
    30: {
      says: 'A dma-buf of a VFIO device is revoked for good when the device is closed: a map of it fails with ENODEV, and mappings of it lead nowhere, also after the device is opened and attached again and has made new ones.',
      level: 'observed',
      source: [revoke, linux('drivers/vfio/pci/vfio_pci_dmabuf.c', 'vfio_pci_dma_buf_cleanup')],
      since: '6.19',
      profile: 'dma-buf',
    },
    31: {
      says: 'Pages of a memfd whose process has exited can still be pinned by an attach of a device, whether they are counted for the user or for that process.',
      level: 'observed',
      source: [linux('drivers/iommu/iommufd/pages.c', 'update_mm_locked_vm')],
      since: '6.14',
    },
  },
);
