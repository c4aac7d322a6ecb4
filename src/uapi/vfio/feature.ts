import { flex, s32, struct, u32, u64, u8 } from '../codec.ts';
import { ioctl } from '../ioctl.ts';
import { vfioRequest } from './base.ts';

export const VFIO_DEVICE_FEATURE_MASK = 0xffff;
export const VFIO_DEVICE_FEATURE_GET = 0x10000;
export const VFIO_DEVICE_FEATURE_SET = 0x20000;
export const VFIO_DEVICE_FEATURE_PROBE = 0x40000;

export const VFIO_DEVICE_FEATURE_PCI_VF_TOKEN = 0;
export const VFIO_DEVICE_FEATURE_MIGRATION = 1;
export const VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE = 2;
export const VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY = 3;
export const VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP = 4;
export const VFIO_DEVICE_FEATURE_LOW_POWER_EXIT = 5;
export const VFIO_DEVICE_FEATURE_DMA_LOGGING_START = 6;
export const VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP = 7;
export const VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT = 8;
export const VFIO_DEVICE_FEATURE_MIG_DATA_SIZE = 9;
export const VFIO_DEVICE_FEATURE_BUS_MASTER = 10;
export const VFIO_DEVICE_FEATURE_DMA_BUF = 11;
export const VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2 = 12;
export const VFIO_DEVICE_FEATURE_ZPCI_ERROR = 13;

export const VFIO_MIGRATION_STOP_COPY = 1;
export const VFIO_MIGRATION_P2P = 2;
export const VFIO_MIGRATION_PRE_COPY = 4;

export const VFIO_DEVICE_STATE_ERROR = 0;
export const VFIO_DEVICE_STATE_STOP = 1;
export const VFIO_DEVICE_STATE_RUNNING = 2;
export const VFIO_DEVICE_STATE_STOP_COPY = 3;
export const VFIO_DEVICE_STATE_RESUMING = 4;
export const VFIO_DEVICE_STATE_RUNNING_P2P = 5;
export const VFIO_DEVICE_STATE_PRE_COPY = 6;
export const VFIO_DEVICE_STATE_PRE_COPY_P2P = 7;

export const VFIO_PRECOPY_INFO_REINIT = 1;
export const VFIO_DEVICE_FEATURE_CLEAR_MASTER = 0;
export const VFIO_DEVICE_FEATURE_SET_MASTER = 1;

/** Reads, sets or probes a feature: its number in the low 16 bits of `flags`, its struct in `data`. */
export const vfio_device_feature = struct('vfio_device_feature', {
  argsz: u32,
  flags: u32,
  data: flex(u8),
});

export const VFIO_DEVICE_FEATURE = ioctl(
  'VFIO_DEVICE_FEATURE',
  vfioRequest(17),
  vfio_device_feature,
  'flags',
  'a file descriptor',
);

/** Which kinds of migration a device can do. */
export const vfio_device_feature_migration = struct('vfio_device_feature_migration', {
  flags: u64,
});

/** The state of a migrating device; `data_fd` returns where its data is read or written. */
export const vfio_device_feature_mig_state = struct('vfio_device_feature_mig_state', {
  device_state: u32,
  data_fd: s32,
});

/** How many bytes stopping and copying the device takes. */
export const vfio_device_feature_mig_data_size = struct('vfio_device_feature_mig_data_size', {
  stop_copy_length: u64,
});

/** What is left to copy while the device runs. */
export const vfio_precopy_info = struct('vfio_precopy_info', {
  argsz: u32,
  flags: u32,
  initial_bytes: u64,
  dirty_bytes: u64,
});

/** A command of the migration data file, not of the device. */
export const VFIO_MIG_GET_PRECOPY_INFO = ioctl(
  'VFIO_MIG_GET_PRECOPY_INFO',
  vfioRequest(21),
  vfio_precopy_info,
  'dirty_bytes',
);

export const vfio_device_low_power_entry_with_wakeup = struct(
  'vfio_device_low_power_entry_with_wakeup',
  { wakeup_eventfd: s32, reserved: u32 },
);

/** Starts logging of DMA in `num_ranges` ranges at address `ranges`. */
export const vfio_device_feature_dma_logging_control = struct(
  'vfio_device_feature_dma_logging_control',
  { page_size: u64, num_ranges: u32, __reserved: u32, ranges: u64 },
);

export const vfio_device_feature_dma_logging_range = struct(
  'vfio_device_feature_dma_logging_range',
  { iova: u64, length: u64 },
);

/** Reports and forgets DMA writes: one bit for each `page_size` bytes, at address `bitmap`. */
export const vfio_device_feature_dma_logging_report = struct(
  'vfio_device_feature_dma_logging_report',
  { iova: u64, length: u64, page_size: u64, bitmap: u64 },
);

export const vfio_device_feature_bus_master = struct('vfio_device_feature_bus_master', {
  op: u32,
});

export const vfio_region_dma_range = struct('vfio_region_dma_range', {
  offset: u64,
  length: u64,
});

/** Exports parts of a region as a dma-buf; the ioctl returns its fd. */
export const vfio_device_feature_dma_buf = struct('vfio_device_feature_dma_buf', {
  region_index: u32,
  open_flags: u32,
  flags: u32,
  nr_ranges: u32,
  dma_ranges: flex(vfio_region_dma_range),
});

export const vfio_device_feature_zpci_err = struct('vfio_device_feature_zpci_err', {
  data: u64,
});
