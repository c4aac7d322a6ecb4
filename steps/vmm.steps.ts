import { AssertionError } from 'chai';

import { hex } from '#uapi/strace.ts';
import type { GuestRam } from '#port/vmm.ts';

import { Given, Then, When } from './support/cucumber.ts';
import { pattern } from './support/notation.ts';
import { demandCalls, parseRows } from './support/vmm/calls.ts';
import { contentOf, guestOf, start } from './support/vmm/guest.ts';
import { lookAtAll } from './support/vmm/look.ts';
import type { World } from './support/world.ts';

/** Makes it, and fills it as a guest would. */
async function addRam(world: World, ram: GuestRam): Promise<void> {
  const guest = await guestOf(world);
  const told = await guest.vmm.addRam(ram);
  guest.conclude(`RAM "${ram.name}"`, told);
  if (told !== 'done') return;
  guest.ram.set(ram.name, ram);
  await guest.vmm.guestWrite(ram.gpa, contentOf(ram));
}

Given('a VMM that may lock {size}', async function (size) {
  const process = await this.it.port.spawn({ drop: ['IPC_LOCK'] });
  await process.setLimit('memlock', size);
  this.guest = await start(this, process);
});

Given('the guest has {newRam} of {size} at {iova}', async function (ram, length, gpa) {
  await addRam(this, { ...ram, length, gpa });
});

When('the VMM adds {newRam} of {size} at {iova}', async function (ram, length, gpa) {
  await addRam(this, { ...ram, length, gpa });
});

When('the VMM takes RAM {string} away', async function (name) {
  const guest = await guestOf(this);
  guest.conclude(`to take RAM "${name}" away`, await guest.vmm.removeRam(name));
  guest.ram.delete(name);
});

When('the VMM plugs {device} by {backend}', async function (device, { backend, object }) {
  const guest = await guestOf(this);
  if (backend === 'legacy') this.legacy.add(device.info.id);
  else this.legacy.delete(device.info.id);
  const told = await guest.vmm.plugDevice(device.info, backend, object);
  guest.conclude(`device "${device.name}"`, told);
});

When('the VMM unplugs {device}', async function (device) {
  const guest = await guestOf(this);
  guest.conclude(`to unplug "${device.name}"`, await guest.vmm.unplugDevice(device.info.id));
});

When('the guest stores pattern {string} at {iova}', async function (seed, gpa) {
  const { vmm } = await guestOf(this);
  await vmm.guestWrite(gpa, pattern(seed, Number(this.pageSize)));
});

When('the VMM begins to log dirty pages', async function () {
  const guest = await guestOf(this);
  guest.conclude('to log dirty pages', await guest.vmm.startDirtyLog());
});

When('the VMM ends its log of dirty pages', async function () {
  const guest = await guestOf(this);
  guest.conclude('to end its log', await guest.vmm.stopDirtyLog());
});

Then('the VMM finds {dirtyPages} of RAM {string} dirty', async function (numbers, name) {
  const { vmm, ram } = await guestOf(this);
  const { gpa, length } = ram.get(name) ?? { gpa: 0n, length: 0n };
  const all = Array.from({ length: Number(length / this.pageSize) }, (_, index) => index);
  const expected = (numbers ?? all).join(' ');
  const found = await vmm.dirtyPages(name);
  const actual = found.map((page) => (page - gpa) / this.pageSize).join(' ');
  if (actual === expected) return;
  throw new AssertionError(
    `the VMM finds pages ${actual || 'none'} of RAM "${name}" dirty; expected ${expected || 'none'}`,
  );
});

When('the VMM quits', async function () {
  const { vmm } = await guestOf(this);
  await vmm.quit();
  this.handles.get('process', 'VMM').exited = true;
});

When('the guest lets {device} read {size} at {iova}', async function (device, length, gpa) {
  const { vmm } = await guestOf(this);
  const result = await vmm.guestDma(device.info.id, { gpa, length: Number(length) });
  device.accesses.set(undefined, result);
  this.requester = { device, pasid: undefined };
});

When(
  'the guest lets {device} write pattern {string} at {iova}',
  async function (device, seed, gpa) {
    const { vmm } = await guestOf(this);
    const bytes = pattern(seed, Number(this.pageSize));
    const result = await vmm.guestDma(device.info.id, { gpa, bytes });
    device.accesses.set(undefined, result);
    this.requester = { device, pasid: undefined };
  },
);

Then('the guest finds pattern {string} at {iova}', async function (seed, gpa) {
  const { vmm } = await guestOf(this);
  const expected = pattern(seed, Number(this.pageSize));
  const actual = await vmm.guestRead(gpa, expected.length);
  if (actual !== undefined && Buffer.from(actual).equals(expected)) return;
  const found = actual === undefined ? 'nothing' : 'other bytes';
  throw new AssertionError(`the guest finds ${found} at ${hex(gpa)}; expected pattern "${seed}"`);
});

Then('{device} reaches all that the guest has, and nothing beside it', async function (device) {
  await lookAtAll(this, await guestOf(this), device);
});

Then('the VMM refuses it: {string}', async function (expected) {
  const actual = (await guestOf(this)).refusal();
  if (actual.includes(expected)) return;
  throw new AssertionError(`the VMM said "${actual}"; expected that it says "${expected}"`);
});

Then('the VMM has called:', async function (table) {
  const guest = await guestOf(this);
  guest.settle();
  demandCalls(this, parseRows(this, table), await guest.newCalls());
});

/** What it called before that is of no interest. */
Then('the VMM has called last:', async function (table) {
  const guest = await guestOf(this);
  guest.settle();
  const rows = parseRows(this, table);
  demandCalls(this, rows, (await guest.newCalls()).slice(-rows.length));
});

Then('the VMM has ended', async function () {
  const { vmm } = await guestOf(this);
  if (!(await vmm.hasEnded())) throw new AssertionError('the VMM goes on; expected that it ended');
  this.handles.get('process', 'VMM').exited = true;
});
