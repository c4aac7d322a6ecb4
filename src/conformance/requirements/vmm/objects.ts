import { qemu, requirements } from '../../requirement.ts';

const connect = qemu('backends/iommufd.c', 'iommufd_backend_connect');

export const vmmObj = requirements(
  { family: 'VMM-OBJ', title: 'What a VMM has', since: '6.6', profile: 'vmm' },
  {
    3: {
      says: 'Devices of several groups that come by legacy share one open /dev/vfio/vfio, and those that come by iommufd one IOAS of one open /dev/iommu.',
      level: 'observed',
      source: [
        qemu('container-legacy.c', 'vfio_container_connect'),
        qemu('iommufd.c', 'iommufd_cdev_attach'),
      ],
    },
    4: {
      says: 'Each device comes by the back end that is chosen for it, and where a VMM has devices of both kinds, all memory of the guest is mapped by each, and both reach it.',
      level: 'open',
      source: [qemu('device.c', 'vfio_device_attach')],
    },
    5: {
      says: 'Devices that are given different iommufd objects share nothing: each object opens /dev/iommu, has an IOAS of its own and maps all memory of the guest.',
      level: 'observed',
      source: [qemu('iommufd.c', 'iommufd_cdev_attach')],
    },
    6: {
      says: 'An iommufd object opens /dev/iommu with the first device that is given it, closes it with the last, and opens it anew for the next, whose ids begin at 1 again.',
      level: 'observed',
      source: [connect, qemu('backends/iommufd.c', 'iommufd_backend_disconnect')],
    },
  },
);
