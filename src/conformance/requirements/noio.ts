import { linux, requirements, uapi } from '../requirement.ts';

const getPa = uapi('iommufd.h', 'struct iommu_ioas_noiommu_get_pa');
const alloc = linux('hwpt_noiommu.c', 'noiommu_alloc_paging_flags');

export const noio = requirements(
  { family: 'NOIO', title: 'Devices without an IOMMU', since: '7.3', profile: 'noiommu' },
  {
    1: {
      says: 'Opening the character device of a device without an IOMMU without CAP_SYS_RAWIO fails with EPERM.',
      level: 'observed',
      source: [linux('drivers/vfio/device_cdev.c', 'vfio_device_fops_cdev_open')],
    },
    2: {
      says: 'A device without an IOMMU can be bound, and attached to an IOAS, whose mappings IOMMU_IOAS_NOIOMMU_GET_PA finds in its page table; nothing holds its DMA to them.',
      level: 'contract',
      source: [getPa, linux('device.c', 'iommufd_bind_noiommu'), alloc],
    },
    3: {
      says: 'Attaching a device without an IOMMU reserves nothing in the IOAS, and pins the pages of its mappings.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_hwpt_attach_device'), alloc],
    },
    4: {
      says: 'For a device without an IOMMU IOMMU_GET_HW_INFO, IOMMU_VIOMMU_ALLOC and nested page tables fail with EOPNOTSUPP, and IOMMU_VDEVICE_ALLOC fails with EINVAL.',
      level: 'observed',
      source: [
        linux('viommu.c', 'iommufd_vdevice_alloc_ioctl'),
        linux('device.c', 'iommufd_get_hw_info'),
      ],
    },
    5: {
      says: 'A device without an IOMMU that is attached to an IOAS with the page table of a device that has one gets a page table of its own, in which IOMMU_IOAS_NOIOMMU_GET_PA finds the mappings.',
      level: 'contract',
      source: [
        uapi('vfio.h', 'VFIO_DEVICE_ATTACH_IOMMUFD_PT'),
        getPa,
        linux('device.c', 'iommufd_device_auto_get_domain'),
      ],
    },
  },
);
