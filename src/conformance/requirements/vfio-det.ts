import { linux, requirements, uapi } from '../requirement.ts';

const detach = uapi('vfio.h', 'VFIO_DEVICE_DETACH_IOMMUFD_PT');
const doDetach = linux('drivers/vfio/device_cdev.c', 'vfio_df_ioctl_detach_pt');

export const vfioDet = requirements(
  { family: 'VFIO-DET', title: 'VFIO_DEVICE_DETACH_IOMMUFD_PT', since: '6.6', profile: 'vfio' },
  {
    1: {
      says: 'VFIO_DEVICE_DETACH_IOMMUFD_PT fails with EINVAL for an argsz below 8, for an unknown flag and for a PASID with an argsz below 12, and with EOPNOTSUPP for a PASID of a device whose driver has none.',
      level: 'observed',
      source: [detach, doDetach],
      changed: {
        after: '6.12',
        was: 'VFIO_DEVICE_DETACH_IOMMUFD_PT fails with EINVAL for an argsz below 8 and for any flag.',
      },
    },
    2: {
      says: 'Detaching a device that is not attached succeeds; after a detach the DMA of the device is blocked and the device stays bound.',
      level: 'contract',
      source: [detach, doDetach],
    },
  },
);
