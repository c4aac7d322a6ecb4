import { documentation, linux, requirements, uapi } from '../requirement.ts';

const attachDoc = uapi('vfio.h', 'VFIO_DEVICE_ATTACH_IOMMUFD_PT');
const detachDoc = uapi('vfio.h', 'VFIO_DEVICE_DETACH_IOMMUFD_PT');
const flags = uapi('iommufd.h', 'enum iommufd_hwpt_alloc_flags');
const compat = linux('device.c', 'iommufd_hwpt_pasid_compat');
const attach = linux('device.c', 'iommufd_hw_pagetable_attach');
const doReplace = linux('device.c', 'iommufd_device_do_replace');
const detach = linux('device.c', 'iommufd_device_detach');

export const pasid = requirements(
  {
    family: 'PASID',
    title: 'Page tables for PASIDs: attach, replace, detach',
    since: '6.15',
    profile: 'pasid',
  },
  {
    1: {
      says: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT with a PASID and an argsz below 16 fails with EINVAL.',
      level: 'observed',
      source: [attachDoc, linux('drivers/vfio/device_cdev.c', 'vfio_df_ioctl_attach_pt')],
    },
    2: {
      says: 'Attaching and detaching a PASID of a VFIO device whose driver has no PASIDs fail with EOPNOTSUPP.',
      level: 'observed',
      source: [linux('drivers/vfio/device_cdev.c', 'vfio_df_ioctl_detach_pt'), attachDoc],
    },
    3: {
      says: 'A page table with the flag PASID can be attached to a PASID of a device that has PASIDs.',
      level: 'contract',
      source: [flags, attach],
    },
    4: {
      says: 'Attaching a page table without the flag PASID to a PASID fails with EINVAL.',
      level: 'contract',
      source: [flags, compat],
    },
    5: {
      says: 'Attaching an IOAS to a PASID fails with EINVAL and leaves no page table behind.',
      level: 'observed',
      source: [flags, compat],
    },
    6: {
      says: 'Attaching a PASID of a device that is attached to a page table without the flag PASID fails with EINVAL.',
      level: 'contract',
      source: [flags, compat],
    },
    7: {
      says: 'A PASID of a device that is not attached itself can be attached.',
      level: 'observed',
      source: [compat],
    },
    8: {
      says: 'Attaching or replacing the page table of a device with an attached PASID fails with EINVAL for one without the flag PASID, and leaves the attachment as it was.',
      level: 'contract',
      source: [flags, compat],
    },
    9: {
      says: 'Attaching an attached PASID without a replace fails with EBUSY, and attaching that PASID of another device of the group to another page table with EINVAL.',
      level: 'observed',
      source: [attach],
    },
    10: {
      says: 'Replacing the page table of a PASID that is not attached fails with EINVAL.',
      level: 'observed',
      source: [doReplace],
    },
    11: {
      says: 'The page table of a PASID can be replaced by another one with the flag PASID, a nested one included, which translates that PASID from then on.',
      level: 'contract',
      source: [attachDoc, doReplace],
    },
    12: {
      says: 'A replace of the page table of a PASID that fails leaves the old one in force.',
      level: 'contract',
      source: [attachDoc, doReplace],
    },
    13: {
      says: 'Detaching a PASID that is not attached does nothing.',
      level: 'observed',
      source: [detach],
    },
    14: {
      says: 'Detaching a PASID leaves it without a page table and lets go of the page table, which can be destroyed then.',
      level: 'contract',
      source: [detachDoc, detach],
    },
    15: {
      says: 'Attaching a PASID that the device does not have, from 2 to the power of out_max_pasid_log2 on, fails with EINVAL.',
      level: 'observed',
      source: [linux('drivers/iommu/iommu.c', 'iommu_attach_device_pasid')],
    },
    16: {
      says: 'A page table with the flag PASID can be attached to a device that has no PASIDs.',
      level: 'observed',
      source: [compat],
    },
    17: {
      says: 'IOMMU_HWPT_ALLOC with the flag PASID fails with EOPNOTSUPP for a device behind an IOMMU that has no PASIDs, and where a page table with that flag exists, attaching it to a PASID of a device without PASIDs fails with EINVAL.',
      level: 'contract',
      source: [flags],
    },
    18: {
      says: 'Attaching a PASID reserves none of the regions of the device in the IOAS.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_device_attach_reserved_iova')],
    },
    19: {
      says: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT of an attached PASID replaces its page table.',
      level: 'contract',
      source: [
        attachDoc,
        linux('drivers/vfio/iommufd.c', 'vfio_iommufd_physical_pasid_attach_ioas'),
      ],
    },
    20: {
      says: 'VFIO_DEVICE_DETACH_IOMMUFD_PT of a PASID that is not attached succeeds.',
      level: 'contract',
      source: [
        detachDoc,
        linux('drivers/vfio/iommufd.c', 'vfio_iommufd_physical_pasid_detach_ioas'),
      ],
    },
    21: {
      says: 'Closing a device detaches each of its PASIDs and then the device itself, so that their page tables can be destroyed.',
      level: 'contract',
      source: [attachDoc, linux('drivers/vfio/iommufd.c', 'vfio_iommufd_physical_unbind')],
    },
    22: {
      says: 'A page fault of an attached PASID is put into the fault queue of the page table of that PASID, with that PASID and the flag PASID_VALID.',
      level: 'contract',
      source: [
        documentation('userspace-api/iommufd.rst', 'User Visible Objects'),
        linux('eventq.c', 'iommufd_fault_iopf_handler'),
      ],
    },
    23: {
      says: 'Attaching a page table with dirty tracking to a mock device without it fails with EINVAL, and attaching it to a PASID of that device succeeds.',
      level: 'observed',
      source: [
        linux('selftest.c', 'mock_domain_nop_attach'),
        linux('selftest.c', 'mock_domain_set_dev_pasid_nop'),
      ],
      profile: 'test-cmd',
    },
    24: {
      says: 'PASID 0 is the device without a PASID: attaching it attaches the device itself, and fails with EBUSY where the device is attached.',
      level: 'observed',
      source: [attach],
    },
    25: {
      says: 'Detaching a PASID or replacing its page table answers the faults of that PASID with INVALID, and a response to them fails with EINVAL; those of the device itself and of its other PASIDs stay.',
      level: 'observed',
      source: [linux('eventq.c', 'iommufd_auto_response_faults')],
    },
    26: {
      says: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT with a PASID whose pt_id cannot be written fails with EFAULT, and the PASID is detached.',
      level: 'observed',
      source: [linux('drivers/vfio/device_cdev.c', 'vfio_df_ioctl_attach_pt')],
    },
  },
);
