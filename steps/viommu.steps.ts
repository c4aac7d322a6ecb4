import { AssertionError } from 'chai';

import { IOMMU_TEST_OP_TRIGGER_VEVENT } from '#uapi/iommufd/selftest.ts';
import { hex } from '#uapi/strace.ts';

import { mapFile } from './support/calls/mmap.ts';
import { testCommand } from './support/calls/test-command.ts';
import { makeGuestObject } from './support/calls/viommu.ts';
import { Given, Then, When } from './support/cucumber.ts';
import type { Handle } from './support/handles.ts';
import { fdOf, idOf } from './support/words/names.ts';
import { loadBytes } from './support/looks/probes.ts';
import type { World } from './support/world.ts';
import { pattern } from './support/notation.ts';

Given('{newGuestObject} on {object}', async function (wanted, on) {
  await makeGuestObject(this, wanted, on);
});

Given('{newGuestObject} with {guestNumber} on {object}', async function (wanted, number, on) {
  await makeGuestObject(this, wanted, on, number);
});

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

/**
 * A row of names, then words of 32 bits in the order in which they lie in memory; an empty cell stands for none. `left`
 * is a word that the buffer has had from the start.
 */
Then('{buffer} holds:', async function ({ handle, offset }, table) {
  const [, ...rows] = table.raw();
  const words = rows.flat().filter((cell) => cell !== '');
  const length = words.length * 4;
  const bytes = await loadBytes(handle.process, handle.address + offset, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const found = words.map((_, index) => view.getUint32(index * 4, true));
  const initial = pattern(handle.name, Number(offset) + length).slice(Number(offset));
  const before = new DataView(initial.buffer);
  const expected = words.map((cell, index) =>
    cell === 'left' ? before.getUint32(index * 4, true) : Number(this.size(cell)),
  );
  if (found.every((word, index) => word === expected[index])) return;
  const shown = [found, expected].map((list) => list.map(hex).join(' '));
  throw new AssertionError(`buffer "${handle.name}" holds ${shown[0]}; expected ${shown[1]}`);
});

When('{process} mmaps {object} as {string}', async function (process, object, name) {
  await mapFile(this, { process, name, fd: fdOf(object), ...regionOf(this, object) });
});

When('{process} mmaps {object} as {string} with:', async function (process, object, name, table) {
  await mapFile(this, { process, name, fd: fdOf(object), table, ...regionOf(this, object) });
});

/** That of a vIOMMU, where it has one. */
function regionOf(
  { pageSize }: World,
  object: Handle,
): { readonly start: bigint; readonly length: bigint } {
  const { offset: start = 0n, length = pageSize } =
    ('region' in object ? object.region : undefined) ?? {};
  return { start, length };
}
