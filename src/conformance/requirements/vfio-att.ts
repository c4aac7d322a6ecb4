import { linux, requirements, uapi } from '../requirement.ts';

const attach = uapi('vfio.h', 'VFIO_DEVICE_ATTACH_IOMMUFD_PT');
const doAttach = linux('drivers/vfio/device_cdev.c', 'vfio_df_ioctl_attach_pt');
const changePt = linux('device.c', 'iommufd_device_change_pt');
const attachHwpt = linux('device.c', 'iommufd_hw_pagetable_attach');
const replace = linux('device.c', 'iommufd_hwpt_replace_device');
const reserved = linux('io_pagetable.c', 'iopt_table_enforce_dev_resv_regions');

export const vfioAtt = requirements(
  { family: 'VFIO-ATT', title: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT', since: '6.6', profile: 'vfio' },
  {
    1: {
      says: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT with an argsz below 12 or an unknown flag fails with EINVAL.',
      level: 'observed',
      source: [attach, doAttach],
      changed: {
        after: '6.12',
        was: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT with an argsz below 12 or any flag fails with EINVAL.',
      },
    },
    2: {
      says: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT with a PASID fails with EOPNOTSUPP for a device whose driver has none, and otherwise with EINVAL if argsz is below 16.',
      level: 'observed',
      source: [attach, doAttach],
      since: '6.15',
    },
    3: {
      says: 'Attaching to an id that does not exist fails with ENOENT, and to an object that is neither an IOAS nor a page table with EINVAL.',
      level: 'observed',
      source: [changePt],
    },
    4: {
      says: 'Attaching to an IOAS takes a page table that an earlier attach to it made and that accepts the device, or makes one, never one of IOMMU_HWPT_ALLOC; pt_id returns its id, and it goes with its last device.',
      level: 'contract',
      source: [attach, linux('device.c', 'iommufd_device_auto_get_domain')],
    },
    5: {
      says: 'Attaching to a page table attaches exactly that one, returns pt_id as it was, and detaching leaves the page table.',
      level: 'contract',
      source: [attach, changePt],
    },
    6: {
      says: 'Attaching an attached device replaces its page table, with the same one it changes nothing, and if it fails the attachment before stays in force.',
      level: 'contract',
      source: [attach, replace],
    },
    7: {
      says: 'Replacing the page table of one device moves every attached device of its group.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_device_do_replace')],
    },
    8: {
      says: 'The first attach of a device whose group is attached fails with EINVAL for another page table, and succeeds for the same one.',
      level: 'observed',
      source: [attachHwpt],
    },
    9: {
      says: 'Attaching to an IOAS with a mapping or an allowed range over a reserved region of the device fails with EADDRINUSE.',
      level: 'observed',
      source: [reserved],
    },
    10: {
      says: 'Attaching narrows the usable IOVAs of the IOAS to what the device can reach, and detaching widens them again.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_ioas_iova_ranges'), reserved],
    },
    11: {
      says: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT and VFIO_DEVICE_DETACH_IOMMUFD_PT of a device that was opened through its group fail with ENOTTY.',
      level: 'observed',
      source: [attach, linux('drivers/vfio/vfio_main.c', 'vfio_device_fops_unl_ioctl')],
    },
    12: {
      says: 'Attaching a device that is in reset, or a sibling of it in its group, fails with EBUSY.',
      level: 'contract',
      source: [attach],
      since: '7.0',
    },
    13: {
      says: 'Attaching a virtual function with page requests to a page table with a fault queue fails with EINVAL.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_hwpt_compatible_device')],
      since: '6.11',
    },
  },
);
