import { linux, requirements } from '../../requirement.ts';

export const vfioLife = requirements(
  { family: 'VFIO-LIFE', title: 'What keeps a device open', since: '3.6', profile: 'vfio' },
  {
    10: {
      says: 'Ioeventfds and dma-bufs end with the last close of the device.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_close_device')],
    },
  },
);
