import { linux, requirements, uapi } from '../../requirement.ts';

const entry = uapi('vfio.h', 'VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY');
const wakeup = uapi('vfio.h', 'VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP');
const exit = uapi('vfio.h', 'VFIO_DEVICE_FEATURE_LOW_POWER_EXIT');
const core = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_core.c', symbol);

export const pm = requirements(
  { family: 'VFIO-PM', title: 'VFIO devices: low power', since: '6.1', profile: 'vfio' },
  {
    1: {
      says: 'LOW_POWER_ENTRY, LOW_POWER_ENTRY_WITH_WAKEUP and LOW_POWER_EXIT can be set only: GET, and PROBE of GET, fail with EINVAL, and PROBE of SET succeeds.',
      level: 'contract',
      source: [entry, core('vfio_pci_core_pm_entry')],
    },
    2: {
      says: 'A second entry into low power, in either form, fails with EINVAL, and LOW_POWER_EXIT succeeds also without an entry, and twice.',
      level: 'observed',
      source: [core('vfio_pci_runtime_pm_entry'), core('vfio_pci_core_pm_exit')],
    },
    3: {
      says: 'After LOW_POWER_ENTRY an access to a mapping of a BAR gives SIGBUS until LOW_POWER_EXIT, also after Memory Space was cleared and set, while reads and writes of the device and its ioctls work.',
      level: 'contract',
      source: [entry, core('vfio_pci_runtime_pm_entry')],
    },
    4: {
      says: 'After LOW_POWER_EXIT mappings of a BAR can be used as before.',
      level: 'contract',
      source: [exit, core('vfio_pci_core_pm_exit')],
    },
    5: {
      says: 'LOW_POWER_ENTRY_WITH_WAKEUP fails with EINVAL for fewer bytes than its struct has, a negative eventfd and a file that is none, with EFAULT for a struct that cannot be read and with EBADF for a file descriptor that is not open; reserved bytes are not looked at.',
      level: 'observed',
      source: [wakeup, core('vfio_pci_core_pm_entry_with_wakeup')],
    },
    6: {
      says: 'A kernel with CONFIG_PM keeps a device that is bound and not open suspended, in D3hot, and has it in D0 while it is open.',
      level: 'observed',
      source: [core('vfio_pci_core_register_device'), core('vfio_pci_core_enable')],
    },
    7: {
      says: 'After LOW_POWER_ENTRY such a kernel suspends the device, resumes it for each read, write and ioctl, with its command register as it was, and suspends it again.',
      level: 'observed',
      source: [entry, core('vfio_pci_core_runtime_suspend')],
    },
    8: {
      says: 'The first read, write or ioctl of a device that was suspended after LOW_POWER_ENTRY_WITH_WAKEUP signals its eventfd once and ends low power, also where it is LOW_POWER_EXIT; an access to a mapping gives SIGBUS and does neither.',
      level: 'contract',
      source: [wakeup, core('vfio_pci_core_runtime_resume')],
    },
    9: {
      says: 'While the device has not been suspended, no access ends low power and nothing is signalled to the eventfd of LOW_POWER_ENTRY_WITH_WAKEUP, also not by LOW_POWER_EXIT.',
      level: 'observed',
      source: [wakeup, core('vfio_pci_core_runtime_resume')],
    },
    10: {
      says: 'A device that its user has put into D3hot before LOW_POWER_ENTRY is in D0 when it was suspended and resumed.',
      level: 'observed',
      source: [core('vfio_pci_core_runtime_suspend')],
    },
    11: {
      says: 'After a device was closed in low power its next owner can use mappings of its BARs.',
      level: 'observed',
      source: [core('vfio_pci_core_disable')],
    },
    12: {
      says: 'INTx that is connected is unmasked when a suspended device is resumed, unless its user had masked it.',
      level: 'observed',
      source: [core('vfio_pci_core_runtime_resume')],
    },
  },
);
