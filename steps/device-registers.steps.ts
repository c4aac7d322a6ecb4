import { AssertionError } from 'chai';

import { VFIO_DEVICE_IOEVENTFD } from '#uapi/vfio/device.ts';
import { hex } from '#uapi/strace.ts';

import {
  compareRegister,
  putRegister,
  readRegister,
  writeRegister,
  type DeviceRegister,
} from './support/calls/device-registers.ts';
import { mapFile } from './support/calls/mmap.ts';
import { requireOf } from './support/calls/plug.ts';
import {
  capabilitiesOf,
  extendedCapabilitiesOf,
  extendedRegister,
} from './support/calls/registers.ts';
import { Then, When } from './support/cucumber.ts';
import { parseBits } from './support/guest/bits.ts';
import { extendedRegisters } from './support/guest/pci-bits.ts';
import { nameOfCapability, registerNamed } from './support/guest/pci-registers.ts';
import type {
  BufferHandle,
  DeviceHandle,
  EventfdHandle,
  ProcessHandle,
  Spot,
} from './support/handles.ts';
import { fdOf } from './support/words/names.ts';
import type { RegionSpot } from './support/words/registers.ts';
import type { World } from './support/world.ts';

function valueOf(world: World, { register }: DeviceRegister, text: string): bigint {
  return parseBits(register.layout, text, (number) => world.size(number));
}

When('{process} writes {string} to {register}', async function (process, text, register) {
  requireOf(this, register.device, 'vfio-device');
  this.settle();
  const value = valueOf(this, register, text);
  this.conclude(await writeRegister(this, process, register, value));
});

When(
  '{process} {adjustment} {string} in {register}',
  async function (process, adjustment, text, register) {
    requireOf(this, register.device, 'vfio-device');
    this.settle();
    const bits = valueOf(this, register, text);
    const before = await readRegister(this, register);
    const after = adjustment === 'sets' ? before | bits : before & ~bits;
    this.conclude(await writeRegister(this, process, register, after));
  },
);

/** Registers as a process has them through VFIO; `with` and `without` look at some bits only. */
Then('{device} shows:', async function (device, table) {
  requireOf(this, device, 'vfio-device');
  for (const [name = '', text = ''] of table.raw()) {
    if (extendedRegisters.has(name)) await compareExtended(this, device, name, text);
    else await compareRegister(this, { device, register: registerNamed(name) }, text);
  }
});

async function compareExtended(
  world: World,
  device: DeviceHandle,
  name: string,
  text: string,
): Promise<void> {
  const register = extendedRegisters.get(name);
  if (register === undefined) throw new Error(`no register "${name}"`);
  const actual = await extendedRegister(world, device, register);
  const expected = parseBits(register.layout, text);
  if (actual === expected) return;
  throw new AssertionError(
    `${name} of device "${device.name}" is ${hex(actual)}; expected ${hex(expected)}, ${text}`,
  );
}

/** By their names in pci_regs.h, in the order of the list; `none` is one without an id. */
Then('{device} lists the {capabilityList} {string}', async function (device, isExtended, names) {
  requireOf(this, device, 'vfio-device');
  const list = await (isExtended ? extendedCapabilitiesOf : capabilitiesOf)(this, device);
  const actual = list.map(({ id }) => nameOfCapability(id, isExtended)).join(', ');
  if (actual === names) return;
  throw new AssertionError(
    `device "${device.name}" lists ${actual || 'nothing'}; expected ${names}`,
  );
});

When(
  '{process} reads {size} of {region} into {buffer}',
  async function (process, length, region, spot) {
    const move = { region, spot, length: Number(length) };
    await moveBytes(this, process, { ...move, call: 'pread' });
  },
);

When(
  '{process} writes {size} of {buffer} to {region}',
  async function (process, length, spot, region) {
    const move = { region, spot, length: Number(length) };
    await moveBytes(this, process, { ...move, call: 'pwrite' });
  },
);

interface Move {
  readonly call: 'pread' | 'pwrite';
  readonly region: RegionSpot;
  readonly spot: Spot<BufferHandle>;
  /** Bytes. */
  readonly length: number;
}

/** A region is at its index, whether or not the device has it: PCI, 40 bits further each. */
const regionShift = 40n;

async function moveBytes(
  world: World,
  process: ProcessHandle,
  { call, region: { device, index, offset }, spot, length }: Move,
): Promise<void> {
  requireOf(world, device, 'vfio-device');
  world.settle();
  const at = (BigInt(index) << regionShift) + offset;
  const address = spot.handle.address + spot.offset;
  const result = await process.port[call](fdOf(device), address, length, at);
  world.trace.add(`${call}(${fdOf(device)}, ${hex(address)}, ${length}, ${hex(at)})`, result);
  world.conclude({ name: call, result });
}

When('{process} mmaps {region} as {string}', async function (process, region, name) {
  await mapFile(this, { process, name, ...mapOf(this, region) });
});

When('{process} mmaps {region} as {string} with:', async function (process, region, name, table) {
  await mapFile(this, { process, name, table, ...mapOf(this, region) });
});

function mapOf(world: World, { device, index, offset }: RegionSpot) {
  requireOf(world, device, 'vfio-device');
  const start = (BigInt(index) << regionShift) + offset;
  return { fd: fdOf(device), start, length: world.pageSize };
}

/** One access of four bytes by the process itself. */
When('{process} stores the word {iova} in {buffer}', async function (process, value, spot) {
  this.settle();
  const bytes = new Uint8Array(Uint32Array.of(Number(value)).buffer);
  const signal = await process.port.store(spot.handle.address + spot.offset, bytes);
  concludeAccess(this, 'store', signal);
});

When('{process} loads {size} from {buffer}', async function (process, length, spot) {
  this.settle();
  const seen = await process.port.load(spot.handle.address + spot.offset, Number(length));
  concludeAccess(this, 'load', typeof seen === 'string' ? seen : undefined);
});

function concludeAccess(world: World, name: string, signal: string | undefined): void {
  world.trace.add(name, signal ?? 0);
  world.conclude({ name, result: signal === undefined ? 0 : -1, fields: { signal } });
}

Then('it gets {signal}', function (expected) {
  const { name, fields = {} } = this.outcome.examine();
  if (fields['signal'] === expected) return;
  const shown = typeof fields['signal'] === 'string' ? fields['signal'] : 'no signal';
  throw new AssertionError(`the ${name} got ${shown}; expected ${expected}`);
});

/** Of the command register of edu, and how often it is asked whether a transfer is over. */
const [eduRun, eduPut] = [1n, 2n];
const eduMemory = 0x40000n;
const mostLooks = 100_000;

/** By the registers of its DMA engine, without a look at whether it may. */
When(
  '{process} has {device} {transfer} {size} at {iova}',
  async function (process, device, transfer, length, iova) {
    requireOf(this, device, 'edu-registers');
    this.settle();
    const isPut = transfer === 'put';
    await putRegister(this, device, 'EDU_SOURCE', isPut ? eduMemory : iova);
    await putRegister(this, device, 'EDU_DESTINATION', isPut ? iova : eduMemory);
    await putRegister(this, device, 'EDU_COUNT', length);
    const register = registerNamed('EDU_COMMAND');
    const command = isPut ? eduRun | eduPut : eduRun;
    this.conclude(await writeRegister(this, process, { device, register }, command));
    for (let looks = 0; looks < mostLooks; looks += 1)
      if (((await readRegister(this, { device, register })) & eduRun) === 0n) return;
    throw new AssertionError(`device "${device.name}" does not end its transfer`);
  },
);

When(
  '{process} lets {eventfd} write {iova} in {size} to {region}',
  async function (process, eventfd, data, size, region) {
    await letWrite(this, process, { eventfd, data, size, region });
  },
);

When(
  '{process} lets {eventfd} write each number up to {int} in {size} to {region}',
  async function (process, eventfd, count, size, region) {
    for (let data = 0; data < count; data += 1)
      await letWrite(this, process, { eventfd, data: BigInt(data), size, region });
  },
);

interface Doorbell {
  readonly eventfd: EventfdHandle;
  readonly data: bigint;
  /** Bytes, which are the flag. */
  readonly size: bigint;
  readonly region: RegionSpot;
}

async function letWrite(world: World, process: ProcessHandle, bell: Doorbell): Promise<void> {
  const { eventfd, data, size, region } = bell;
  requireOf(world, region.device, 'vfio-device');
  const offset = (BigInt(region.index) << regionShift) + region.offset;
  await world.call(
    process,
    { fd: fdOf(region.device), command: VFIO_DEVICE_IOEVENTFD },
    { argsz: VFIO_DEVICE_IOEVENTFD.struct.size, flags: Number(size), offset, data, fd: eventfd.fd },
  );
}
