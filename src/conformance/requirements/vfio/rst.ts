import { linux, requirements, uapi } from '../../requirement.ts';

const reset = uapi('vfio.h', 'VFIO_DEVICE_RESET');
const core = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_core.c', symbol);
const pci = (symbol: string) => linux('drivers/pci/pci.c', symbol);

export const rst = requirements(
  { family: 'VFIO-RST', title: 'VFIO devices: reset', since: '3.6', profile: 'vfio' },
  {
    1: {
      says: 'VFIO_DEVICE_RESET fails with EINVAL for a device whose VFIO_DEVICE_GET_INFO has no flag RESET, and succeeds for one that has it.',
      level: 'contract',
      source: [reset, core('vfio_pci_ioctl_reset')],
    },
  },
);

export const rst2 = requirements(
  { family: 'VFIO-RST2', title: 'VFIO devices: what a reset does', since: '3.6', profile: 'vfio' },
  {
    1: {
      says: "VFIO_DEVICE_RESET leaves a device's registers as after power-on and its configuration space as before the call, what is virtual in it untouched, and does not look at its argument.",
      level: 'observed',
      source: [reset, core('vfio_pci_ioctl_reset'), pci('pci_try_reset_function')],
    },
    2: {
      says: 'VFIO_DEVICE_RESET succeeds while Memory Space is cleared, which stays so, with SIGBUS for an access to a mapping.',
      level: 'observed',
      source: [core('vfio_pci_ioctl_reset')],
    },
    3: {
      says: 'VFIO_DEVICE_RESET of a device in D3hot succeeds and leaves it in D0, where its mappings can be used.',
      level: 'observed',
      source: [core('vfio_pci_ioctl_reset')],
    },
    4: {
      says: 'After VFIO_DEVICE_RESET INTx, MSI or MSI-X is active as before, masked or not, with its eventfds, and interrupts of the device arrive.',
      level: 'observed',
      source: [core('vfio_pci_ioctl_reset'), pci('pci_restore_state')],
    },
    5: {
      says: 'VFIO_DEVICE_GET_INFO has the flag RESET for a device that has a reset of its function or is alone on a bus that can be reset, and not for one that shares such a bus.',
      level: 'observed',
      source: [core('vfio_pci_core_enable'), pci('pci_parent_bus_reset')],
    },
    6: {
      says: 'VFIO_DEVICE_PCI_HOT_RESET leaves the registers of all devices of the bus as after power-on, and their configuration spaces, interrupts and mappings as before the call.',
      level: 'observed',
      source: [core('vfio_pci_dev_set_hot_reset')],
    },
    7: {
      says: 'When the last open device of a bus is closed, and it has no reset of its own, the bus is reset; while another one is open a device that is closed keeps its registers.',
      level: 'observed',
      source: [core('vfio_pci_dev_set_try_reset')],
    },
    8: {
      says: 'While the file reset_method of an open device is empty VFIO_DEVICE_RESET fails with ENOTTY, and a device that is opened then has no flag RESET, and fails with EINVAL, until it is opened again.',
      level: 'observed',
      source: [core('vfio_pci_core_enable'), pci('pci_try_reset_function')],
    },
    9: {
      says: 'While the unbinding of its driver waits for a device, VFIO_DEVICE_RESET fails with EAGAIN, and BIND by a file that was opened before with EAGAIN where the device has a reset, and succeeds where it has none.',
      level: 'observed',
      source: [pci('pci_try_reset_function'), core('vfio_pci_core_enable')],
    },
    10: {
      says: 'VFIO_DEVICE_PCI_HOT_RESET fails with EAGAIN while the unbinding of the driver of another device of the bus waits, with EINVAL where another one has no driver, and succeeds where another one of the group is bound to vfio-pci and not open.',
      level: 'observed',
      source: [core('vfio_pci_dev_set_hot_reset'), pci('pci_reset_bus')],
    },
  },
);
