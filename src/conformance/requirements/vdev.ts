import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_vdevice_alloc');
const alloc = linux('viommu.c', 'iommufd_vdevice_alloc_ioctl');

export const vdev = requirements(
  { family: 'VDEV', title: 'IOMMU_VDEVICE_ALLOC', since: '6.13', profile: 'nesting' },
  {
    1: {
      says: 'IOMMU_VDEVICE_ALLOC fails with ENOENT for an id that names no vIOMMU, and for one that names no device.',
      level: 'contract',
      source: [uapi('iommufd.h', 'DOC: General ioctl format'), alloc],
    },
    2: {
      says: 'IOMMU_VDEVICE_ALLOC for a device behind another IOMMU than that of the vIOMMU fails with EINVAL.',
      level: 'observed',
      source: [struct, alloc],
    },
    3: {
      says: 'IOMMU_VDEVICE_ALLOC for a device that has a vDEVICE, on any vIOMMU, fails with EEXIST.',
      level: 'observed',
      source: [struct, alloc],
    },
    4: {
      says: 'IOMMU_VDEVICE_ALLOC with a virt_id that another device has on the vIOMMU fails with EEXIST.',
      level: 'contract',
      source: [struct, alloc],
    },
    5: {
      says: 'IOMMU_VDEVICE_ALLOC takes any virt_id of 64 bits, 0 included.',
      level: 'contract',
      source: [struct, alloc],
    },
    6: {
      says: 'Attaching a mock device without a vDEVICE to a nested page table of a vIOMMU fails with ENOENT.',
      level: 'observed',
      source: [linux('selftest.c', 'mock_domain_nop_attach')],
      profile: 'test-cmd',
    },
    7: {
      says: 'After its vDEVICE is destroyed a device can get another one with another virt_id, which its events carry from then on.',
      level: 'contract',
      source: [struct, linux('viommu.c', 'iommufd_vdevice_destroy')],
    },
    8: {
      says: 'IOMMU_VDEVICE_ALLOC while its device is being closed either makes a vDEVICE, which goes with the device, or fails with ENOENT.',
      level: 'open',
      source: [alloc, linux('device.c', 'iommufd_device_pre_destroy')],
    },
    9: {
      says: 'The virt_id of a vDEVICE that went with its device can be used again, and the new vDEVICE gets another id than the old one had.',
      level: 'contract',
      source: [struct, linux('device.c', 'iommufd_device_remove_vdev')],
      since: '6.17',
    },
    10: {
      says: 'IOMMU_VDEVICE_ALLOC for a device behind an SMMUv3 with several stream ids fails with EOPNOTSUPP.',
      level: 'observed',
      source: [
        linux('drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3-iommufd.c', 'arm_vsmmu_vdevice_init'),
      ],
      profile: 'hardware-smmuv3',
    },
  },
);
