import { linux, requirements, uapi } from '../../requirement.ts';

const start = uapi('vfio.h', 'VFIO_DEVICE_FEATURE_DMA_LOGGING_START');
const report = uapi('vfio.h', 'VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT');
const main = (symbol: string): ReturnType<typeof linux> =>
  linux('drivers/vfio/vfio_main.c', symbol);
const doStart = main('vfio_ioctl_device_feature_logging_start');
const doReport = main('vfio_ioctl_device_feature_logging_report');

export const vfioLog = requirements(
  {
    family: 'VFIO-LOG',
    title: 'VFIO DMA logging of a device',
    since: '6.8',
    profile: 'vfio',
  },
  {
    1: {
      says: 'VFIO_DEVICE_FEATURE_DMA_LOGGING_START fails with EINVAL for anything but SET and for no ranges, with E2BIG for more than 256, and with EFAULT for ranges that cannot be read.',
      level: 'observed',
      source: [start, doStart],
    },
    2: {
      says: 'A range whose end is 2^64 or beyond fails with EOVERFLOW, in VFIO_DEVICE_FEATURE_DMA_LOGGING_START as in _REPORT, while ranges that touch, and one without bytes, are accepted, and ranges that overlap fail with EINVAL.',
      level: 'observed',
      source: [start, doStart, doReport],
    },
    3: {
      says: 'A range of VFIO_DEVICE_FEATURE_DMA_LOGGING_START whose begin or length has a bit of the page size less one fails with EINVAL, be the page size a power of two or not.',
      level: 'observed',
      source: [doStart],
    },
    4: {
      says: 'VFIO_DEVICE_FEATURE_DMA_LOGGING_START writes the page size that the device uses back, and fails with EFAULT where it cannot.',
      level: 'contract',
      source: [start, doStart],
    },
    5: {
      says: 'VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT can only be read, fails with EINVAL for a page size below 4096 or no power of two, takes a range that begins inside a page or has no bytes, and does not look at the bitmap where nothing was written.',
      level: 'observed',
      source: [report, doReport],
    },
    6: {
      says: 'VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT only sets bits: those that were set before stay.',
      level: 'contract',
      source: [report, main('iova_bitmap_for_each')],
    },
    7: {
      says: 'VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP can only be set, and mtty accepts it without a start.',
      level: 'observed',
      source: [
        uapi('vfio.h', 'VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP'),
        main('vfio_ioctl_device_feature_logging_stop'),
      ],
    },
    8: {
      says: 'VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT sets the bits of the pages that the device has written since the last report, and of no others.',
      level: 'contract',
      source: [report],
    },
  },
);
