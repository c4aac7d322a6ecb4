import * as device from '#uapi/vfio/device.ts';
import { VFIO_DEVICE_FEATURE, VFIO_MIG_GET_PRECOPY_INFO } from '#uapi/vfio/feature.ts';
import * as pci from '#uapi/vfio/pci.ts';

import { file, given, id, number, output } from './field.ts';
import { record } from './record.ts';

const common = { on: 'device', since: '3.6', needs: ['vfio-device'] } as const;
/** Of devices that have a node of their own. */
const ofNode = { ...common, since: '6.6' } as const;

/** What a device tells of itself. */
const information = [
  record(device.VFIO_DEVICE_GET_INFO, {
    ...common,
    fields: {
      flags: output('VFIO_DEVICE_FLAGS_'),
      num_regions: output(),
      num_irqs: output(),
      cap_offset: output(),
    },
  }),
  record(device.VFIO_DEVICE_GET_REGION_INFO, {
    ...common,
    fields: {
      flags: output('VFIO_REGION_INFO_FLAG_'),
      index: number(pci.VFIO_PCI_BAR0_REGION_INDEX, 'VFIO_PCI_'),
      cap_offset: output(),
      size: output(),
      offset: output(),
    },
  }),
  record(device.VFIO_DEVICE_GET_IRQ_INFO, {
    ...common,
    fields: {
      flags: output('VFIO_IRQ_INFO_'),
      index: number(pci.VFIO_PCI_INTX_IRQ_INDEX, 'VFIO_PCI_'),
      count: output(),
    },
  }),
  record(pci.VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, {
    ...common,
    since: '3.10',
    fields: { flags: output('VFIO_PCI_HOT_RESET_FLAG_'), count: output(), devices: output() },
  }),
  record(VFIO_MIG_GET_PRECOPY_INFO, {
    ...common,
    on: 'migration',
    since: '6.2',
    fields: {
      flags: output('VFIO_PRECOPY_INFO_'),
      initial_bytes: output(),
      dirty_bytes: output(),
    },
  }),
];

/** What makes it do something. */
const actions = [
  record(device.VFIO_DEVICE_SET_IRQS, {
    ...common,
    fields: {
      flags: number(0, 'VFIO_IRQ_SET_'),
      index: number(pci.VFIO_PCI_INTX_IRQ_INDEX, 'VFIO_PCI_'),
      start: number(0),
      count: number(0),
      data: given,
    },
  }),
  record(device.VFIO_DEVICE_RESET, { ...common, fields: {} }),
  record(pci.VFIO_DEVICE_PCI_HOT_RESET, {
    ...common,
    since: '3.10',
    fields: { flags: number(0), count: number(0), group_fds: given },
  }),
  record(device.VFIO_DEVICE_IOEVENTFD, {
    ...common,
    since: '4.17',
    fields: {
      flags: number(0, 'VFIO_DEVICE_IOEVENTFD_'),
      offset: number(0),
      data: number(0),
      fd: given,
    },
  }),
  record(VFIO_DEVICE_FEATURE, {
    ...common,
    since: '5.7',
    fields: { flags: number(0, 'VFIO_DEVICE_FEATURE_'), data: given },
  }),
];

/** Where it stands in an iommufd. */
const places = [
  record(device.VFIO_DEVICE_BIND_IOMMUFD, {
    ...ofNode,
    fields: {
      flags: number(0, 'VFIO_DEVICE_BIND_'),
      iommufd: file('iommufd'),
      token_uuid_ptr: given,
    },
  }),
  record(device.VFIO_DEVICE_ATTACH_IOMMUFD_PT, {
    ...ofNode,
    fields: {
      flags: number(0, 'VFIO_DEVICE_ATTACH_'),
      pt_id: id('ioas'),
      pasid: number(0),
    },
  }),
  record(device.VFIO_DEVICE_DETACH_IOMMUFD_PT, {
    ...ofNode,
    fields: { flags: number(0, 'VFIO_DEVICE_DETACH_'), pasid: number(0) },
  }),
];

export const vfioDeviceCommands = [...information, ...actions, ...places];
