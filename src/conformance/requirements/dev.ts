import { documentation, linux, requirements, uapi } from '../requirement.ts';

const bindDoc = uapi('vfio.h', 'VFIO_DEVICE_BIND_IOMMUFD');
const attachDoc = uapi('vfio.h', 'VFIO_DEVICE_ATTACH_IOMMUFD_PT');
const detachDoc = uapi('vfio.h', 'VFIO_DEVICE_DETACH_IOMMUFD_PT');
const objects = documentation('userspace-api/iommufd.rst', 'User Visible Objects');
const doBind = linux('drivers/vfio/device_cdev.c', 'vfio_df_ioctl_bind_iommufd');
const doAttach = linux('drivers/vfio/device_cdev.c', 'vfio_df_ioctl_attach_pt');
const bind = linux('device.c', 'iommufd_device_bind');
const claim = linux('drivers/iommu/iommu.c', 'iommu_device_claim_dma_owner');
const changePt = linux('device.c', 'iommufd_device_change_pt');
const autoDomain = linux('device.c', 'iommufd_device_auto_get_domain');
const attach = linux('device.c', 'iommufd_hw_pagetable_attach');
const detach = linux('device.c', 'iommufd_hw_pagetable_detach');
const doReplace = linux('device.c', 'iommufd_device_do_replace');
const reserved = linux('io_pagetable.c', 'iopt_table_enforce_dev_resv_regions');
const addDomain = linux('io_pagetable.c', 'iopt_table_add_domain');

export const dev = requirements(
  { family: 'DEV', title: 'Devices: bind, attach, replace, detach', since: '6.6', profile: 'base' },
  {
    1: {
      says: 'Before VFIO_DEVICE_BIND_IOMMUFD any other ioctl of a VFIO device fails with EINVAL.',
      level: 'contract',
      source: [bindDoc, linux('drivers/vfio/vfio_main.c', 'vfio_device_fops_unl_ioctl')],
      profile: 'vfio',
    },
    2: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD with an argsz below 16 fails with EINVAL.',
      level: 'observed',
      source: [bindDoc, doBind],
      profile: 'vfio',
    },
    3: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD with an argsz above the struct fails with E2BIG if any byte beyond the struct is not 0.',
      level: 'observed',
      source: [bindDoc, doBind],
      profile: 'vfio',
      changed: {
        after: '6.12',
        was: 'VFIO_DEVICE_BIND_IOMMUFD with an argsz above the struct ignores the bytes beyond the struct.',
      },
    },
    4: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD with an unknown flag or a negative iommufd fails with EINVAL.',
      level: 'observed',
      source: [bindDoc, doBind],
      profile: 'vfio',
    },
    5: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD fails with EBADF where the iommufd is not open, and with EBADFD where the file is no iommufd.',
      level: 'observed',
      source: [doBind, linux('main.c', 'iommufd_ctx_from_fd')],
      profile: 'vfio',
    },
    6: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD of a bound device fails with EINVAL.',
      level: 'observed',
      source: [bindDoc, linux('drivers/vfio/vfio_main.c', 'vfio_df_open')],
      profile: 'vfio',
    },
    7: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD of a device that came from its group fails with EINVAL.',
      level: 'contract',
      source: [bindDoc, doBind],
      profile: 'vfio',
    },
    8: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD of a device whose group is open fails with EBUSY.',
      level: 'observed',
      source: [linux('drivers/vfio/group.c', 'vfio_device_block_group')],
      profile: 'vfio',
    },
    9: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD returns the id of a device object of that iommufd, which its commands take and those of no other one.',
      level: 'contract',
      source: [bindDoc, bind],
      profile: 'vfio',
    },
    10: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD fails with EPERM if another device of the group is bound to another iommufd.',
      level: 'observed',
      source: [bind, claim],
      profile: 'vfio',
    },
    11: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD fails with EPERM if a kernel driver that does DMA has another device of the group, and with EBUSY if the group is not on its default translation.',
      level: 'observed',
      source: [claim],
      profile: 'vfio',
    },
    12: {
      says: 'Two devices of one group can be bound to the same iommufd.',
      level: 'observed',
      source: [bind],
      profile: 'vfio',
    },
    13: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD of a device whose interrupts are not isolated fails with EPERM, and succeeds with the module parameter allow_unsafe_interrupts.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_get_group'), linux('device.c', 'iommufd_bind_iommu')],
      profile: 'vfio',
    },
    14: {
      says: 'VFIO_DEVICE_BIND_IOMMUFD of a device whose IOMMU does not keep its DMA coherent with the caches fails with EINVAL.',
      level: 'observed',
      source: [bind],
      profile: 'vfio',
    },
    15: {
      says: 'While noiommu mode is off, VFIO refuses a device without an IOMMU with EINVAL when it gets it, so that there is no character device to bind.',
      level: 'observed',
      source: [linux('drivers/vfio/vfio_main.c', '__vfio_register_dev')],
      profile: 'vfio',
    },
    16: {
      says: 'The DMA of a device that is bound and not attached is blocked.',
      level: 'observed',
      source: [claim],
      profile: 'vfio',
    },
    17: {
      says: 'Attaching to an IOAS returns in pt_id the id of the page table that the device is attached to.',
      level: 'contract',
      source: [attachDoc, changePt],
      profile: 'vfio',
    },
    18: {
      says: 'Attaching to a page table leaves pt_id as it was.',
      level: 'contract',
      source: [attachDoc, changePt],
      profile: 'vfio',
    },
    19: {
      says: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT with an argsz below 12 or with an unknown flag fails with EINVAL.',
      level: 'observed',
      source: [attachDoc, doAttach],
      profile: 'vfio',
    },
    20: {
      says: 'Attaching to an id that does not exist fails with ENOENT.',
      level: 'contract',
      source: [objects, changePt],
    },
    21: {
      says: 'Attaching to an object that is neither an IOAS nor a page table fails with EINVAL.',
      level: 'observed',
      source: [changePt],
    },
    22: {
      says: 'A second device attached to an IOAS, of another group, shares the page table of the first where it accepts the device, and no page is pinned again.',
      level: 'observed',
      source: [autoDomain],
      since: '6.2',
    },
    23: {
      says: 'Attaching to an IOAS that has only page tables of IOMMU_HWPT_ALLOC makes a new one.',
      level: 'observed',
      source: [autoDomain],
    },
    24: {
      says: 'Attaching to an IOAS whose page table refuses the device with EINVAL makes a further page table for it.',
      level: 'observed',
      source: [autoDomain],
    },
    25: {
      says: 'Attaching to an IOAS whose page table refuses the device with another error fails with that error and makes no page table.',
      level: 'observed',
      source: [autoDomain],
    },
    26: {
      says: 'A page table that an attach makes for a device whose IOMMU can enforce cache coherency enforces it; a page table made for a device that cannot is shared with devices that can, and one that enforces never with devices that cannot.',
      level: 'observed',
      source: [linux('hw_pagetable.c', 'iommufd_hwpt_paging_enforce_cc')],
    },
    27: {
      says: 'Attaching an attached device to another object replaces its page table without a moment in between in which DMA to what both map is blocked, and an error leaves the attachment as it was.',
      level: 'contract',
      source: [attachDoc, doReplace],
      profile: 'vfio',
    },
    28: {
      says: 'Replacing the page table of a device by the same one succeeds and changes nothing.',
      level: 'observed',
      source: [doReplace],
    },
    29: {
      says: 'Replacing the page table that an attach made by another IOAS frees the one, and returns the id of the other.',
      level: 'observed',
      source: [doReplace, autoDomain],
    },
    30: {
      says: 'Replacing the page table of a device or a PASID that is not attached fails with EINVAL.',
      level: 'observed',
      source: [doReplace],
      since: '6.15',
      profile: 'test-cmd',
    },
    31: {
      says: 'Detaching blocks the DMA of the device, and detaching a device that is not attached succeeds.',
      level: 'contract',
      source: [detachDoc, detach],
      profile: 'vfio',
    },
    32: {
      says: 'VFIO_DEVICE_DETACH_IOMMUFD_PT with an argsz below 8 or with an unknown flag fails with EINVAL.',
      level: 'observed',
      source: [detachDoc, linux('drivers/vfio/device_cdev.c', 'vfio_df_ioctl_detach_pt')],
      profile: 'vfio',
    },
    33: {
      says: 'The first attach of a device whose group is attached to one page table fails with EINVAL for any other page table and for any other IOAS.',
      level: 'observed',
      source: [attach],
      profile: 'vfio',
    },
    34: {
      says: 'Replacing the page table of one device moves every attached device of its group, so that nothing uses the old page table and it can be destroyed.',
      level: 'observed',
      source: [doReplace],
      profile: 'vfio',
    },
    35: {
      says: 'Detaching one of the attached devices of a group keeps the translation of the group until the last one is detached.',
      level: 'observed',
      source: [detach],
      profile: 'vfio',
    },
    36: {
      says: 'Attaching makes the direct, reserved and interrupt regions of the device reserved in the IOAS, relaxable direct ones aside.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_ioas_iova_ranges'), reserved],
      since: '6.2',
    },
    37: {
      says: 'Attaching or replacing fails with EADDRINUSE, and changes nothing, if a mapping or an allowed range of the IOAS intersects a reserved region of the device.',
      level: 'observed',
      source: [reserved],
      since: '6.2',
    },
    38: {
      says: 'Attaching and IOMMU_HWPT_ALLOC fail with EADDRINUSE if a mapping of the IOAS leaves the aperture of the page table.',
      level: 'observed',
      source: [addDomain],
      since: '6.2',
    },
    39: {
      says: 'Attaching and IOMMU_HWPT_ALLOC fail with EADDRINUSE if a mapping of the IOAS is finer than the smallest page of the page table.',
      level: 'observed',
      source: [addDomain],
      since: '6.2',
    },
    40: {
      says: 'Attaching and IOMMU_HWPT_ALLOC fail with EINVAL if the smallest page of the page table is larger than that of the kernel.',
      level: 'observed',
      source: [addDomain],
      since: '6.2',
    },
    41: {
      says: 'Attaching to a nested page table reserves the regions of the device in the IOAS of its parent.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_device_attach_reserved_iova')],
      since: '6.7',
      profile: 'nesting',
    },
    42: {
      says: 'Detaching, and replacing by a page table of another IOAS, lifts the reservations of that device from the IOAS it leaves, and replacing within one IOAS keeps them.',
      level: 'observed',
      source: [linux('io_pagetable.c', 'iopt_remove_reserved_iova'), doReplace],
    },
    43: {
      says: 'On a platform that maps its interrupt doorbells a page of doorbells gets one IOVA in each interrupt window of the file, is mapped in every page table before that takes over, and the 65th page fails with EOVERFLOW.',
      level: 'observed',
      source: [linux('driver.c', 'iommufd_sw_msi'), linux('driver.c', 'iommufd_sw_msi_install')],
      since: '6.15',
    },
    44: {
      says: 'Attaching a device without a replace to the page table that it is attached to fails with EBUSY.',
      level: 'observed',
      source: [attach],
      since: '6.15',
      profile: 'test-cmd',
    },
    45: {
      says: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT whose pt_id cannot be written fails with EFAULT, and the device is detached.',
      level: 'observed',
      source: [doAttach],
      profile: 'vfio',
    },
    46: {
      says: 'Attaching a virtual function with page requests to a page table with a fault queue fails with EINVAL.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_hwpt_compatible_device')],
      since: '6.11',
      profile: 'faults',
    },
    47: {
      says: 'Attaching or replacing fails with EBUSY while the device, or another one of its group, is in reset.',
      level: 'contract',
      source: [attachDoc],
      since: '7.0',
      profile: 'vfio',
    },
    48: {
      says: 'A device that needs a token is bound with the right one only; a token fails with EFAULT if it cannot be read, and with EINVAL for a device that takes none.',
      level: 'contract',
      source: [bindDoc, linux('drivers/vfio/device_cdev.c', 'vfio_df_check_token')],
      since: '6.17',
      profile: 'vfio',
    },
    49: {
      says: 'A bind, an attach or a replace that fails at any step leaves the device, its group, the page tables and the pins as they were.',
      level: 'observed',
      source: [attach, doReplace],
    },
    50: {
      says: 'Attaching the first device to an IOAS returns when every mapping of it is pinned and in the page table.',
      level: 'contract',
      source: [objects, addDomain],
      since: '6.2',
    },
    51: {
      says: 'Binding a kernel driver that does DMA to a device whose group an iommufd owns fails with EBUSY.',
      level: 'observed',
      source: [claim],
      profile: 'vfio',
    },
    52: {
      says: 'Attaching a device without page requests behind a VT-d to a page table with a fault queue fails with ENODEV, and leaves its DMA, its group and the reservations of both IOASs as they were.',
      level: 'contract',
      source: [attachDoc, linux('drivers/iommu/intel/iommu.c', 'intel_iommu_attach_device')],
      since: '6.13',
      profile: 'faults',
    },
  },
);
