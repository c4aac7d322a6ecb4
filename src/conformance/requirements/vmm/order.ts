import { linux, qemu, requirements } from '../../requirement.ts';

/** They hold in every scenario with a VMM, and are looked at after each. */
export const vmmOrd = requirements(
  { family: 'VMM-ORD', title: 'What a VMM does before what', since: '6.6', profile: 'vmm' },
  {
    1: {
      says: 'A device is bound before a page table is made for it or it is attached; it is detached before its page table is destroyed, and the page tables before their IOAS; a group has a container before a device is had of it.',
      level: 'observed',
      source: [
        qemu('iommufd.c', 'iommufd_cdev_detach'),
        qemu('container-legacy.c', 'vfio_legacy_detach_device'),
      ],
    },
    6: {
      says: 'A VMM that ends without undoing anything leaves no mapping, no pin and no device in use.',
      level: 'observed',
      source: [linux('main.c', 'iommufd_fops_release')],
    },
  },
);
