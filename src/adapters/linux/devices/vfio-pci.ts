import type { DeviceInfo } from '#port/bench.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { SyscallResult } from '#port/process.ts';
import { errnoName } from '#uapi/errno.ts';
import type { Files } from '../files.ts';

const pciBus = '/sys/bus/pci';
const groups = '/sys/kernel/iommu_groups/';
const nodes = '/dev/vfio';

/** Gives a device to vfio-pci. `address` is that of sysfs, `0000:00:04.0`, and becomes the id. */
export async function bindToVfioPci(files: Files, address: string): Promise<DeviceInfo> {
  await mustTake(files, address);
  const cdev = await files.firstNumbered(`${vfioFolder(address)}/vfio`);
  const group = await files.firstNumbered(groups, `/devices/${address}`);
  return {
    id: address,
    kind: 'vfio',
    cdev: `${nodes}/devices/vfio${cdev}`,
    group: `${nodes}/${group}`,
  };
}

/** The same for a device without an IOMMU, in noiommu mode. Before Linux 7.3 it has no character device. */
export async function bindInNoiommuMode(files: Files, address: string): Promise<DeviceInfo> {
  await mustTake(files, address);
  const cdev = await files.findNumbered(`${vfioFolder(address)}/noiommu-vfio`);
  const group = await files.firstNumbered(groups, `/devices/${address}`);
  return {
    id: address,
    kind: 'vfio',
    ...(cdev !== undefined && { cdev: `${nodes}/devices/noiommu-vfio${cdev}` }),
    group: `${nodes}/noiommu-${group}`,
  };
}

/** `Y` or `N`; there only where noiommu is configured. */
export const noiommuMode = '/sys/module/vfio/parameters/enable_unsafe_noiommu_mode';

/** The same with noiommu mode off. vfio-pci should not take the device; where it has no number, nobody has its node. */
export async function bindWithoutIommu(files: Files, address: string): Promise<DeviceInfo> {
  await giveWithoutNoiommu(files, address);
  const cdev = await files.findNumbered(`${vfioFolder(address)}/vfio`);
  return { id: address, kind: 'vfio', cdev: `${nodes}/devices/vfio${cdev ?? `-${address}`}` };
}

/** Gives a device to vfio-pci while noiommu mode is off, if there is one. */
export async function giveWithoutNoiommu(files: Files, address: string): Promise<SyscallResult> {
  const isConfigured = await files.exists(noiommuMode);
  if (isConfigured) await files.write(noiommuMode, 'N');
  const result = await giveToDriver(files, address, 'vfio-pci');
  if (isConfigured) await files.write(noiommuMode, 'Y');
  return result;
}

/** Where the number of its character device stands. */
function vfioFolder(address: string): string {
  return `${pciBus}/devices/${address}/vfio-dev`;
}

async function mustTake(files: Files, address: string): Promise<void> {
  const result = await giveToDriver(files, address, 'vfio-pci');
  if (result >= 0) return;
  throw new ImplementationBroken(`vfio-pci does not take ${address}: ${errnoName(result)}`);
}

/**
 * To vfio-pci, with the nodes that they had, where a scenario has taken devices away or has let the kernel forget them: the
 * lowest number is given out first.
 */
export async function giveBack(files: Files, devices: readonly DeviceInfo[]): Promise<void> {
  const strays: DeviceInfo[] = [];
  for (const device of devices) if (!(await hasNode(files, device))) strays.push(device);
  for (const { id } of strays) {
    if (!(await files.exists(`${pciBus}/devices/${id}`)))
      await files.write(`${pciBus}/rescan`, '1');
    if (await files.exists(`${pciBus}/devices/${id}/driver`))
      await files.write(`${pciBus}/devices/${id}/driver/unbind`, id);
  }
  const number = ({ cdev = '' }: DeviceInfo): number => Number(/\d+$/.exec(cdev)?.[0]);
  for (const { id } of strays.sort((one, other) => number(one) - number(other)))
    await mustTake(files, id);
}

function hasNode(files: Files, { id, cdev = '' }: DeviceInfo): Promise<boolean> {
  return files.exists(`${pciBus}/devices/${id}/vfio-dev/${cdev.split('/').at(-1)}`);
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
