import { linux, requirements } from '../../requirement.ts';

const iommu = (symbol: string) => linux('drivers/iommu/iommu.c', symbol);
const sysfs = (symbol: string) => linux('drivers/pci/pci-sysfs.c', symbol);
const driver = (symbol: string) => linux('drivers/pci/pci-driver.c', symbol);
const pci = (symbol: string) => linux('drivers/pci/pci.c', symbol);
const main = (symbol: string) => linux('drivers/vfio/vfio_main.c', symbol);
const cdev = (symbol: string) => linux('drivers/vfio/device_cdev.c', symbol);

export const vfioSys = requirements(
  { family: 'VFIO-SYS', title: 'VFIO: what sysfs tells and takes', since: '6.6', profile: 'vfio' },
  {
    1: {
      says: 'The file type of an IOMMU group that nobody owns takes identity, DMA, DMA-FQ and auto and says what it is then, and fails with EINVAL for any other word and with EACCES for a process without CAP_SYS_ADMIN or CAP_SYS_RAWIO.',
      level: 'observed',
      source: [iommu('iommu_group_store_type')],
    },
    2: {
      says: 'While a process owns the group its type cannot be changed (EPERM), but from DMA to DMA-FQ, and a group of type identity can be bound.',
      level: 'observed',
      source: [iommu('iommu_group_store_type')],
    },
    3: {
      says: 'The file reserved_regions of a group says "start end kind" of each, whoever owns the group, and its folder devices has a link to each device that is in it.',
      level: 'observed',
      source: [iommu('iommu_group_show_resv_regions'), iommu('iommu_group_add_device')],
    },
    4: {
      says: 'driver_override is (null) where a newline was written, keeps its text where one of a page is refused with EINVAL, and leaves a driver that is bound; bind fails with ENODEV for a device whose override is another driver or none, and with EBUSY for one that is bound; drivers_probe succeeds where no driver fits.',
      level: 'observed',
      source: [sysfs('driver_override_store'), linux('drivers/base/bus.c', 'bind_store')],
    },
    5: {
      says: 'new_id gives devices of that vendor and device that have no driver to vfio-pci at once, and fails with EEXIST the second time; remove_id leaves them there, and fails with ENODEV the second time.',
      level: 'observed',
      source: [driver('new_id_store'), driver('remove_id_store')],
    },
    6: {
      says: 'The folder vfio-dev/vfioN of a device has the number of /dev/vfio/devices/vfioN in its file dev, and is linked from /sys/class/vfio-dev; both go with the node when the driver is unbound, also while that waits, and a number that is free is used again.',
      level: 'observed',
      source: [main('vfio_unregister_group_dev'), cdev('vfio_init_device_cdev')],
    },
    7: {
      says: 'A device has the files reset and reset_method where a reset of it was found when it appeared: reset takes 1 and nothing else (EINVAL), and fails with ENOTTY while reset_method is empty; reset_method takes some of the words that it said first, none, or default, and fails with EINVAL for an unknown word.',
      level: 'observed',
      source: [sysfs('reset_store'), pci('reset_method_store')],
    },
    8: {
      says: 'The file reset resets a device that a process has open: its registers are as after power-on, its configuration space and mappings work on, and no eventfd is signalled.',
      level: 'observed',
      source: [sysfs('reset_store'), pci('pci_reset_function')],
    },
    9: {
      says: 'The file power_state says D3hot while the user of the device has put it there, and D0 after that.',
      level: 'observed',
      source: [sysfs('power_state_show')],
    },
    10: {
      says: 'A count that is written to sriov_numvfs of a device that vfio-pci has makes so many virtual functions, which vfio-pci has as well by their driver_override, and 0 takes them away when none of them is open any more; it fails with ERANGE beyond sriov_totalvfs, with EBUSY from some to others, and with ENOENT without vfio_pci.enable_sriov; they go as well when the driver of the device does.',
      level: 'observed',
      source: [
        linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_sriov_configure'),
        sysfs('sriov_numvfs_store'),
      ],
    },
    11: {
      says: 'The token of a device is what its owner told last, at its bind or by VFIO_DEVICE_FEATURE: a virtual function of it is bound by who tells that one (EACCES), and so is the device itself while one of them is open.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_validate_vf_token')],
      since: '7.3',
    },
    12: {
      says: 'A write to the file remove of a device asks its user for it by REQ and waits until it is closed; then the node and the folder of the device are gone, until rescan brings it back with neither a driver nor a driver_override.',
      level: 'observed',
      source: [sysfs('remove_store'), main('vfio_unregister_group_dev')],
    },
    13: {
      says: 'The file of /proc/self/fdinfo of a device that is open has a line vfio-device-syspath with the path of its folder in sysfs.',
      level: 'observed',
      source: [main('vfio_device_show_fdinfo')],
      since: '7.3',
    },
  },
);
