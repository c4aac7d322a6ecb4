import { linux, requirements } from '../../requirement.ts';

export const vfioCfg = requirements(
  {
    family: 'VFIO-CFG',
    title: 'The configuration space of a device',
    since: '3.6',
    profile: 'vfio',
  },
  {
    1: {
      says: 'The configuration space of a conventional device has 256 bytes and that of a PCI Express device 4096, and an access from its end on fails with EFAULT.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_pci_config_rw_single')],
    },
    2: {
      says: 'An access that crosses the end of the configuration space fails with EFAULT, and moves nothing.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_pci_config_rw_single')],
    },
    3: {
      says: 'A read or write of 0 bytes returns 0 at any offset and for any region index, also for one that does not exist.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_read')],
    },
    4: {
      says: 'The configuration space can be read and written at any offset and length, and the result is that of accesses of single bytes.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_pci_cap_remaining_dword')],
    },
    5: {
      says: 'An access to the configuration space that reaches memory which is not there fails with EFAULT, and what was moved before stays moved.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_pci_config_rw')],
    },
    6: {
      says: 'A write that may change nothing returns its full count; of a capability without any field that can be written not even the buffer is read.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_config_do_rw')],
    },
    7: {
      says: 'Vendor and device ID cannot be written.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'init_pci_cap_basic_perm')],
    },
    8: {
      says: 'A new owner finds memory and I/O decoding switched on as the BARs of the device need it, and bus mastering and INTx disable off, whatever the owner before left.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_enable')],
    },
    9: {
      says: "The bits of the command register reach the device, by bytes too, but for INTx disable, which is the user's own; bits that the device lacks read 0.",
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_basic_config_write')],
    },
    10: {
      says: "Writes of the status register are dropped, and its bit Interrupt Status is the device's at that moment.",
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'init_pci_cap_basic_perm')],
    },
    11: {
      says: 'Revision, class, header type, cardbus pointer, subsystem IDs, capability pointer, interrupt pin, Min_Gnt and Max_Lat cannot be written; cache line size, latency timer and BIST can.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'init_pci_cap_basic_perm')],
    },
    12: {
      says: 'The interrupt line holds whatever is written, and the device does not get it.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'init_pci_cap_basic_perm')],
    },
    13: {
      says: 'The interrupt pin of a device without an interrupt that is routed reads 0, and that of another device is its own.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_config_init')],
    },
    14: {
      says: 'A BAR reads its address at first, and the written value rounded down to the size of the BAR with its type bits later, while the device stays where it is; a BAR that the device lacks reads 0.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_bar_fixup')],
    },
    15: {
      says: 'The ROM BAR reads the written value rounded down to its size with bit 0 as it was written, and 0 where the device has no ROM; bit 0 does not gate reads of the ROM.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_bar_fixup')],
    },
    16: {
      says: 'While memory decoding is off, reads and writes of a memory BAR fail with EIO and reads of the ROM with ENOMEM, after EINVAL for an offset behind the end; those of an I/O BAR go on.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_do_io_rw')],
    },
    17: {
      says: 'While memory decoding is off a load or store through a mapping of a BAR raises SIGBUS and a new mapping is made all the same; switched on, old and new mappings work.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_mmap_huge_fault')],
    },
    18: {
      says: 'A device whose bus mastering is off reads and writes no memory, and it is off when the device is opened.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_enable')],
    },
    19: {
      says: 'INTx that VFIO masks does not show in the command register: INTx disable there is what the user wrote, and keeps interrupts off whatever VFIO has unmasked.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_intrs.c', '__vfio_pci_intx_mask')],
    },
    20: {
      says: 'Bytes that belong neither to the header nor to a capability are read and written as they are.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'unassigned_perms')],
    },
    21: {
      says: 'The power management capabilities read without PME support and cannot be written, and PME_En and PME_Status read 0 and stay 0.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'init_pci_cap_pm_perm')],
    },
    22: {
      says: 'A write that starts at the power management control register sets the power state, one of its upper byte alone does not, and one of a state that the device lacks returns its full count without effect.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_pm_config_write')],
    },
    23: {
      says: 'In D3hot reads and writes of a memory BAR fail with EIO and mappings raise SIGBUS, whatever memory decoding says, while the configuration space and region info work; in D0 all work again.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', '__vfio_pci_memory_enabled')],
    },
    24: {
      says: 'Writing D3hot to a device whose virtual functions are enabled returns its full count and changes nothing.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_set_power_state')],
    },
    25: {
      says: 'A device that was closed in D3hot is in D0 for its next owner.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_disable')],
    },
    26: {
      says: "The low byte of the MSI control register is the user's own and can be written as a whole, but that ENABLE is cleared unless VFIO_DEVICE_SET_IRQS has made MSI active, and the number of vectors is at most that of the vectors it asked for; the upper byte is the device's.",
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_msi_config_write')],
    },
    27: {
      says: 'While MSI is active by VFIO_DEVICE_SET_IRQS, ENABLE shows what the user has written last, and writing it switches MSI of the device off and on.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_msi_config_write')],
    },
    28: {
      says: 'The address and the data of MSI hold whatever is written, and the device does not get them.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'init_pci_cap_msi_perm')],
    },
    29: {
      says: 'Writes of the MSI-X capability are dropped.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_direct_config_read')],
    },
    30: {
      says: 'The ID and the next pointer of a capability cannot be written.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'init_pci_cap_exp_perm')],
    },
    31: {
      says: "The maximum payload size in the PCI Express device control register is the user's own, the maximum read request size reaches the device, no smaller than its payload, phantom functions and ARI forwarding cannot be set, and other bits are written through.",
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_exp_config_write')],
    },
    32: {
      says: "The bit that initiates a function level reset reads 0, and writing it resets a device that has one, which keeps its command register and the user's own values.",
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_exp_config_write')],
    },
    33: {
      says: 'While the unbinding of its driver waits for a device, writing the bit that initiates a function level reset returns its full count and resets nothing.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_exp_config_write')],
    },
    34: {
      says: 'The bit of the advanced features that initiates a function level reset reads 0, and writing it resets a device whose capability tells of pending transactions and of such a reset; nothing else of it can be written.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_af_config_write')],
    },
    35: {
      says: 'The capability of a vendor is written as it is; vital product data is moved when the upper byte of its address is written, whose flag turns when a word has been moved, and never where that failed.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_vpd_config_write')],
    },
    36: {
      says: 'Extended capabilities of one kind that lie back to back count as one, so that what is hidden behind the last of them stays in the list.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_find_cap_start')],
    },
    37: {
      says: 'Capabilities of conventional PCI of which a user has nothing are left out of the list, and their bytes are read and written as they are.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_cap_init')],
    },
    38: {
      says: 'Extended capabilities of which a user has nothing are left out of the list; the first one has neither id nor version in place of that, and tells where the next one is.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_ecap_init')],
    },
    39: {
      says: 'Extended capabilities are shown and cannot be written, but for those of vendors, which are written as they are, and the status, masks and severities of errors, as far as there are such errors.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'ecap_perms')],
    },
    40: {
      says: 'A space of 4096 bytes that has 0 where the first extended capability would begin has none, and is read and written as it is behind the first 256 bytes.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_ecap_init')],
    },
    41: {
      says: 'A virtual function, which is for whoever tells the token of its physical function, shows an identity, no interrupt pin, and Memory Space, which gates nothing; its BARs can be sized.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_config_init')],
    },
    42: {
      says: 'The next owner of a device finds the registers that were saved when it was opened, bus mastering off, and none of the values that only its user had.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_disable')],
    },
    43: {
      says: 'The registers of a device that cannot be reset stay as they are when it is closed; a device with a function reset is reset then and at the next open.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_disable')],
    },
    44: {
      says: 'After a reset of the bus that VFIO was not told of the command register reads 0, virtual values stay, and accesses to BARs are not refused and find nobody, until the next write of the command register restores the BARs.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_config.c', 'vfio_bar_restore')],
    },
  },
);
