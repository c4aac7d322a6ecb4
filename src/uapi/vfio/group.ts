import { struct, u32 } from '../codec.ts';
import { ioctl, plainIoctl } from '../ioctl.ts';
import { vfioRequest } from './base.ts';

export const VFIO_GROUP_FLAGS_VIABLE = 1;
export const VFIO_GROUP_FLAGS_CONTAINER_SET = 2;

export const vfio_group_status = struct('vfio_group_status', {
  argsz: u32,
  flags: u32,
});

export const VFIO_GROUP_GET_STATUS = ioctl(
  'VFIO_GROUP_GET_STATUS',
  vfioRequest(3),
  vfio_group_status,
  'flags',
);

/** Takes a container or an iommufd. */
export const VFIO_GROUP_SET_CONTAINER = plainIoctl(
  'VFIO_GROUP_SET_CONTAINER',
  vfioRequest(4),
  'a pointer to an fd',
);

export const VFIO_GROUP_UNSET_CONTAINER = plainIoctl(
  'VFIO_GROUP_UNSET_CONTAINER',
  vfioRequest(5),
  'nothing',
);

/** Takes the name of a device in sysfs; returns an fd. */
export const VFIO_GROUP_GET_DEVICE_FD = plainIoctl(
  'VFIO_GROUP_GET_DEVICE_FD',
  vfioRequest(6),
  'a pointer to a string',
  'a file descriptor',
);
