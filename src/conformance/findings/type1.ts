import { linux, uapi } from '../requirement.ts';
import { findings, stillThere } from './finding.ts';

/** Containers with type1. */
export const type1 = findings({
  35: {
    title:
      'VFIO_IOMMU_DIRTY_PAGES reports holes as dirty when a bitmap begins elsewhere than the one before',
    kernels: ['6.12.117', '7.3.4'],
    machine: 'x86-64 in QEMU, with an edu device on vfio-pci behind an emulated VT-d unit',
    expected:
      'A bit is set for a page that is mapped and dirty, and for no other: the next GET_BITMAP does not depend on where the range of the one before began.',
    by: [
      uapi('vfio.h', 'VFIO_IOMMU_DIRTY_PAGES'),
      linux('drivers/vfio/vfio_iommu_type1.c', 'update_user_bitmap'),
    ],
    seen: 'With mappings of pages 0 to 1 and of page 5, a GET_BITMAP from page 0 on was right. One from page -3 on then set, beside the bits 3, 4 and 8 of these pages, the bits 9 and 13. The bitmap of a mapping is shifted in place to where its bits belong in the words of the user, with the bits before it, and only as many bits as the mapping has pages are cleared after that: what was shifted beyond them is shifted out with the next bitmap.',
    calls: [
      'Map 2 pages at 16 MiB and 1 page at 16 MiB + 5 pages into a container of version 2, and start dirty tracking.',
      'Call VFIO_IOMMU_DIRTY_PAGES with GET_BITMAP for 10 pages at 16 MiB: bits 0, 1 and 5.',
      'Call it for 10 pages at 16 MiB - 3 pages: bits 3, 4, 8, 9 and 13.',
    ],
    tried: stillThere,
    requirements: ['VFIO-DRT-06'],
  },
});
