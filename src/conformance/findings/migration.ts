import { uapi } from '../requirement.ts';
import { findings, stillThere } from './finding.ts';

/** Devices on their way to another host. */
export const migration = findings({
  36: {
    title: 'The sample driver mtty says that its data has ended where it has ended only for now',
    kernels: ['6.12.117', '7.3.4'],
    machine: 'x86-64 in QEMU, with a mediated device of the sample driver mtty',
    expected:
      'In PRE_COPY a read that finds no more data for now fails with ENOMSG, so that a reader can tell it from the end of the stream, which is 0.',
    by: [uapi('vfio.h', 'VFIO_MIG_GET_PRECOPY_INFO')],
    seen: 'In the state PRE_COPY the first read gave the 24 bytes of the head, and the next one returned 0, as at the end. After STOP_COPY the rest of the data came. Drivers of real devices return ENOMSG by their source.',
    calls: [
      'Open the device, bind it, and set the state PRE_COPY.',
      'Read the file of migration data until it gives no more: 0, not ENOMSG.',
      'Set the state STOP_COPY, and read on: there is more.',
    ],
    tried: stillThere,
    requirements: ['VFIO-MIG-11'],
  },
});
