import type { DeviceInfo } from '#port/bench.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { SyscallResult } from '#port/process.ts';
import { errnoName } from '#uapi/errno.ts';
import type { Files } from '../files.ts';

const pciBus = '/sys/bus/pci';

/** Gives a device to vfio-pci. `address` is that of sysfs, `0000:00:04.0`, and becomes the id. */
export async function bindToVfioPci(files: Files, address: string): Promise<DeviceInfo> {
  const folder = `${pciBus}/devices/${address}`;
  const result = await giveToDriver(files, address, 'vfio-pci');
  if (result < 0) {
    throw new ImplementationBroken(`vfio-pci does not take ${address}: ${errnoName(result)}`);
  }
  const cdev = await files.firstNumbered(`${folder}/vfio-dev/vfio`);
  const group = await files.firstNumbered('/sys/kernel/iommu_groups/', `/devices/${address}`);
  return {
    id: address,
    kind: 'vfio',
    cdev: `/dev/vfio/devices/vfio${cdev}`,
    group: `/dev/vfio/${group}`,
  };
}

/** From the driver that has it, if one has, to another one: what the `bind` file of that returns. */
export async function giveToDriver(
  files: Files,
  address: string,
  driver: string,
): Promise<SyscallResult> {
  const folder = `${pciBus}/devices/${address}`;
  await files.write(`${folder}/driver_override`, driver);
  if (await files.exists(`${folder}/driver`)) await files.write(`${folder}/driver/unbind`, address);
  const written = await files.tryWrite(`${pciBus}/drivers/${driver}/bind`, address);
  return written < 0 ? written : 0;
}
