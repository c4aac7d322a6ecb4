import { AssertionError } from 'chai';

import { makerOf } from '#commands/index.ts';
import type { CommandRecord, Fields } from '#commands/record.ts';
import { IOMMU_TEST_OP_TRIGGER_VEVENT, iommu_viommu_selftest } from '#uapi/iommufd/selftest.ts';
import { MAP_SHARED, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import type { MmapRequest } from '#port/process.ts';

import { testCommand } from './support/calls/test-command.ts';
import { Given, Then, When, type DataTable } from './support/cucumber.ts';
import { parseValue } from './support/fields.ts';
import type { Handle, ObjectHandle, ProcessHandle } from './support/handles.ts';
import { fdOf, idOf } from './support/words/names.ts';
import type { NewGuestObject } from './support/words/guests.ts';
import { loadBytes } from './support/looks/probes.ts';
import { validFor } from './support/calls/scene.ts';
import type { World } from './support/world.ts';
import { hex } from './values.ts';

Given('{newGuestObject} on {object}', async function (wanted, object) {
  const { kind, name } = wanted;
  const { record, made } = makerOf(kind);
  for (const need of record.needs) this.require(need);
  const { command } = record;
  const { iommufd = this.handles.first('iommufd'), ioas } = object as ObjectHandle;
  const told = { [made.on ?? '']: idOf(object), ...valuesOf(record, wanted) };
  const values = { ...validFor(this, this.it, command), ...told };
  const data = await placeData(this, wanted);
  const fields = await this.must(this.it, { fd: iommufd.fd, command }, { ...values, ...data });
  const returned = data === undefined ? fields : { ...fields, ...(await loadData(this)) };
  this.conclude({ ...this.outcome.record, fields: returned });
  const region = regionOf(returned);
  const id = Number(fields[made.id ?? '']);
  const fd = made.fd === undefined ? {} : { fd: Number(fields[made.fd]) };
  this.handles.add({ kind, name, id, iommufd, ioas, region, ...fd });
});

/** What the step says, as fields of the struct. */
function valuesOf(
  { command: { struct }, fields }: CommandRecord,
  { device, number, range }: NewGuestObject,
): Fields {
  const numbered = Object.keys(fields).find((field) => number && field.endsWith(number.field));
  const narrow = struct.codecs[numbered ?? '']?.size === 8 ? BigInt : Number;
  return {
    ...(device && { dev_id: idOf(device) }),
    ...(number && numbered !== undefined && { [numbered]: narrow(number.value) }),
    ...(range && { nesting_parent_iova: range.iova, length: range.length }),
  };
}

/** The data of the test driver, where the step gives any. */
async function placeData(
  { it }: World,
  { kind, number }: NewGuestObject,
): Promise<Fields | undefined> {
  if (kind !== 'vIOMMU' || number === undefined) return undefined;
  const data = iommu_viommu_selftest.pack({ in_data: Number(number.value) });
  await it.port.store(it.scratch.array, data);
  return { data_len: data.length, data_uptr: it.scratch.array };
}

async function loadData({ it }: World): Promise<Fields> {
  const bytes = await loadBytes(it, it.scratch.array, iommu_viommu_selftest.size);
  return iommu_viommu_selftest.unpack(bytes);
}

function regionOf(fields: Fields): { offset: bigint; length: bigint } | undefined {
  const { out_mmap_offset: offset, out_mmap_length: length } = fields;
  if (typeof offset !== 'bigint' || typeof length !== 'bigint') return undefined;
  return { offset, length };
}

When('{device} reports {int} event(s)', async function (device, count) {
  this.require('test-cmd');
  const { fd } = device.iommufd ?? this.handles.first('iommufd');
  const operation = { trigger_vevent: { dev_id: idOf(device) } };
  for (let done = 0; done < count; done += 1) {
    await this.call(
      this.ownerOf(device),
      ...testCommand(fd, IOMMU_TEST_OP_TRIGGER_VEVENT, operation),
    );
  }
});

When(
  '{process} reads {size} of {object} into {buffer}',
  async function (process, length, object, { handle, offset }) {
    this.settle();
    const fd = fdOf(object);
    const result = await process.port.read(fd, handle.address + offset, Number(length));
    this.trace.add(`read(${fd}, ${handle.name} + ${offset}, ${length})`, result);
    this.conclude({ name: 'read', result, fields: { bytes: result } });
  },
);

/** A row of names, then words of 32 bits in the order in which they lie in memory; an empty cell stands for none. */
Then('{buffer} holds:', async function ({ handle, offset }, table) {
  const [, ...rows] = table.raw();
  const words = rows.flat().filter((cell) => cell !== '');
  const length = words.length * 4;
  const bytes = await loadBytes(handle.process, handle.address + offset, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const found = words.map((_, index) => view.getUint32(index * 4, true));
  const expected = words.map((cell) => Number(this.size(cell)));
  if (found.every((word, index) => word === expected[index])) return;
  const shown = [found, expected].map((list) => list.map(hex).join(' '));
  throw new AssertionError(`buffer "${handle.name}" holds ${shown[0]}; expected ${shown[1]}`);
});

When('{process} mmaps {object} as {string}', async function (process, object, name) {
  await mapRegion(this, { process, object, name });
});

When('{process} mmaps {object} as {string} with:', async function (process, object, name, table) {
  await mapRegion(this, { process, object, name, table });
});

interface RegionMap {
  readonly process: ProcessHandle;
  readonly object: Handle;
  readonly name: string;
  readonly table?: DataTable;
}

/** The region of a vIOMMU, or what the table says; `offset` counts from the begin of the region. */
async function mapRegion(world: World, { process, object, name, table }: RegionMap): Promise<void> {
  world.settle();
  const { offset: start = 0n, length = world.pageSize } =
    ('region' in object ? object.region : undefined) ?? {};
  const given = new Map<string, bigint>(
    (table?.raw() ?? []).map(([field = '', text = '']) => [
      field,
      parseValue(world, process, `mmap.${field}`, text),
    ]),
  );
  const request: MmapRequest = {
    address: 0n,
    length: given.get('length') ?? length,
    protection: Number(given.get('prot') ?? PROT_READ | PROT_WRITE),
    flags: Number(given.get('flags') ?? MAP_SHARED),
    fd: fdOf(object),
    offset: start + (given.get('offset') ?? 0n),
  };
  const address = await process.port.mmap(request);
  world.trace.add(`mmap(${request.fd}, ${hex(request.offset)}, ${request.length})`, address);
  world.conclude({ name: 'mmap', result: address });
  if (address < 0n) return;
  world.handles.add({ kind: 'buffer', name, process, address, length: request.length });
}
