import { linux, requirements, uapi } from '../../requirement.ts';

const feature = uapi('vfio.h', 'VFIO_DEVICE_FEATURE');
const log = uapi('vfio.h', 'VFIO_DEVICE_FEATURE_DMA_LOGGING_START');
const main = (symbol: string) => linux('drivers/vfio/vfio_main.c', symbol);
const core = (symbol: string) => linux('drivers/vfio/pci/vfio_pci_core.c', symbol);

export const fea = requirements(
  { family: 'VFIO-FEA', title: 'VFIO devices: features', since: '5.7', profile: 'vfio' },
  {
    1: {
      says: 'VFIO_DEVICE_FEATURE fails with EINVAL for an argsz below 8, an unknown flag, and GET and SET together without PROBE.',
      level: 'contract',
      source: [feature, main('vfio_ioctl_device_feature')],
    },
    2: {
      says: 'VFIO_DEVICE_FEATURE fails with ENOTTY for a feature that the device does not have, but with EINVAL for MIG_PRECOPY_INFOv2; of one that it has, PROBE with a direction that it can be had in succeeds and does nothing, with another one, without any but PROBE, and with fewer bytes than its struct has, it fails with EINVAL.',
      level: 'contract',
      source: [feature, linux('include/linux/vfio.h', 'vfio_check_feature')],
      changed: {
        after: '6.12',
        was: 'VFIO_DEVICE_FEATURE fails with ENOTTY for a feature that the device does not have; of one that it has, PROBE with a direction that it can be had in succeeds and does nothing, with another one, without any but PROBE, and with fewer bytes than its struct has, it fails with EINVAL.',
      },
    },
    3: {
      says: 'A device of vfio-pci that is neither PF nor VF and cannot migrate answers ENOTTY for PCI_VF_TOKEN, MIGRATION, MIG_DEVICE_STATE, MIG_DATA_SIZE and DMA_LOGGING, and can be put into low power.',
      level: 'observed',
      source: [core('vfio_pci_core_ioctl_feature'), main('vfio_ioctl_device_feature')],
    },
    4: {
      says: 'DMA_LOGGING_START of a device that logs fails with EINVAL for no ranges, for one that is not whole pages of the page size and for ranges that overlap, with E2BIG for more than a page holds and with EOVERFLOW for one that goes around, and writes the page size back where it succeeds.',
      level: 'contract',
      source: [log, main('vfio_ioctl_device_feature_logging_start')],
    },
    5: {
      says: 'DMA_LOGGING_REPORT of a device that logs fails with EINVAL for a page size below 4096 or no power of two, and with EOVERFLOW for a range that goes around.',
      level: 'contract',
      source: [log, main('vfio_ioctl_device_feature_logging_report')],
    },
    6: {
      says: 'BUS_MASTER and ZPCI_ERROR fail with ENOTTY for a device of vfio-pci.',
      level: 'observed',
      source: [core('vfio_pci_core_ioctl_feature')],
    },
  },
);
