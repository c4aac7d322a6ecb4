import { IOMMU_VDEVICE_ALLOC } from '#uapi/iommufd/viommu.ts';
import {
  VFIO_DEVICE_ATTACH_IOMMUFD_PT,
  VFIO_DEVICE_ATTACH_PASID,
  VFIO_DEVICE_BIND_IOMMUFD,
  VFIO_DEVICE_DETACH_IOMMUFD_PT,
  VFIO_DEVICE_DETACH_PASID,
} from '#uapi/vfio/device.ts';

import type { ActionOf, Requester } from './action.ts';
import { nthOf, shownTable, type Device, type PageTable, type Stage } from './stage.ts';

/** Devices and PASIDs come to page tables, move between them, and go. */

async function attachTo(stage: Stage, who: Requester, table: PageTable): Promise<void> {
  const { pasid = 0, device } = who;
  const flags = who.pasid === undefined ? 0 : VFIO_DEVICE_ATTACH_PASID;
  const fields = { flags, pt_id: table.id ?? 0, pasid };
  const { fd } = stage.devices[device] ?? { fd: -1 };
  const { result } = await stage.rig.call(VFIO_DEVICE_ATTACH_IOMMUFD_PT, fields, fd);
  stage.tellCall(`it attaches ${stage.shown(who)} to ${shownTable(table)}`, result);
  if (result >= 0) stage.stand(who, table);
}

/** What is refused changes nothing. */
export async function attach(stage: Stage, { who, nth }: ActionOf<'attach'>): Promise<boolean> {
  const table = nthOf(
    stage.tables.filter(({ id }) => id !== undefined),
    nth,
  );
  if (table === undefined || stage.device(who) === undefined) return false;
  await attachTo(stage, who, table);
  return true;
}

export async function detach(stage: Stage, { who }: ActionOf<'detach'>): Promise<boolean> {
  const device = stage.device(who);
  if (device === undefined || stage.standing(who) === undefined) return false;
  const { pasid = 0 } = who;
  const flags = who.pasid === undefined ? 0 : VFIO_DEVICE_DETACH_PASID;
  const { result } = await stage.rig.call(
    VFIO_DEVICE_DETACH_IOMMUFD_PT,
    { flags, pasid },
    device.fd,
  );
  stage.tellCall(`it detaches ${stage.shown(who)}`, result);
  if (result >= 0) stage.leave(who);
  return true;
}

/** Opened and bound; where there is a vIOMMU, the guest has a number for it. */
export async function bind(stage: Stage, device: Device, nth: number): Promise<void> {
  const { rig, viommu } = stage;
  device.fd = await rig.open(device.info.cdev ?? '');
  const bound = await rig.must(VFIO_DEVICE_BIND_IOMMUFD, { iommufd: rig.iommufd }, device.fd);
  device.id = bound.field('out_devid');
  stage.tell(
    `When it opens device "${device.name}"`,
    `And it binds device "${device.name}" to the iommufd`,
  );
  if (viommu !== undefined) await makeVdevice(stage, device, nth);
}

/** A device behind another IOMMU is none of the guest. */
export async function makeVdevice(stage: Stage, device: Device, nth: number): Promise<void> {
  const viommu_id = stage.viommu ?? 0;
  const virt_id = 0x55 + nth;
  const fields = { dev_id: device.id, viommu_id, virt_id };
  const { result } = await stage.rig.call(IOMMU_VDEVICE_ALLOC, fields);
  if (result < 0) return;
  stage.vdevices += 1;
  const name = `${device.name} of guest ${stage.vdevices}`;
  stage.tell(
    `Given a vDEVICE "${name}" for device "${device.name}" with virt_id ${virt_id} on vIOMMU "virtual"`,
  );
}

/** Closed with all that it has attached and all that it waits for; then opened again, and away from guests. */
export async function close(stage: Stage, { device: nth }: ActionOf<'close'>): Promise<boolean> {
  const device = stage.devices[nth];
  const other = stage.tables.find(({ kind, ioas }) => kind === 'IOAS' && ioas === 1);
  if (device === undefined || other === undefined) return false;
  await stage.rig.close(device.fd);
  stage.tell(`When it closes device "${device.name}"`);
  for (const [who] of stage.places) if (who.device === nth) stage.leave(who);
  stage.requests.leave(nth, 'any');
  await bind(stage, device, nth);
  await attachTo(stage, { device: nth, pasid: undefined }, other);
  return true;
}
