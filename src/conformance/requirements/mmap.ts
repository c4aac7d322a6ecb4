import { linux, requirements, uapi } from '../requirement.ts';

const doMmap = linux('main.c', 'iommufd_fops_mmap');

export const mmap = requirements(
  { family: 'MMAP', title: 'mmap() of an iommufd', since: '6.17', profile: 'nesting' },
  {
    1: {
      says: 'A shared mmap() of exactly the offset and the length that IOMMU_VIOMMU_ALLOC returned maps the page of the vIOMMU.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_viommu_tegra241_cmdqv'), doMmap],
    },
    2: {
      says: 'A private mmap() of an iommufd fails with EINVAL.',
      level: 'observed',
      source: [doMmap],
    },
    3: {
      says: 'An executable mmap() of an iommufd fails with EPERM, whatever the offset.',
      level: 'observed',
      source: [doMmap],
    },
    4: {
      says: 'A shared mmap() of an iommufd at offset 0, and at any offset that was not returned, fails with ENXIO.',
      level: 'observed',
      source: [doMmap],
    },
    5: {
      says: 'A shared mmap() within a returned region that begins or ends elsewhere than the region fails with ENXIO.',
      level: 'observed',
      source: [doMmap],
    },
    6: {
      says: 'IOMMU_DESTROY of a vIOMMU whose region is mapped fails with EBUSY until the last mapping of it is gone, those of forked processes included.',
      level: 'observed',
      source: [linux('main.c', 'iommufd_fops_vma_open'), linux('main.c', 'iommufd_fops_vma_close')],
    },
    7: {
      says: 'A mmap() at the offset of a vIOMMU that was destroyed fails with ENXIO.',
      level: 'observed',
      source: [doMmap, linux('driver.c', '_iommufd_destroy_mmap')],
    },
    8: {
      says: 'The regions of the vIOMMUs of one iommufd do not overlap and leave out the first page, and each iommufd has offsets of its own.',
      level: 'observed',
      source: [linux('driver.c', '_iommufd_alloc_mmap')],
    },
  },
);
