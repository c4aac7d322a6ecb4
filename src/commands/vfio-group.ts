import * as group from '#uapi/vfio/group.ts';

import { deviceName, file, output } from './field.ts';
import { record } from './record.ts';

const common = { on: 'group', since: '3.6', needs: ['vfio-group'] } as const;

export const groupCommands = [
  record(group.VFIO_GROUP_GET_STATUS, {
    ...common,
    fields: { flags: output('VFIO_GROUP_FLAGS_') },
  }),
  record(group.VFIO_GROUP_SET_CONTAINER, { ...common, fields: { fd: file('container') } }),
  record(group.VFIO_GROUP_UNSET_CONTAINER, { ...common, fields: {} }),
  record(group.VFIO_GROUP_GET_DEVICE_FD, { ...common, fields: { name: deviceName } }),
];
