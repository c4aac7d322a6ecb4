import { hex } from '#uapi/strace.ts';
import { AssertionError } from 'chai';

import { attachDevice, bindDevice, detachDevice, openDevice } from './support/calls/attach.ts';
import { Given, Then, When } from './support/cucumber.ts';
import { plug, requireOf } from './support/calls/plug.ts';
import { msixVectors } from './support/calls/registers.ts';
import { openGroup, openInGroup } from './support/calls/group.ts';
import type { Handle, ObjectHandle } from './support/handles.ts';
import { access, accessOf, bytesOf, describe, lastAccess, nameOf } from './support/looks/dma.ts';
import { wishOf } from './support/words/wishes.ts';
import { pattern } from './support/notation.ts';

function pageTable(handle: Handle): ObjectHandle {
  if ('iommufd' in handle && handle.kind !== 'device') return handle;
  throw new Error(`a device cannot be attached to ${handle.kind} "${handle.name}"`);
}

Given('{newDevice}', async function ({ name, wish }) {
  await plug(this, name, wish);
});

Given('{newDevice} with:', async function ({ name, wish }, table) {
  await plug(this, name, wishOf(table.raw(), wish));
});

Given('{newDevice} attached to {object}', async function ({ name, wish }, object) {
  const device = await plug(this, name, wish);
  await attachDevice(this, this.it, device, pageTable(object));
});

When('{process} opens {node}', async function (process, { device, way, access }) {
  requireOf(this, device, way === 'itself' ? 'vfio-device' : 'vfio-group');
  this.settle();
  if (way === 'itself') await openDevice(this, process, device, access);
  else if (way === 'group') await openGroup(this, process, device);
  else await openInGroup(this, process, device);
});

When('{device} is bound to {driver}', async function (device, driver) {
  requireOf(this, device, 'host-driver');
  this.settle();
  const result = await this.running.machine.bench.bind(device.info.id, driver);
  this.trace.note(`bench: device "${device.name}" is bound to ${driver}: ${result}`);
  this.conclude({ name: `bind of ${driver}`, result });
});

When('{process} binds {device} to {iommufd}', async function (process, device, iommufd) {
  requireOf(this, device, 'vfio-device');
  await bindDevice(this, process, device, iommufd);
});

When('{process} attaches {device} to {object}', async function (process, device, object) {
  await attachDevice(this, process, device, pageTable(object));
});

When('{process} detaches {device}', async function (process, device) {
  await detachDevice(this, process, device);
});

Then(
  '{requester} {sight} {source} at {iova} .. +{size}',
  async function (requester, expected, source, iova, length) {
    const { handle, offset } = source;
    if (handle.kind !== 'buffer')
      throw new Error(`map memfd "${handle.name}" into a buffer to look at it`);
    if (handle.process !== this.ownerOf(requester.device)) {
      throw new Error(`buffer "${handle.name}" is not in memory of who has ${nameOf(requester)}`);
    }
    const access = accessOf(requester, { iova, length: Number(length) });
    const sees = await this.running.machine.bench.sees(access, handle.address + offset);
    this.trace.note(`bench: ${nameOf(requester)} sees ${handle.name} at ${hex(iova)}: ${sees}`);
    if (sees === expected) return;
    const range = `${hex(iova)} .. +${hex(length)}`;
    throw new AssertionError(
      `${nameOf(requester)} ${sees ? 'sees' : 'does not see'} buffer "${handle.name}" at ${range}; expected the opposite`,
    );
  },
);

When('{requester} reads {size} at {iova}', async function (requester, length, iova) {
  requireOf(this, requester.device, 'dma');
  await access(this, requester, iova, { length: Number(length) });
});

When('{requester} writes pattern {string} at {iova}', async function (requester, seed, iova) {
  requireOf(this, requester.device, 'dma');
  await access(this, requester, iova, { bytes: pattern(seed, Number(this.pageSize)) });
});

Then('the access is blocked', function () {
  const result = lastAccess(this);
  if (result === 'blocked') return;
  throw new AssertionError(`the access moved ${describe(result)}; expected it to be blocked`);
});

Then('the access goes through', function () {
  bytesOf(this, 'it to go through');
});

Then('the device got pattern {string}', function (seed) {
  const bytes = bytesOf(this, `pattern "${seed}"`);
  const expected = pattern(seed, bytes.length);
  const wrong = bytes.findIndex((byte, index) => byte !== expected[index]);
  if (wrong < 0) return;
  throw new AssertionError(
    `the device got ${bytes[wrong]} at byte ${wrong}; expected pattern "${seed}", ${expected[wrong]}`,
  );
});

Then('{device} has {int} MSI-X vectors', async function (device, expected) {
  requireOf(this, device, 'vfio-device');
  const vectors = await msixVectors(this, device);
  if (vectors === expected) return;
  throw new AssertionError(
    `device "${device.name}" has ${vectors} MSI-X vectors; expected ${expected}`,
  );
});
