import { linux, requirements } from '../../requirement.ts';

const intel = linux('drivers/iommu/intel/iommu.c', 'intel_iommu_domain_alloc_paging_flags');
const groups = linux('drivers/iommu/iommu.c', 'pci_device_group');
const bind = linux('device.c', 'iommufd_device_bind');

/** The numbers are those of the inventory of hardware, which has gaps. */
export const stock = requirements(
  { family: 'HW-STK', title: 'What an emulated machine can show', since: '6.12', profile: 'vfio' },
  {
    1: {
      says: 'A VT-d in legacy mode refuses IOMMU_HWPT_ALLOC with NEST_PARENT or with data of a guest (EOPNOTSUPP), has no page table that one of a guest could be put on (EINVAL), and makes plain ones.',
      level: 'observed',
      source: [intel],
      profile: 'hardware-vtd',
    },
    2: {
      says: 'An SMMUv3 with two stages whose guests could go past the caches makes a page table with NEST_PARENT, which a device can be attached to, and IOMMU_VIOMMU_ALLOC on it fails with EOPNOTSUPP.',
      level: 'observed',
      source: [linux('drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3-iommufd.c', 'arm_vsmmu_init')],
      since: '6.13',
      profile: 'hardware-smmuv3',
    },
    3: {
      says: 'No device of an emulated machine has PASIDs or page requests: none can be attached by a PASID, and none asks for a page.',
      level: 'observed',
      source: [intel],
      profile: 'hardware-pci',
    },
    4: {
      says: 'A VT-d in legacy mode refuses IOMMU_HWPT_ALLOC with DIRTY_TRACKING (EOPNOTSUPP), and makes a page table without it.',
      level: 'observed',
      source: [intel],
      profile: 'hardware-vtd',
    },
    5: {
      says: 'A device reaches IOVAs that differ in bits above the 28th as different places.',
      level: 'observed',
      source: [linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_enable')],
    },
    6: {
      says: 'Behind an IOMMU that does not remap interrupts a device is bound only where allow_unsafe_interrupts is set (EPERM), and VFIO_DMA_CC_IOMMU is 1 where the IOMMU has snoop control and 0 where it does not.',
      level: 'observed',
      source: [bind],
    },
    7: {
      says: 'Devices behind one bridge or of one slot without ACS are one group: they are attached to one page table, and move together.',
      level: 'observed',
      source: [groups],
    },
    8: {
      says: 'A guest with a virtio-iommu has 1 MiB at 128 MiB kept for interrupts unless the device has a region of its own for them.',
      level: 'observed',
      source: [linux('drivers/iommu/virtio-iommu.c', 'viommu_get_resv_regions')],
      profile: 'hardware-virtio',
    },
  },
);
