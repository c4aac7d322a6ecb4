import { makerOf } from '#commands/index.ts';
import type { CommandRecord, Fields } from '#commands/record.ts';
import { iommu_viommu_selftest } from '#uapi/iommufd/selftest.ts';

import type { Handle, ObjectHandle } from '../handles.ts';
import type { GuestNumber, NewGuestObject } from '../words/guests.ts';
import { idOf } from '../words/names.ts';
import type { World } from '../world.ts';
import { validFor } from './scene.ts';
import { demandMemory } from './scratch.ts';

/** What a guest has of an IOMMU, on `on`, which is a page table or a vIOMMU. */
export async function makeGuestObject(
  world: World,
  { kind, name, device }: NewGuestObject,
  on: Handle,
  number?: GuestNumber,
): Promise<void> {
  const { it, handles } = world;
  const { record, made } = makerOf(kind);
  for (const need of record.needs) world.require(need);
  const { command } = record;
  const { iommufd = handles.first('iommufd'), ioas } = on as ObjectHandle;
  const values: Fields = {
    ...validFor(world, it, command),
    [made.on ?? '']: idOf(on),
    ...(device && { dev_id: idOf(device) }),
    ...(number && (await valuesOf(world, record, number))),
  };
  const fields = await world.must(it, { fd: iommufd.fd, command }, values);
  const returned = number?.field === 'data' ? { ...fields, ...(await loadData(world)) } : fields;
  world.conclude({ ...world.outcome.record, fields: returned });
  const region = regionOf(returned);
  const id = Number(fields[made.id ?? '']);
  const fd = made.fd === undefined ? {} : { fd: Number(fields[made.fd]) };
  handles.add({ kind, name, id, iommufd, ioas, region, ...fd });
}

/** The number is a field of the struct, but for the data, which are those of the test driver. */
async function valuesOf(
  { it }: World,
  { command: { struct }, fields }: CommandRecord,
  { field, value, range }: GuestNumber,
): Promise<Fields> {
  if (field === 'data') {
    const data = iommu_viommu_selftest.pack({ in_data: Number(value) });
    demandMemory('store of driver data', await it.port.store(it.scratch.array, data));
    return { data_len: data.length, data_uptr: it.scratch.array };
  }
  const numbered = Object.keys(fields).find((name) => name.endsWith(field)) ?? field;
  const isWide = struct.codecs[numbered]?.size === 8;
  return {
    [numbered]: isWide ? value : Number(value),
    ...(range && { nesting_parent_iova: range.iova, length: range.length }),
  };
}

async function loadData({ it }: World): Promise<Fields> {
  const loaded = await it.port.load(it.scratch.array, iommu_viommu_selftest.size);
  const bytes = demandMemory('load of driver data', loaded);
  return iommu_viommu_selftest.unpack(bytes);
}

function regionOf(fields: Fields): { offset: bigint; length: bigint } | undefined {
  const { out_mmap_offset: offset, out_mmap_length: length } = fields;
  if (typeof offset !== 'bigint' || typeof length !== 'bigint') return undefined;
  return { offset, length };
}
