import { linux, requirements, uapi } from '../../requirement.ts';

const info = uapi('vfio.h', 'VFIO_DEVICE_GET_IRQ_INFO');
const set = uapi('vfio.h', 'VFIO_DEVICE_SET_IRQS');
const core = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_core.c', symbol);
const intrs = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_intrs.c', symbol);
const validate = linux('drivers/vfio/vfio_main.c', 'vfio_set_irqs_validate_and_prepare');

export const irq = requirements(
  {
    family: 'VFIO-IRQ',
    title: 'VFIO devices: the commands of interrupts',
    since: '3.6',
    profile: 'vfio',
  },
  {
    1: {
      says: 'VFIO_DEVICE_GET_IRQ_INFO fails with EINVAL for an argsz below 16 and an index from 5 on, and tells of INTx that it can be masked and masks itself, of MSI, ERR and REQ that their number is fixed, and of MSI-X that too unless its vectors are dynamic.',
      level: 'contract',
      source: [info, core('vfio_pci_ioctl_get_irq_info')],
      changed: {
        after: '6.12',
        was: 'VFIO_DEVICE_GET_IRQ_INFO fails with EINVAL for an argsz below 16, an index from 5 on and ERR of a device that is not PCI Express, and tells of INTx that it can be masked and masks itself, of MSI, ERR and REQ that their number is fixed, and of MSI-X that too unless its vectors are dynamic.',
      },
    },
    2: {
      says: 'VFIO_DEVICE_SET_IRQS fails with EINVAL, and does nothing, for an argsz below 20, an index or a range of interrupts that the device does not have, an unknown flag, not exactly one type of data, and data that is longer than argsz says.',
      level: 'contract',
      source: [set, validate],
    },
    3: {
      says: 'VFIO_DEVICE_SET_IRQS fails with ENOTTY for not exactly one action, and for MASK and UNMASK of anything but INTx.',
      level: 'observed',
      source: [intrs('vfio_pci_set_irqs_ioctl')],
    },
    4: {
      says: 'An eventfd for the action TRIGGER connects INTx, for UNMASK it becomes what unmasks INTx, for MASK it fails with ENOTTY, and TRIGGER without data and with a count of 0 disconnects INTx, after which nothing is signalled.',
      level: 'contract',
      source: [set, intrs('vfio_pci_set_intx_trigger')],
    },
    5: {
      says: 'Eventfds for the action TRIGGER connect vectors of MSI and MSI-X, a negative number leaves a vector without one; without data and with a count of 0 all are disconnected, after which nothing is signalled; without data or with bools the eventfds of the vectors are signalled, while that kind is active.',
      level: 'contract',
      source: [set, intrs('vfio_pci_set_msi_trigger')],
    },
    6: {
      says: 'VFIO_DEVICE_SET_IRQS fails with EBADF for a file descriptor that is not open and with EINVAL for one that is no eventfd; INTx then keeps the eventfd that it has, and of MSI and MSI-X the vectors of the call up to the bad one have none any more.',
      level: 'observed',
      source: [intrs('vfio_intx_set_signal'), intrs('vfio_msi_set_block')],
    },
    7: {
      says: 'A serial port of mtty has no interrupts before VFIO_DEVICE_GET_INFO; then it has INTx and one vector of MSI, one connected at a time, INTx masks itself at a trigger, MASK and UNMASK take no eventfd, and any new eventfd, also one that is refused, disconnects the one before; other indexes fail with ENOTTY, and with EINVAL in VFIO_DEVICE_GET_IRQ_INFO.',
      level: 'observed',
      source: [linux('samples/vfio-mdev/mtty.c', 'mtty_set_irqs')],
    },
  },
);
