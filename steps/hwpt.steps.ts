import { AssertionError } from 'chai';

import type { Struct } from '#uapi/codec.ts';
import {
  IOMMU_TEST_DEV_CACHE_DEFAULT,
  IOMMU_TEST_IOTLB_DEFAULT,
  IOMMU_TEST_OP_DEV_CHECK_CACHE,
  IOMMU_TEST_OP_MD_CHECK_IOTLB,
  MOCK_NESTED_DOMAIN_IOTLB_NUM,
} from '#uapi/iommufd/selftest.ts';
import { hex } from '#uapi/strace.ts';

import { makeHwpt } from './support/calls/hwpt.ts';
import { invalidate, invalidatePages } from './support/calls/invalidate.ts';
import { testCommand } from './support/calls/test-command.ts';
import { Given, Then, When } from './support/cucumber.ts';
import { compareValue, parseRows } from './support/fields.ts';
import { joinWords } from './support/guest/bits.ts';
import { nameMade } from './support/calls/made.ts';
import { idOf } from './support/words/names.ts';
import { loadBytes } from './support/looks/probes.ts';
import type { World } from './support/world.ts';

/** User-allocated page tables, and the structs that describe them to the driver of an IOMMU. */

Given('{newHwpt} for {device} on {object}', async function (hwpt, device, on) {
  await makeHwpt(this, hwpt, { device, on });
});

Given(
  '{newHwpt} with {hwptExtra} for {device} on {object}',
  async function (hwpt, extra, device, on) {
    await makeHwpt(this, hwpt, { device, on }, extra);
  },
);

Given(
  '{newHwpt} with {hwptExtra} and {hwptExtra} for {device} on {object}',
  async function (hwpt, extra, queue, device, on) {
    await makeHwpt(this, hwpt, { device, on }, extra, queue);
  },
);

When('{process} invalidates {forgotten} of {object}', async function (process, what, hwpt) {
  await invalidatePages(this, process, what, hwpt);
});

/** A name for what the last call made. */
Then('it made {madeObject}', function ({ kind, name }) {
  nameMade(this, kind, name);
});

When('{process} stores {struct} in {buffer}:', async function (process, struct, spot, table) {
  const { handle, offset } = spot;
  const rows = parseRows(this, process, struct, table);
  const bytes = Buffer.concat(rows.map((row) => struct.pack(row)));
  const signal = await process.port.store(handle.address + offset, bytes);
  this.trace.add(`store(${handle.name} + ${offset}, ${rows.length} struct ${struct.name})`, 0);
  if (signal !== undefined) throw new AssertionError(`the store gave ${signal}; expected success`);
});

/** A field, an element of one, `idr[0]`, or a whole array as one number. */
function memberOf(struct: Struct, bytes: Uint8Array, field: string): bigint {
  const found: Readonly<Record<string, unknown>> = struct.unpack(bytes);
  const [, list = field, index] = /^(\w+)\[(\d+)\]$/.exec(field) ?? [];
  const value = found[list];
  if (!Array.isArray(value)) return BigInt(value as number | bigint);
  if (index !== undefined) return BigInt(value[Number(index)] as number | bigint);
  return joinWords(value as bigint[], (struct.codecs[list]?.size ?? 0) / value.length);
}

Then('{buffer} holds {struct}:', async function ({ handle, offset }, struct, table) {
  const rows = table.hashes();
  const bytes = await loadBytes(handle.process, handle.address + offset, rows.length * struct.size);
  const wrong = rows.flatMap((row, index) => {
    const element = bytes.subarray(index * struct.size);
    return Object.entries(row).flatMap(([field, text]) => {
      const value = memberOf(struct, element, field);
      const { actual, expected } = compareValue(this, `${struct.name}.${field}`, text, value);
      if (actual === expected) return [];
      return [`[${index}].${field} = ${hex(actual)}; expected ${hex(expected)}`];
    });
  });
  if (wrong.length > 0) {
    throw new AssertionError(`buffer "${handle.name}" holds ${struct.name}${wrong.join(', ')}`);
  }
});

When('{process} invalidates through {object}:', async function (process, object, table) {
  await invalidate(this, process, object, table);
});

/** Where the test driver remembers what was invalidated: a nested page table has an IOTLB, a mock device a cache. */
interface Cache {
  readonly op: number;
  readonly operation: (id: number, value: number) => Record<string, Record<string, number>>;
  /** What its entries hold until they are invalidated. */
  readonly initial: number;
}

const iotlb: Cache = {
  op: IOMMU_TEST_OP_MD_CHECK_IOTLB,
  operation: (id, iotlb) => ({ check_iotlb: { id, iotlb } }),
  initial: IOMMU_TEST_IOTLB_DEFAULT,
};

const deviceCache: Cache = {
  op: IOMMU_TEST_OP_DEV_CHECK_CACHE,
  operation: (id, cache) => ({ check_dev_cache: { id, cache } }),
  initial: IOMMU_TEST_DEV_CACHE_DEFAULT,
};

/** The numbers of all entries that hold `value`. */
async function entriesWith(
  world: World,
  { op, operation }: Cache,
  id: number,
  value: number,
): Promise<number[]> {
  const { fd } = world.handles.first('iommufd');
  const found: number[] = [];
  for (let entry = 0; entry < MOCK_NESTED_DOMAIN_IOTLB_NUM; entry += 1) {
    const call = testCommand(fd, op, operation(entry, value), id);
    const { result } = await world.probe(world.it, ...call);
    if (result === 0) found.push(entry);
  }
  return found;
}

Then('{object} has lost the cache entries {string}', async function (object, expected) {
  this.require('test-cmd');
  const cache = object.kind === 'device' ? deviceCache : iotlb;
  const lost = await entriesWith(this, cache, idOf(object), 0);
  const left = await entriesWith(this, cache, idOf(object), cache.initial);
  const shown = lost.join(', ') || 'none';
  const complete = lost.length + left.length === MOCK_NESTED_DOMAIN_IOTLB_NUM;
  if (shown === expected && complete) return;
  throw new AssertionError(
    `${object.kind} "${object.name}" has lost the cache entries ${shown} and still has ${left.join(', ') || 'none'}; expected it to have lost ${expected}`,
  );
});
