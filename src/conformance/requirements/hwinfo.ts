import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_hw_info');
const general = uapi('iommufd.h', 'DOC: General ioctl format');
const caps = uapi('iommufd.h', 'enum iommufd_hw_capabilities');
const types = uapi('iommufd.h', 'enum iommu_hw_info_type');
const get = linux('device.c', 'iommufd_get_hw_info');

export const hwinfo = requirements(
  { family: 'HWINFO', title: 'IOMMU_GET_HW_INFO', since: '6.6', profile: 'base' },
  {
    1: {
      says: 'IOMMU_GET_HW_INFO with a flag other than INPUT_TYPE fails with EOPNOTSUPP.',
      level: 'contract',
      source: [general, get],
      changed: {
        after: '6.12',
        was: 'IOMMU_GET_HW_INFO with any flag fails with EOPNOTSUPP.',
      },
    },
    2: {
      says: 'IOMMU_GET_HW_INFO with a reserved byte that is not 0 fails with EOPNOTSUPP.',
      level: 'contract',
      source: [struct, general, get],
    },
    3: {
      says: 'IOMMU_GET_HW_INFO of an id that names no device fails with ENOENT.',
      level: 'contract',
      source: [general, get],
    },
    4: {
      says: 'IOMMU_GET_HW_INFO with data_len 0 succeeds with any data_uptr, and returns the length and the type of the data, the width of PASIDs and the capabilities.',
      level: 'contract',
      source: [struct, get],
    },
    5: {
      says: 'IOMMU_GET_HW_INFO with a data_len below the length of the data writes that many bytes of it, and returns the whole length in data_len.',
      level: 'contract',
      source: [struct, get],
    },
    6: {
      says: 'IOMMU_GET_HW_INFO with a data_len above the length of the data writes zeros after the data up to data_len, and returns the length of the data in data_len.',
      level: 'contract',
      source: [struct, get],
    },
    7: {
      says: 'IOMMU_GET_HW_INFO whose data cannot be written fails with EFAULT and leaves its struct as it was.',
      level: 'observed',
      source: [get],
    },
    8: {
      says: 'IOMMU_GET_HW_INFO without the flag INPUT_TYPE takes any in_data_type as DEFAULT.',
      level: 'contract',
      source: [struct, get],
      since: '6.17',
    },
    9: {
      says: 'IOMMU_GET_HW_INFO that asks for a type which the IOMMU does not have fails with EOPNOTSUPP.',
      level: 'observed',
      source: [struct, get],
      since: '6.17',
    },
    10: {
      says: 'IOMMU_GET_HW_INFO that asks for a type of the IOMMU returns the data of that type, and that asks for DEFAULT those of the default type.',
      level: 'contract',
      source: [struct, types, get],
      since: '6.17',
    },
    11: {
      says: 'IOMMU_GET_HW_INFO of a device whose IOMMU reports no data returns the type NONE and a data_len of 0.',
      level: 'contract',
      source: [types, get],
    },
    12: {
      says: 'IOMMU_GET_HW_INFO returns the capability DIRTY_TRACKING exactly for a device whose IOMMU tracks dirty pages.',
      level: 'contract',
      source: [caps, get],
      since: '6.7',
    },
    13: {
      says: 'IOMMU_GET_HW_INFO returns in out_max_pasid_log2 the width of the PASIDs that are enabled for the device, or 0, and the capabilities PCI_PASID_EXEC and PCI_PASID_PRIV as they are enabled.',
      level: 'contract',
      source: [struct, caps, get],
      since: '6.12',
    },
    14: {
      says: 'IOMMU_GET_HW_INFO returns the capability PCI_ATS_NOT_SUPPORTED for a device that cannot use ATS.',
      level: 'contract',
      source: [caps, get],
      since: '7.0',
    },
    15: {
      says: 'IOMMU_GET_HW_INFO of a device behind VT-d returns the type INTEL_VTD and 24 bytes: the registers CAP and ECAP as they are, and the erratum flag, which is always set.',
      level: 'contract',
      source: [types, linux('drivers/iommu/intel/iommu.c', 'intel_iommu_hw_info')],
      profile: 'hardware-vtd',
    },
    16: {
      says: 'IOMMU_GET_HW_INFO of a device behind an SMMUv3 returns the type ARM_SMMUV3 and 40 bytes: the registers IDR0 to IDR5, IIDR and AIDR, and the erratum flag where the SMMU has the erratum.',
      level: 'contract',
      source: [
        types,
        linux('drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3-iommufd.c', 'arm_smmu_hw_info'),
      ],
      since: '6.13',
      profile: 'hardware-smmuv3',
    },
    17: {
      says: 'IOMMU_GET_HW_INFO of a device behind a Tegra241 returns 8 bytes with the version and the numbers of queues and stream ids where the type TEGRA241_CMDQV is asked for, and the data of ARM_SMMUV3 by default.',
      level: 'contract',
      source: [
        types,
        linux('drivers/iommu/arm/arm-smmu-v3/tegra241-cmdqv.c', 'tegra241_cmdqv_hw_info'),
      ],
      since: '6.17',
      profile: 'hardware-tegra241',
    },
    18: {
      says: 'IOMMU_GET_HW_INFO of a device behind an AMD IOMMU returns the type AMD and 16 bytes: the registers EFR and EFR2.',
      level: 'contract',
      source: [types, linux('drivers/iommu/amd/iommufd.c', 'amd_iommufd_hw_info')],
      since: '7.0',
      profile: 'hardware-amd',
    },
    19: {
      says: 'IOMMU_GET_HW_INFO of a device without an IOMMU fails with EOPNOTSUPP.',
      level: 'observed',
      source: [get],
      since: '7.3',
      profile: 'noiommu',
    },
    20: {
      says: 'IOMMU_GET_HW_INFO of a mock device returns the type of the selftest and 8 bytes: flags of 0 and the test register.',
      level: 'observed',
      source: [linux('selftest.c', 'mock_domain_hw_info')],
      profile: 'test-cmd',
    },
    21: {
      says: 'IOMMU_GET_HW_INFO with a buffer that is writable as far as the data reach, and not behind them, fails with EFAULT after the data have been written.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_get_hw_info')],
    },
  },
);
