import { randomUUID } from 'node:crypto';

import type { DeviceInfo } from '#port/bench.ts';
import type { Files } from '../files.ts';
import type { EmulatedDevices } from './emulated.ts';

/** A kind of device that mtty makes up: one serial port. */
export const mttyType = '/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-1';

/** Serial ports of mtty, the sample of a driver that makes up VFIO devices. */
export function mttyDevices(files: Files): EmulatedDevices {
  return {
    create: () => createMtty(files),
    remove: (id) => files.write(`/sys/bus/mdev/devices/${id}/remove`, '1'),
  };
}

async function createMtty(files: Files): Promise<DeviceInfo> {
  const id = randomUUID();
  await files.write(`${mttyType}/create`, id);
  const cdev = await files.firstNumbered(`/sys/bus/mdev/devices/${id}/vfio-dev/vfio`);
  const group = await files.firstNumbered('/sys/kernel/iommu_groups/', `/devices/${id}`);
  return {
    id,
    kind: 'vfio',
    cdev: `/dev/vfio/devices/vfio${cdev}`,
    group: `/dev/vfio/${group}`,
  };
}
