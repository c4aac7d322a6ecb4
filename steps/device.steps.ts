import { AssertionError } from 'chai';

import { deviceVarieties, type DmaAccess } from '#port/bench.ts';
import type { Feature } from '#port/features.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import { VFIO_DEVICE_DETACH_IOMMUFD_PT } from '#uapi/vfio/device.ts';

import { attachDevice, bindDevice, bringUp, openDevice } from './support/calls/attach.ts';
import { Given, Then, When } from './support/cucumber.ts';
import { openGroup, openInGroup } from './support/calls/group.ts';
import {
  attachmentOf,
  type DeviceHandle,
  type Handle,
  type ObjectHandle,
} from './support/handles.ts';
import type { NewDevice, Requester } from './support/words/devices.ts';
import type { World } from './support/world.ts';
import { hex, pattern } from './values.ts';

/** What a device that is out of the ordinary can do is said by the feature that it comes with. */
function requireOf(
  world: World,
  { variety }: Pick<DeviceHandle, 'variety'>,
  feature: Feature,
): void {
  world.require(variety === undefined ? feature : deviceVarieties[variety]);
}

async function plug(world: World, model: NewDevice): Promise<DeviceHandle> {
  const { name, beside, variety, flags } = model;
  requireOf(world, model, 'device');
  if (flags !== 0) world.require('test-cmd');
  const { bench } = world.running.machine;
  const info = await bench.plug({
    ...(beside !== undefined && { sharesGroupWith: beside.info.id }),
    ...(variety !== undefined && { variety }),
  });
  return world.handles.add({
    kind: 'device',
    name,
    info,
    variety,
    process: undefined,
    iommufd: undefined,
    fd: undefined,
    id: undefined,
    mockId: undefined,
    hwpt: undefined,
    pageTable: undefined,
    ioas: undefined,
    flags,
    pasids: new Set(),
  });
}

function pageTable(handle: Handle): ObjectHandle {
  if ('iommufd' in handle && handle.kind !== 'device') return handle;
  throw new Error(`a device cannot be attached to ${handle.kind} "${handle.name}"`);
}

Given('{newDevice}', async function (model) {
  await plug(this, model);
});

Given('{newDevice} attached to {object}', async function (model, object) {
  const device = await plug(this, model);
  await bringUp(this, device, pageTable(object));
});

When('{process} opens {node}', async function (process, { device, way }) {
  requireOf(this, device, way === 'itself' ? 'vfio-device' : 'vfio-group');
  this.settle();
  if (way === 'itself') await openDevice(this, process, device);
  else if (way === 'group') await openGroup(this, process, device);
  else await openInGroup(this, process, device);
});

When('{device} is given to {driver}', async function (device, driver) {
  requireOf(this, device, 'host-driver');
  this.settle();
  const result = await this.running.machine.bench.giveTo(device.info.id, driver);
  this.trace.note(`bench: device "${device.name}" is given to ${driver}: ${result}`);
  this.conclude({ name: `bind of a driver of ${driver}`, result });
});

When('{process} binds {device} to {iommufd}', async function (_process, device, iommufd) {
  requireOf(this, device, 'vfio-device');
  await bindDevice(this, device, iommufd);
});

When('{process} attaches {device} to {object}', async function (_process, device, object) {
  if (device.id === undefined) await bringUp(this, device, pageTable(object));
  else await attachDevice(this, device, pageTable(object));
});

When('{process} detaches {device}', async function (process, device) {
  if (device.info.kind === 'selftest') {
    const { fd } = attached(device);
    await this.call(process, { fd, command: IOMMU_DESTROY }, { id: device.mockId ?? 0 });
    device.id = undefined;
  } else {
    const target = { fd: device.fd ?? -1, command: VFIO_DEVICE_DETACH_IOMMUFD_PT };
    await this.call(process, target, {});
  }
  device.hwpt = undefined;
});

function attached({ iommufd, name }: DeviceHandle): { readonly fd: number } {
  if (iommufd === undefined) throw new Error(`device "${name}" was never attached`);
  return iommufd;
}

function accessOf(
  { device, pasid }: Requester,
  { iova, length }: { readonly iova: bigint; readonly length: number },
): DmaAccess {
  const place = { device: device.info.id, attachment: attachmentOf(device), iova, length };
  return pasid === undefined ? place : { ...place, pasid };
}

function nameOf({ device, pasid }: Requester): string {
  return `${pasid === undefined ? '' : `PASID ${pasid} of `}device "${device.name}"`;
}

Then(
  '{requester} {sight} {source} at {iova} .. +{size}',
  async function (requester, expected, source, iova, length) {
    const { handle, offset } = source;
    if (handle.kind !== 'buffer')
      throw new Error(`map memfd "${handle.name}" into a buffer to look at it`);
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
  const access = accessOf(requester, { iova, length: Number(length) });
  this.dma = await this.running.machine.bench.dmaRead(access);
  this.trace.note(`bench: ${nameOf(requester)} reads ${hex(iova)}: ${describe(this.dma)}`);
});

When('{requester} writes pattern {string} at {iova}', async function (requester, seed, iova) {
  requireOf(this, requester.device, 'dma');
  const bytes = pattern(seed, Number(this.pageSize));
  const access = accessOf(requester, { iova, length: bytes.length });
  this.dma = await this.running.machine.bench.dmaWrite(access, bytes);
  this.trace.note(`bench: ${nameOf(requester)} writes ${hex(iova)}: ${describe(this.dma)}`);
});

function describe(dma: World['dma']): string {
  return dma === undefined || dma === 'blocked' ? String(dma) : `${dma.bytes.length} bytes`;
}

Then('the access is blocked', function () {
  if (this.dma === 'blocked') return;
  throw new AssertionError(`the access moved ${describe(this.dma)}; expected it to be blocked`);
});

Then('the access goes through', function () {
  if (this.dma !== undefined && this.dma !== 'blocked') return;
  throw new AssertionError('the access was blocked; expected it to go through');
});

Then('the device got pattern {string}', function (seed) {
  if (this.dma === undefined || this.dma === 'blocked') {
    throw new AssertionError(`the access was ${this.dma}; expected pattern "${seed}"`);
  }
  const { bytes } = this.dma;
  const expected = pattern(seed, bytes.length);
  const wrong = bytes.findIndex((byte, index) => byte !== expected[index]);
  if (wrong < 0) return;
  throw new AssertionError(
    `the device got ${bytes[wrong]} at byte ${wrong}; expected pattern "${seed}", ${expected[wrong]}`,
  );
});
