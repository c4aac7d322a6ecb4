import { hugeEntries, mock } from '#commands/vendors/mock.ts';
import type { DriverData } from '#commands/vendors/vendor.ts';
import { IOMMU_HWPT_ALLOC, IOMMU_HWPT_FAULT_ID_VALID } from '#uapi/iommufd/hwpt.ts';
import { IOMMU_VDEVICE_ALLOC, IOMMU_VIOMMU_ALLOC } from '#uapi/iommufd/viommu.ts';

import type { DeviceHandle, Handle, ObjectHandle, ProcessHandle } from '../handles.ts';
import type { HwptExtra, NewHwpt } from '../words/hwpts.ts';
import { idOf, ioasBehind } from '../words/names.ts';
import type { World } from '../world.ts';
import { demandMemory } from './scratch.ts';

/** User-allocated page tables. */

/** A nested table has to come with what the guest has; one of a mock device has nothing there. */
function dataOf(world: World, { nested }: NewHwpt, extra?: HwptExtra): DriverData | undefined {
  if (typeof extra === 'object' && extra.kind === 'guest table') {
    return extra.format.hwptData(extra.guestAddress);
  }
  const huge = extra === 'huge entries';
  if (!huge && !nested) return undefined;
  world.require('test-cmd');
  return huge ? hugeEntries : mock.nested.data();
}

interface Place {
  readonly device: DeviceHandle;
  readonly on: Handle;
}

export async function makeHwpt(
  world: World,
  hwpt: NewHwpt,
  { device, on }: Place,
  extra?: HwptExtra,
  queue: HwptExtra | undefined = extra,
): Promise<void> {
  world.require('hwpt-alloc');
  const { name, nested } = hwpt;
  const process = world.ownerOf(device);
  const iommufd = device.iommufd ?? world.handles.first('iommufd');
  const fault = typeof queue === 'object' && queue.kind === 'fault queue' ? queue.id : undefined;
  const flags = hwpt.flags | (fault === undefined ? 0 : IOMMU_HWPT_FAULT_ID_VALID);
  const pt_id = hwpt.ofGuest ? await guestIommu(world, { device, on }, extra) : idOf(on);
  const place = { dev_id: idOf(device), pt_id, flags, fault_id: fault ?? 0 };
  const data = await placeData(process, dataOf(world, hwpt, extra));
  const target = { fd: iommufd.fd, command: IOMMU_HWPT_ALLOC };
  const fields = await world.must(process, target, { ...place, ...data });
  const id = Number(fields['out_hwpt_id']);
  const ioas = (on as ObjectHandle).ioas ?? ioasBehind(world, place.pt_id);
  world.handles.add({ kind: 'hwpt', name, id, iommufd, ioas, nested });
}

/** The number by which a guest knows its device, where a scenario does not say. */
const anyNumber = 0x55n;

/** What a guest's page table is made on: the parent, or a vIOMMU that has the device where the format needs one. */
async function guestIommu(
  world: World,
  { device, on }: Place,
  extra: HwptExtra | undefined,
): Promise<number> {
  const type = typeof extra === 'object' && 'format' in extra ? extra.format.viommu : undefined;
  if (type === undefined) return idOf(on);
  const { fd } = device.iommufd ?? world.handles.first('iommufd');
  const process = world.ownerOf(device);
  const dev_id = idOf(device);
  const wanted = { type, dev_id, hwpt_id: idOf(on) };
  const made = await world.must(process, { fd, command: IOMMU_VIOMMU_ALLOC }, wanted);
  const viommu_id = Number(made['out_viommu_id']);
  const place = { dev_id, viommu_id, virt_id: anyNumber };
  await world.must(process, { fd, command: IOMMU_VDEVICE_ALLOC }, place);
  return viommu_id;
}

async function placeData(
  { port, scratch }: ProcessHandle,
  data: DriverData | undefined,
): Promise<Record<string, unknown>> {
  if (data === undefined) return {};
  const { type, bytes } = data;
  demandMemory('store of driver data', await port.store(scratch.array, bytes));
  return { data_type: type, data_len: bytes.length, data_uptr: scratch.array };
}
