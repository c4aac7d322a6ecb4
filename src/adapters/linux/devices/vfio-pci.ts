import type { DeviceInfo } from '#port/bench.ts';
import type { Files } from '../files.ts';

const pciBus = '/sys/bus/pci';
const groups = '/sys/kernel/iommu_groups/';
const nodes = '/dev/vfio';

/** Gives a device without a driver to vfio-pci. `address` is that of sysfs, `0000:00:04.0`, and becomes the id. */
export async function bindToVfioPci(files: Files, address: string): Promise<DeviceInfo> {
  const cdev = await files.firstNumbered(await probed(files, address, 'vfio'));
  const group = await files.firstNumbered(groups, `/devices/${address}`);
  return {
    id: address,
    kind: 'vfio',
    cdev: `${nodes}/devices/vfio${cdev}`,
    group: `${nodes}/${group}`,
  };
}

/** `Y` or `N`; there only where noiommu is configured. */
export const noiommuMode = '/sys/module/vfio/parameters/enable_unsafe_noiommu_mode';

/** The same for a device without an IOMMU, in noiommu mode. Before Linux 7.3 it has no character device. */
export async function bindInNoiommuMode(files: Files, address: string): Promise<DeviceInfo> {
  const cdev = await files.findNumbered(await probed(files, address, 'noiommu-vfio'));
  const group = await files.firstNumbered(groups, `/devices/${address}`);
  return {
    id: address,
    kind: 'vfio',
    ...(cdev !== undefined && { cdev: `${nodes}/devices/noiommu-vfio${cdev}` }),
    group: `${nodes}/noiommu-${group}`,
  };
}

/** The same with noiommu mode off. vfio-pci should not take the device; where it has no number, nobody has its node. */
export async function bindWithoutIommu(files: Files, address: string): Promise<DeviceInfo> {
  const isSwitched = await files.exists(noiommuMode);
  if (isSwitched) await files.write(noiommuMode, 'N');
  const cdev = await files.findNumbered(await probed(files, address, 'vfio'));
  if (isSwitched) await files.write(noiommuMode, 'Y');
  return { id: address, kind: 'vfio', cdev: `${nodes}/devices/vfio${cdev ?? `-${address}`}` };
}

/** Returns where its number stands. */
async function probed(files: Files, address: string, name: string): Promise<string> {
  const folder = `${pciBus}/devices/${address}`;
  await files.write(`${folder}/driver_override`, 'vfio-pci');
  await files.write(`${pciBus}/drivers_probe`, address);
  return `${folder}/vfio-dev/${name}`;
}
