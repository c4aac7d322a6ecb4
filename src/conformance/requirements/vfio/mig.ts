import { linux, requirements, uapi } from '../../requirement.ts';

const header = uapi('vfio.h', 'VFIO_DEVICE_FEATURE_MIGRATION');
const states = uapi('vfio.h', 'enum vfio_device_mig_state');
const stateFeature = uapi('vfio.h', 'VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE');
const precopy = uapi('vfio.h', 'VFIO_MIG_GET_PRECOPY_INFO');
const main = (symbol: string): ReturnType<typeof linux> =>
  linux('drivers/vfio/vfio_main.c', symbol);
const mtty = (symbol: string): ReturnType<typeof linux> =>
  linux('samples/vfio-mdev/mtty.c', symbol);

export const vfioMig = requirements(
  {
    family: 'VFIO-MIG',
    title: 'VFIO migration: states and data of a device',
    since: '6.8',
    profile: 'vfio',
  },
  {
    1: {
      says: 'VFIO_DEVICE_FEATURE_MIGRATION tells of a device that can migrate at least STOP_COPY, and can only be read: VFIO_DEVICE_FEATURE_SET, also together with GET in a probe, fails with EINVAL, as does a payload below 8 bytes, while a longer one is accepted.',
      level: 'contract',
      source: [header, main('vfio_ioctl_device_feature_migration')],
    },
    2: {
      says: 'VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE can be probed for GET and SET together, a GET tells the state, RUNNING at first, and a data_fd of -1, and a SET whose payload cannot be read fails with EFAULT and changes nothing.',
      level: 'contract',
      source: [stateFeature, main('vfio_ioctl_device_feature_mig_device_state')],
    },
    3: {
      says: 'VFIO_DEVICE_FEATURE_MIG_DATA_SIZE tells in every state how many bytes stopping and copying will take, and can only be read.',
      level: 'contract',
      source: [
        uapi('vfio.h', 'VFIO_DEVICE_FEATURE_MIG_DATA_SIZE'),
        main('vfio_ioctl_device_feature_migration_data_size'),
      ],
    },
    4: {
      says: 'Setting the state that the device is in succeeds with a data_fd of -1, and does nothing.',
      level: 'observed',
      source: [states, mtty('mtty_set_state')],
    },
    5: {
      says: 'Setting the state ERROR, or a number that is no state, fails with EINVAL, writes -1 to data_fd, and leaves the state as it is.',
      level: 'observed',
      source: [states, main('vfio_mig_get_next_state')],
    },
    6: {
      says: 'A device with STOP_COPY, P2P and PRE_COPY goes from each state to each other one by the shortest way of the header, except from STOP_COPY to PRE_COPY and PRE_COPY_P2P, which fails with EINVAL, and data_fd is a new file where the last step of the way begins to save or to resume, and -1 otherwise.',
      level: 'contract',
      source: [states, main('vfio_mig_get_next_state')],
    },
    7: {
      says: 'A device without P2P or PRE_COPY has no states of that kind, EINVAL, and goes past them on its way, so that without P2P one step leads from PRE_COPY to STOP_COPY.',
      level: 'contract',
      source: [states, main('vfio_mig_get_next_state')],
    },
    8: {
      says: 'The file of migration data is a stream that a saving user can only read and a resuming one only write: the other direction fails with EBADF, and pread and pwrite fail with ESPIPE.',
      level: 'contract',
      source: [stateFeature, main('vfio_ioct_mig_return_fd')],
    },
    9: {
      says: 'PRE_COPY, PRE_COPY_P2P and STOP_COPY share one file: moving from one to the next gives a data_fd of -1, and the file goes on.',
      level: 'contract',
      source: [states, mtty('mtty_save_device_data')],
    },
    10: {
      says: 'In STOP_COPY a read at the end of the data returns 0, as often as it is tried, and what was read is as long as VFIO_DEVICE_FEATURE_MIG_DATA_SIZE says.',
      level: 'contract',
      source: [states, mtty('mtty_save_read')],
    },
    11: {
      says: 'In PRE_COPY a read that finds no more data for now fails with ENOMSG.',
      level: 'contract',
      source: [precopy, states],
    },
    12: {
      says: 'A file of migration data whose session was left answers reads with ENODEV, also while another session goes on.',
      level: 'observed',
      source: [mtty('mtty_disable_file')],
    },
    13: {
      says: 'Closing the file of migration data does not end its session: the device goes from PRE_COPY to STOP_COPY with a data_fd of -1.',
      level: 'observed',
      source: [mtty('mtty_save_device_data')],
    },
    14: {
      says: 'In RESUMING the data is taken in pieces of any length, a write of more than there can be fails with ENOMEM, and one of another kind of device with EFAULT.',
      level: 'observed',
      source: [mtty('mtty_resume_write')],
    },
    15: {
      says: 'A device that was fed nothing, or not all, does not leave RESUMING: each way out fails with EINVAL, gives a data_fd of -1, and leaves it there.',
      level: 'observed',
      source: [mtty('mtty_load_state')],
    },
    16: {
      says: 'VFIO_DEVICE_RESET brings a device from each state to RUNNING, and its files of migration data end.',
      level: 'contract',
      source: [states, mtty('mtty_reset')],
    },
    17: {
      says: 'The data that was saved of one device, written to another one in RESUMING, gives it the state that the first one had when it stopped.',
      level: 'contract',
      source: [states, mtty('mtty_load_state')],
    },
    18: {
      says: 'A stopped device answers reads and writes of its regions, and the states of two devices have nothing to do with each other.',
      level: 'observed',
      source: [mtty('mdev_access')],
    },
    19: {
      says: 'VFIO_MIG_GET_PRECOPY_INFO of a saving file tells in the states of pre-copy how many initial bytes are left, none at the end for now, fails with EINVAL in other states and for an argsz below 24, with EFAULT for a bad pointer, with ENODEV for a file whose session is over, and with ENOTTY for a resuming file.',
      level: 'observed',
      source: [precopy, mtty('mtty_precopy_ioctl')],
    },
    20: {
      says: 'After VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2, which may be set repeatedly, the flags of VFIO_MIG_GET_PRECOPY_INFO are an answer, while before it they come back as they were.',
      level: 'contract',
      since: '7.3',
      source: [
        uapi('vfio.h', 'VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2'),
        main('vfio_ioctl_device_feature_migration_precopy_info_v2'),
      ],
    },
    21: {
      says: 'Where the answer of VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE cannot be written the call fails with EFAULT, the state is the new one, and no file descriptor is left behind.',
      level: 'observed',
      source: [main('vfio_ioct_mig_return_fd')],
    },
    22: {
      says: 'Closing the device ends its files of migration data, and the state of a serial port of mtty is the one that its next owner finds.',
      level: 'observed',
      source: [mtty('mtty_close')],
    },
    23: {
      says: 'Where a step on the way to a state fails the device may stay in the state before it, or be in ERROR, which only VFIO_DEVICE_RESET leads out of.',
      level: 'contract',
      source: [states],
    },
    24: {
      says: 'In the states of P2P a device does not begin DMA to other devices, and in STOP, STOP_COPY and RESUMING it does no DMA and raises no interrupt at all.',
      level: 'contract',
      source: [states],
    },
  },
);
