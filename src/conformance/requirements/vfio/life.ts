import { linux, requirements } from '../../requirement.ts';

export const vfioLife = requirements(
  { family: 'VFIO-LIFE', title: 'What keeps a device open', since: '3.6', profile: 'vfio' },
  {
    1: {
      says: 'A mapping of a BAR keeps a device open whose file descriptor is closed: its id stays and it can be bound by nobody else, until munmap().',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', 'vfio_device_fops_release')],
    },
    2: {
      says: 'A device whose iommufd is closed goes on to reach what was mapped.',
      level: 'observed',
      source: [linux('drivers/vfio/device_cdev.c', 'vfio_df_ioctl_bind_iommufd')],
    },
    3: {
      says: 'A device that is open in several processes is closed with the last of them, and the next owner finds bus mastering off.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', 'vfio_device_fops_release')],
    },
    4: {
      says: 'The unbinding of a driver waits for a file of the device that is open and not bound, which can be bound meanwhile, when its node has gone.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', 'vfio_unregister_group_dev')],
    },
    5: {
      says: 'The unbinding of a driver waits for a mapping of a BAR whose file is closed, until munmap().',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', 'vfio_unregister_group_dev')],
    },
    6: {
      says: 'The file descriptors of a device that came from its group share its virtual configuration space, and closing one of them undoes nothing.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', 'vfio_df_close')],
    },
    7: {
      says: 'A mapping of a BAR keeps the group open from which its device came, when the file descriptors of container, group and device are closed.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', 'vfio_device_fops_release')],
    },
    8: {
      says: 'A device reaches what was mapped when the process has unmapped it from its own memory.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_pages')],
    },
    9: {
      says: 'A second file descriptor of a device that another one has bound reads and maps nothing, and can be bound when the other one is closed.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', 'vfio_df_open')],
    },
    10: {
      says: 'Ioeventfds and dma-bufs end with the last close of the device.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_close_device')],
    },
    11: {
      says: 'A file of migration data whose device is closed fails with ENODEV, also when the device is open again and has another one.',
      level: 'observed',
      source: [linux('samples/vfio-mdev/mtty.c', 'mtty_disable_files')],
    },
  },
);
