import { hex } from '#uapi/strace.ts';
import { AssertionError } from 'chai';

import type { VirtioAnswer, VirtioIommu } from '#port/virtio-iommu.ts';

import { Given, Then, When } from './support/cucumber.ts';
import {
  TAIL_BYTES,
  decodeFault,
  encodeRequest,
  endpointOf,
  flagsNamed,
  layoutOfRequest,
  reservedIn,
  statusIn,
} from './support/guest/virtio-requests.ts';
import type { FaultRecord } from './support/guest/virtio-requests.ts';
import type { World } from './support/world.ts';

/** What the driver of a virtio-iommu does: here that is the suite. */

type Row = Readonly<Record<string, string>>;

const untouched = 0xee;
const bypassOffset = 36;
/** Columns that are no fields. */
const besides = new Set(['request', 'answer', 'room', 'length']);
/** What the device wrote at the last PROBE, without the tail. */
const properties = new WeakMap<World, Uint8Array>();

function deviceOf(world: World): VirtioIommu {
  world.require('virtio-requests');
  const { virtioIommu } = world.running.machine.bench;
  if (virtioIommu !== undefined) return virtioIommu;
  throw new Error('the bench drives no virtio-iommu, and the machine declares virtio-requests');
}

/**
 * A request a row: its name, its fields, and what it is answered, of which there may be several (`INVAL or NOENT`).
 * `length` bytes of it are sent, and `room` bytes are for the answer; both are what the request takes where nothing is
 * said. `nothing`: it came back as it was, with a used length of 0.
 */
When('the virtio-iommu is asked:', async function (table) {
  for (const row of table.hashes()) await ask(this, row);
});

async function ask(world: World, row: Row): Promise<void> {
  const { request = '', answer: expected = '' } = row;
  const bytes = bytesOf(world, row);
  const room = row['room'] ? Number(world.size(row['room'])) : TAIL_BYTES;
  const answer = await deviceOf(world).request(bytes, room);
  if (request === 'PROBE' && answer !== 'stopped')
    properties.set(world, answer.bytes.subarray(0, -TAIL_BYTES));
  const found = inWords(answer);
  world.trace.note(`bench: the virtio-iommu answers ${request} with ${found}`);
  const isRefusal = !['OK', 'nothing', 'stopped'].includes(found);
  if (expected === 'anything' || (expected === 'a refusal' && isRefusal)) return;
  if (expected.split(' or ').includes(found)) return;
  throw new AssertionError(
    `the virtio-iommu answers ${request} with ${found}; expected ${expected}`,
  );
}

function bytesOf(world: World, row: Row): Uint8Array {
  const layout = layoutOfRequest(row['request'] ?? '');
  const cells = Object.entries(row).filter(([name, text]) => !besides.has(name) && text !== '');
  const values = cells.map(([name, text]): [string, bigint] => [
    name,
    name === 'flags' ? flagsNamed(text, layout.flags) : numberOf(world, text),
  ]);
  const length = row['length'] ? Number(world.size(row['length'])) : layout.size;
  return encodeRequest(layout, new Map(values)).subarray(0, length);
}

/** `device "nic"` is its endpoint. */
function numberOf(world: World, text: string): bigint {
  const [, name] = /^device "(.*)"$/.exec(text) ?? [];
  if (name === undefined) return world.size(text);
  return endpointOf(world.handles.get('device', name).info.id);
}

function inWords(answer: VirtioAnswer | 'stopped'): string {
  if (answer === 'stopped') return answer;
  const { bytes, written } = answer;
  const isUntouched = bytes.every((byte) => byte === untouched);
  if (written === 0) return isUntouched ? 'nothing' : 'no length, and bytes';
  return written === bytes.length ? statusIn(bytes) : `${written} of ${bytes.length} bytes`;
}

/** Both ends included. `none` is a PROBE that told nothing: all bytes are 0 or as they were. */
Then('the reserved memory is:', function (table) {
  const expected = table
    .hashes()
    .map(({ subtype = '', first = '', last = '' }) =>
      [subtype, this.size(first), this.size(last)].join(' '),
    );
  const found = reservedIn(properties.get(this) ?? new Uint8Array(0));
  if (found.join() === expected.join()) return;
  throw new AssertionError(`the properties are ${found.join()}; expected ${expected.join()}`);
});

Then('no property is told', function () {
  const bytes = properties.get(this);
  if (bytes?.every((byte) => byte === 0 || byte === untouched)) return;
  throw new AssertionError('the PROBE told something; expected nothing');
});

When('bypass of the virtio-iommu is set to {int}', async function (value) {
  await deviceOf(this).configuration({ offset: bypassOffset, bytes: Uint8Array.of(value) });
});

Then('bypass of the virtio-iommu is {int}', async function (expected) {
  const bytes = await deviceOf(this).configuration();
  if (bytes[bypassOffset] === expected) return;
  throw new AssertionError(`bypass is ${bytes[bypassOffset]}; expected ${expected}`);
});

/** Of struct virtio_iommu_config: where each field is, and its bytes. */
const configuration: ReadonlyMap<string, readonly [offset: number, length: number]> = new Map([
  ['page_size_mask', [0, 8]],
  ['input_range.start', [8, 8]],
  ['input_range.end', [16, 8]],
  ['domain_range.start', [24, 4]],
  ['domain_range.end', [28, 4]],
  ['probe_size', [32, 4]],
]);

Then('the configuration of the virtio-iommu is:', async function (table) {
  const bytes = await deviceOf(this).configuration();
  for (const [name = '', text = ''] of table.raw()) {
    const [offset, length] = configuration.get(name) ?? [];
    if (offset === undefined || length === undefined)
      throw new Error(`no field "${name}"; there are ${[...configuration.keys()].join(', ')}`);
    const field = [...bytes.subarray(offset, offset + length)].reverse();
    const actual = field.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
    if (actual === this.size(text)) continue;
    throw new AssertionError(`${name} is ${hex(actual)}; expected ${text}`);
  }
});

When('the virtio-iommu is reset', async function () {
  await deviceOf(this).reset();
});

/** What came before is forgotten. */
Given('the virtio-iommu has {int} buffer(s) of {size} for events', async function (count, length) {
  await deviceOf(this).events(new Array<number>(count).fill(Number(length)));
});

/** The oldest first. A reason may be one of several. */
Then('the virtio-iommu has reported:', async function (table) {
  const events = await deviceOf(this).events([]);
  const records = events === 'stopped' ? [] : events.map(decodeFault);
  const rows: readonly Row[] = table.hashes();
  const fits =
    records.length === rows.length && records.every((each, index) => isAs(this, each, rows[index]));
  if (fits) return;
  const found = records.map(({ reason, flags, endpoint, address }) =>
    [reason, flags, endpoint, hex(address)].join(' '),
  );
  throw new AssertionError(`the virtio-iommu has reported ${found.join('; ') || 'nothing'}`);
});

function isAs(world: World, record: FaultRecord, row: Row = {}): boolean {
  const { reason = '', flags, endpoint = '', address = '' } = row;
  return (
    reason.split(' or ').includes(record.reason) &&
    (flags === undefined || flags === record.flags) &&
    numberOf(world, endpoint) === BigInt(record.endpoint) &&
    world.size(address) === record.address
  );
}

Then('the virtio-iommu has reported nothing', async function () {
  const events = await deviceOf(this).events([]);
  if (events === 'stopped' || events.length === 0) return;
  throw new AssertionError(`the virtio-iommu has reported ${events.length} faults`);
});
