import { linux, requirements, uapi } from '../../requirement.ts';

const set = uapi('vfio.h', 'VFIO_DEVICE_SET_IRQS');
const intrs = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_intrs.c', symbol);
const config = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_config.c', symbol);
const core = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_core.c', symbol);
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
    22: {
      says: 'An eventfd is signalled also after the file descriptor was closed that it was given by, for those who have it open still.',
      level: 'observed',
      source: [intrs('vfio_intx_set_signal'), linux('fs/eventfd.c', 'eventfd_ctx_fdget')],
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
  },
);
