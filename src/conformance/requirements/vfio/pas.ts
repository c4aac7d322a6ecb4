import { linux, requirements, uapi } from '../../requirement.ts';

const attach = uapi('vfio.h', 'VFIO_DEVICE_ATTACH_IOMMUFD_PT');
const vfio = (symbol: string) => linux('drivers/vfio/iommufd.c', symbol);
const device = (symbol: string) => linux('drivers/iommu/iommufd/device.c', symbol);
const iommu = (symbol: string) => linux('drivers/iommu/iommu.c', symbol);

export const vfioPas = requirements(
  { family: 'VFIO-PAS', title: 'VFIO devices: PASIDs', since: '6.15', profile: 'vfio' },
  {
    1: {
      says: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT fails with EINVAL for a PASID with a page table that was made without the flag PASID, for a PASID of a device that is attached to such a one, and for such a one with a device that has a PASID attached.',
      level: 'contract',
      source: [attach, device('iommufd_hwpt_pasid_compat')],
    },
    2: {
      says: 'A PASID that a device with PASIDs does not have fails with EINVAL, one above INT_MAX with ENOSPC, before the page table is looked at; a device without PASIDs takes any other one, which changes nothing for it and holds the page table until it is detached or the device is closed.',
      level: 'observed',
      source: [vfio('vfio_iommufd_physical_pasid_attach_ioas'), iommu('iommu_attach_device_pasid')],
    },
    3: {
      says: 'Attaching an attached PASID replaces its page table, and detaching one that is not attached succeeds and does nothing.',
      level: 'contract',
      source: [attach, vfio('vfio_iommufd_physical_pasid_detach_ioas')],
    },
    4: {
      says: 'Attaching a PASID reserves no range of IOVAs, while attaching the device does.',
      level: 'observed',
      source: [device('iommufd_device_attach_reserved_iova')],
    },
    5: {
      says: 'A device and each of its PASIDs are translated by page tables of their own, and closing the device detaches all of them.',
      level: 'contract',
      source: [attach, vfio('vfio_iommufd_physical_unbind')],
    },
    6: {
      says: 'PASID 0 is the device itself: it fails with EBUSY where the device is attached; attached where the device is not, it translates the DMA of the device, which cannot be attached then (EBUSY) and is detached by PASID 0 or by closing it alone.',
      level: 'observed',
      source: [vfio('vfio_iommufd_physical_detach_ioas'), device('iommufd_device_attach')],
    },
  },
);
