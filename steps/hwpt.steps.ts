import { AssertionError } from 'chai';

import { IOMMU_HWPT_ALLOC, IOMMU_HWPT_ALLOC_NEST_PARENT } from '#uapi/iommufd/hwpt.ts';
import {
  IOMMU_HWPT_DATA_SELFTEST,
  IOMMU_TEST_CMD,
  IOMMU_TEST_IOTLB_DEFAULT,
  IOMMU_TEST_OP_MD_CHECK_IOTLB,
  MOCK_NESTED_DOMAIN_IOTLB_NUM,
  iommu_hwpt_selftest,
} from '#uapi/iommufd/selftest.ts';

import { Given, Then, When } from './support/cucumber.ts';
import { compareValue, parseRows } from './support/fields.ts';
import type { ObjectHandle } from './support/handles.ts';
import { idOf } from './support/names.ts';
import type { HwptSort } from './support/parameter-types.ts';
import { loadBytes } from './support/probes.ts';
import type { World } from './support/world.ts';
import { hex } from './values.ts';

/** Page tables that are made by hand, and the structs that describe them to the driver of an IOMMU. */

/** The data of a nested table: its mandatory part, as older kernels know no more. */
const nestedData = iommu_hwpt_selftest.pack({ iotlb: IOMMU_TEST_IOTLB_DEFAULT }).slice(0, 4);

async function valuesOf(world: World, sort: HwptSort): Promise<Record<string, unknown>> {
  if (sort === 'ordinary') return {};
  if (sort === 'nesting') return { flags: IOMMU_HWPT_ALLOC_NEST_PARENT };
  world.require('test-cmd');
  const { port, scratch } = world.it;
  await port.store(scratch.array, nestedData);
  return {
    data_type: IOMMU_HWPT_DATA_SELFTEST,
    data_len: nestedData.length,
    data_uptr: scratch.array,
  };
}

/** The IOAS behind the object of that id, where the scenario has a name for it. */
function ioasBehind({ handles }: World, id: number): number | undefined {
  const ioas = handles.all('ioas').find((handle) => handle.id === id);
  return ioas?.id ?? handles.all('hwpt').find((handle) => handle.id === id)?.ioas;
}

Given('{newHwpt} for {device} on {object}', async function ({ name, sort }, device, object) {
  this.require('hwpt-alloc');
  const iommufd = device.iommufd ?? this.handles.first('iommufd');
  const target = { fd: iommufd.fd, command: IOMMU_HWPT_ALLOC };
  const place = { dev_id: idOf(device), pt_id: idOf(object) };
  const fields = await this.must(this.it, target, { ...place, ...(await valuesOf(this, sort)) });
  const id = Number(fields['out_hwpt_id']);
  const ioas = (object as ObjectHandle).ioas ?? ioasBehind(this, place.pt_id);
  this.handles.add({ kind: 'hwpt', name, id, iommufd, ioas, nested: sort === 'nested' });
});

/** A name for what the last call made. */
Then('it made {madeObject}', function ({ kind, name }) {
  const { fields = {} } = this.outcome.examine();
  this.examine({ kind: 'succeeds' });
  const iommufd = this.handles.first('iommufd');
  if (kind === 'bound device') {
    const operation = fields['operation'] as Record<string, Record<string, number>> | undefined;
    const id = operation?.['mock_domain_flags']?.['out_idev_id'] ?? 0;
    this.handles.add({ kind, name, id, iommufd } satisfies ObjectHandle);
    return;
  }
  const [id, table] = [Number(fields['out_hwpt_id']), Number(fields['pt_id'])];
  const nested = this.handles.all('hwpt').some((handle) => handle.id === table);
  this.handles.add({ kind, name, id, iommufd, ioas: ioasBehind(this, table), nested });
});

When('{process} stores {struct} in {buffer}:', async function (process, struct, spot, table) {
  const { handle, offset } = spot;
  const rows = parseRows(this, process, struct, table);
  const bytes = Buffer.concat(rows.map((row) => struct.pack(row)));
  const signal = await process.port.store(handle.address + offset, bytes);
  this.trace.add(`store(${handle.name} + ${offset}, ${rows.length} struct ${struct.name})`, 0);
  if (signal !== undefined) throw new AssertionError(`the store gave ${signal}; expected success`);
});

Then('{buffer} holds {struct}:', async function ({ handle, offset }, struct, table) {
  const rows = table.hashes();
  const bytes = await loadBytes(handle.process, handle.address + offset, rows.length * struct.size);
  const wrong = rows.flatMap((row, index) => {
    const found: Readonly<Record<string, unknown>> = struct.unpack(
      bytes.subarray(index * struct.size),
    );
    return Object.entries(row).flatMap(([field, text]) => {
      const value = BigInt(found[field] as number | bigint);
      const { actual, expected } = compareValue(this, `${struct.name}.${field}`, text, value);
      if (actual === expected) return [];
      return [`[${index}].${field} = ${hex(actual)}; expected ${hex(expected)}`];
    });
  });
  if (wrong.length > 0) {
    throw new AssertionError(`buffer "${handle.name}" holds ${struct.name}${wrong.join(', ')}`);
  }
});

/** The numbers of all entries whose value is `iotlb`. */
async function entriesWith(world: World, id: number, iotlb: number): Promise<number[]> {
  const { fd } = world.handles.first('iommufd');
  const found: number[] = [];
  for (let entry = 0; entry < MOCK_NESTED_DOMAIN_IOTLB_NUM; entry += 1) {
    const operation = { check_iotlb: { id: entry, iotlb } } as never;
    const values = { op: IOMMU_TEST_OP_MD_CHECK_IOTLB, id, operation };
    const { result } = await world.probe(world.it, { fd, command: IOMMU_TEST_CMD }, values);
    if (result === 0) found.push(entry);
  }
  return found;
}

Then('{object} has lost the IOTLB entries {string}', async function (object, expected) {
  this.require('test-cmd');
  const lost = await entriesWith(this, idOf(object), 0);
  const left = await entriesWith(this, idOf(object), IOMMU_TEST_IOTLB_DEFAULT);
  const shown = lost.join(', ') || 'none';
  const complete = lost.length + left.length === MOCK_NESTED_DOMAIN_IOTLB_NUM;
  if (shown === expected && complete) return;
  throw new AssertionError(
    `HWPT "${object.name}" has lost the IOTLB entries ${shown} and still has ${left.join(', ') || 'none'}; expected it to have lost ${expected}`,
  );
});
