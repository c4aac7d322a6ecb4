import type { DeviceInfo } from '#port/bench.ts';
import type { Files } from '../files.ts';

const pciBus = '/sys/bus/pci';

/** Gives a device without a driver to vfio-pci. `address` is that of sysfs, `0000:00:04.0`, and becomes the id. */
export async function bindToVfioPci(files: Files, address: string): Promise<DeviceInfo> {
  const folder = `${pciBus}/devices/${address}`;
  await files.write(`${folder}/driver_override`, 'vfio-pci');
  await files.write(`${pciBus}/drivers_probe`, address);
  const cdev = await files.firstNumbered(`${folder}/vfio-dev/vfio`);
  const group = await files.firstNumbered('/sys/kernel/iommu_groups/', `/devices/${address}`);
  return {
    id: address,
    kind: 'vfio',
    cdev: `/dev/vfio/devices/vfio${cdev}`,
    group: `/dev/vfio/${group}`,
  };
}
