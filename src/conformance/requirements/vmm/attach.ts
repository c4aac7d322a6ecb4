import { linux, qemu, requirements } from '../../requirement.ts';

const attach = qemu('iommufd.c', 'iommufd_cdev_attach');
const domains = qemu('iommufd.c', 'iommufd_cdev_autodomains_get');
const container = qemu('container-legacy.c', 'vfio_container_connect');

export const vmmAtt = requirements(
  { family: 'VMM-ATT', title: 'How a device of a guest is attached', since: '6.6', profile: 'vmm' },
  {
    1: {
      says: 'A device that comes by the same iommufd object as one before it is attached to the IOAS of that one, whose memory is not mapped again.',
      level: 'observed',
      source: [attach],
    },
    2: {
      says: 'A device is attached to the first page table that takes it; one that fails with EINVAL is passed over.',
      level: 'observed',
      source: [domains],
    },
    3: {
      says: 'Where no page table takes the device, IOMMU_GET_HW_INFO is asked and a new one is made on the IOAS, with IOMMU_HWPT_ALLOC_DIRTY_TRACKING if the IOMMU can track dirty pages and without it if not.',
      level: 'observed',
      source: [domains],
    },
    8: {
      says: 'When a device has been plugged, all memory that the guest has at that time is mapped and nothing else; if some of it cannot be mapped the others are tried, the plug fails naming the memory, and everything is undone.',
      level: 'observed',
      source: [qemu('listener.c', 'vfio_listener_register'), attach, container],
    },
    10: {
      says: 'After the attach, and the information of the device, IOMMU_GET_HW_INFO is asked once for each device that came by iommufd.',
      level: 'observed',
      source: [qemu('iommufd.c', 'hiod_iommufd_vfio_realize')],
    },
    12: {
      says: 'A device in a group that is not viable is refused with the path of the group, and the group is closed.',
      level: 'observed',
      source: [qemu('container-legacy.c', 'vfio_group_get')],
    },
    14: {
      says: 'After the last device has been unplugged nothing of the guest is pinned, and /dev/iommu or the container is closed; a device that is not the last leaves what is mapped as it is.',
      level: 'observed',
      source: [qemu('iommufd.c', 'iommufd_cdev_detach'), container],
    },
    15: {
      says: 'Memory that a guest with devices is given and that cannot be mapped ends the VMM, and with it every mapping.',
      level: 'observed',
      source: [qemu('listener.c', 'vfio_listener_region_add')],
    },
    16: {
      says: 'Devices of one group come by one back end: while one is there, another one that is to come by the other is refused with EBUSY, and the first reaches what it did.',
      level: 'observed',
      source: [linux('drivers/vfio/group.c', 'vfio_device_block_group')],
    },
    17: {
      says: 'Memory of a guest with devices is charged once for all that come by one back end: as locked memory by legacy, as pinned memory by iommufd.',
      level: 'observed',
      source: [container, attach],
    },
  },
);
