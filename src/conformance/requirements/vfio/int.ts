import { linux, requirements, uapi } from '../../requirement.ts';

const set = uapi('vfio.h', 'VFIO_DEVICE_SET_IRQS');
const intrs = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_intrs.c', symbol);
const config = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_config.c', symbol);
const core = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_core.c', symbol);
const main = (symbol: string) => linux('drivers/vfio/vfio_main.c', symbol);
const virqfd = (symbol: string) => linux('drivers/vfio/virqfd.c', symbol);

export const int = requirements(
  { family: 'VFIO-INT', title: 'VFIO devices: what interrupts do', since: '3.6', profile: 'vfio' },
  {
    1: {
      says: 'INTx that is not connected cannot be masked, unmasked, triggered or disconnected: EINVAL, for MASK by an eventfd too.',
      level: 'observed',
      source: [intrs('vfio_pci_set_intx_mask'), intrs('vfio_pci_set_intx_trigger')],
    },
    2: {
      says: 'MASK, UNMASK and TRIGGER of a connected INTx fail with EINVAL for a start other than 0 or a count other than 1.',
      level: 'observed',
      source: [intrs('vfio_pci_set_intx_mask'), intrs('vfio_pci_set_intx_unmask')],
    },
    3: {
      says: 'When a device asserts INTx its eventfd is signalled once and INTx is masked; UNMASK signals once more and leaves it masked where the device asserts it then, and is silent where it does not.',
      level: 'contract',
      source: [set, intrs('vfio_intx_handler'), intrs('vfio_pci_intx_unmask_handler')],
    },
    4: {
      says: 'INTx is masked and unmasked without data and by a bool other than 0, as often as one likes; what the device asserts while it is masked is signalled by UNMASK, if it still asserts it.',
      level: 'contract',
      source: [set, intrs('vfio_pci_set_intx_mask'), intrs('vfio_pci_set_intx_unmask')],
    },
    5: {
      says: 'TRIGGER of a connected INTx without data, or with a bool other than 0, signals its eventfd whether it is masked or not, masks nothing, and succeeds where there is no eventfd.',
      level: 'contract',
      source: [set, intrs('vfio_pci_set_intx_trigger')],
    },
    6: {
      says: 'A write to the eventfd that was given for UNMASK unmasks INTx and is consumed, one that was made before unmasks at once; a second eventfd fails with EBUSY, a negative number takes the first away, as does its close.',
      level: 'contract',
      source: [set, virqfd('vfio_virqfd_enable')],
    },
    7: {
      says: 'UNMASK of INTx by a file descriptor that is not open fails with EBADF, by one that is no eventfd with EINVAL, also where an eventfd is there already.',
      level: 'observed',
      source: [virqfd('vfio_virqfd_enable')],
    },
    8: {
      says: "While Interrupt Disable is set in the user's command register INTx is not signalled, not by UNMASK and not by TRIGGER, and it is masked if it is connected then; when the bit is cleared INTx is unmasked, also where MASK had masked it.",
      level: 'observed',
      source: [config('vfio_basic_config_write'), intrs('vfio_intx_enable')],
    },
    9: {
      says: 'An eventfd for a connected INTx takes the place of the one before, and a negative number leaves INTx connected without one; an interrupt that comes meanwhile is signalled by UNMASK only.',
      level: 'observed',
      source: [intrs('vfio_intx_set_signal')],
    },
    10: {
      says: 'VFIO_DEVICE_SET_IRQS looks first whether the struct can be read (EFAULT), then at argsz, index, range, flags and the length of the data (EINVAL), then whether the data can be read (EFAULT), then for the action (ENOTTY), and at what is connected last.',
      level: 'observed',
      source: [core('vfio_pci_ioctl_set_irqs')],
    },
    11: {
      says: "INTx stays connected, masked or not, and is signalled while Memory Space is cleared in the user's command register.",
      level: 'observed',
      source: [core('vfio_pci_zap_and_down_write_memory_lock')],
    },
    12: {
      says: 'MSI and MSI-X that are not active cannot be triggered or disconnected, and while INTx, MSI or MSI-X is active no TRIGGER of the two others succeeds: EINVAL.',
      level: 'observed',
      source: [intrs('vfio_pci_set_msi_trigger'), intrs('vfio_pci_set_intx_trigger')],
    },
    13: {
      says: 'No eventfd, with a count of 0, while nothing is active, fails with ERANGE for a start of 0, and for a higher start makes MSI or MSI-X active with so many vectors and no eventfd.',
      level: 'observed',
      source: [intrs('vfio_msi_enable')],
    },
    14: {
      says: 'The first eventfds for MSI allocate as many vectors as start and count add up to: later ones are taken for these, and fail with EINVAL for a higher one, which leaves the others as they are.',
      level: 'observed',
      source: [intrs('vfio_msi_alloc_irq')],
    },
    15: {
      says: 'Any vector of the table of MSI-X can be connected while others are, and one beyond the table fails with EINVAL.',
      level: 'contract',
      source: [set, intrs('vfio_msi_alloc_irq')],
      since: '6.5',
    },
    16: {
      says: 'Where a device can be given fewer vectors of MSI than are asked for, VFIO_DEVICE_SET_IRQS returns how many, which is more than 0, and connects none; asked for so many again it connects them.',
      level: 'contract',
      source: [set, intrs('vfio_msi_enable')],
    },
    17: {
      says: "Each message of a device is signalled, nothing masks itself, Interrupt Disable in the user's command register does not matter, and without bus mastering a device sends no message.",
      level: 'contract',
      source: [set, intrs('vfio_msihandler')],
    },
    18: {
      says: 'A new eventfd for a vector takes the place of the one before, a negative number silences the vector and leaves the kind active, TRIGGER of a silent vector succeeds, and of bools those other than 0 pick the vectors that are signalled.',
      level: 'observed',
      source: [intrs('vfio_msi_set_vector_signal')],
    },
    19: {
      says: 'When the vector of MSI of a device that cannot mask it has been silenced, what the device sends is a write of 4 bytes of 0 to IOVA 0.',
      level: 'observed',
      source: [intrs('vfio_msi_set_vector_signal')],
    },
    20: {
      says: "MSI and MSI-X are connected, also again, while Memory Space is cleared in the user's command register, which stays so.",
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_pci_memory_lock_and_enable')],
    },
    21: {
      says: 'An entry of the table of MSI-X that was overwritten by the user is written again when its vector is connected again.',
      level: 'observed',
      source: [intrs('vfio_msi_set_vector_signal')],
    },
    22: {
      says: 'An eventfd is signalled also after the file descriptor was closed that it was given by, for those who have it open still.',
      level: 'observed',
      source: [intrs('vfio_intx_set_signal'), linux('fs/eventfd.c', 'eventfd_ctx_fdget')],
    },
    23: {
      says: 'First eventfds for MSI or MSI-X of which one is refused leave nothing active: INTx can be connected.',
      level: 'observed',
      source: [intrs('vfio_pci_set_msi_trigger')],
    },
    24: {
      says: 'ERR and REQ have an eventfd each, beside any other interrupt: TRIGGER without data signals it, and takes it away with a count of 0, both EINVAL where there is none; a bool succeeds in any case; -1 takes it away in any case; a lower number and a count of 0 with data fail with EINVAL.',
      level: 'observed',
      source: [intrs('vfio_pci_set_ctx_trigger_single')],
      changed: {
        after: '6.12',
        was: 'REQ, and ERR of a device of PCI Express, have an eventfd each, beside any other interrupt: TRIGGER without data signals it, and takes it away with a count of 0, both EINVAL where there is none; a bool succeeds in any case; -1 takes it away in any case; a lower number and a count of 0 with data fail with EINVAL.',
      },
    },
    25: {
      says: 'When a driver is unbound from a device that is open, the eventfd of REQ is signalled, if there is one, the kernel waits until the device is closed, and the device can be used as before until then.',
      level: 'observed',
      source: [main('vfio_unregister_group_dev'), core('vfio_pci_core_request')],
    },
    26: {
      says: 'The eventfd of ERR is signalled once for an error that is not corrected, fatal or not, and not for one that is; after a fatal one the registers of the device are out of reach until it is opened again.',
      level: 'observed',
      source: [core('vfio_pci_core_aer_err_detected')],
    },
    27: {
      says: 'A device that vfio-pci takes while its parameter nointxmask is set has INTx as any other has, and needs a line of its own: EBUSY where another device is connected to the line of its pin, and for others while it is connected.',
      level: 'observed',
      source: [intrs('vfio_intx_enable')],
      since: '7.3',
    },
  },
);
