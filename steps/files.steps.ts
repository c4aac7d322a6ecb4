import { AssertionError } from 'chai';

import { errnoName, failure } from '#uapi/errno.ts';
import { O_RDONLY } from '#uapi/mman.ts';
import { fdinfoPath } from '#uapi/paths.ts';

import { beginWrite, endWrite, isWaiting, resetBus, writeSetting } from './support/calls/files.ts';
import { madeDevice } from './support/calls/plug.ts';
import { Given, Then, When } from './support/cucumber.ts';
import { tryReadFile } from './support/looks/probes.ts';
import { demand } from './support/calls/scratch.ts';
import type { ProcessHandle } from './support/handles.ts';
import { fdOf } from './support/words/names.ts';
import type { World } from './support/world.ts';

When('{process} writes {text} to {path}', async function (process, text, path) {
  this.settle();
  const result = await writeSetting(this, process, { path, text });
  this.conclude({ name: 'write', result });
});

/** By a process that does nothing else until the kernel lets it go on. */
When('{process} begins to write {text} to {path}', async function (process, text, path) {
  this.settle();
  await beginWrite(this, process, { path, text });
});

Then('{process} waits', async function (process) {
  if (await isWaiting(this, process)) return;
  throw new AssertionError(`the write of process "${process.name}" is over; expected it to wait`);
});

When('{process} gets on', async function (process) {
  this.settle();
  this.conclude({ name: 'write', result: await endWrite(this, process) });
});

When('{process} resets the bus of {device} by its bridge', async function (process, device) {
  this.settle();
  await resetBus(this, process, device);
});

/** The last line ends with a newline, or does not. */
function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}

Then('{path} says {string}', async function (path, line) {
  const text = await tryReadFile(this, this.it, path);
  if (typeof text === 'string' && linesOf(text).includes(line)) return;
  const shown = typeof text === 'string' ? JSON.stringify(text) : errnoName(text);
  throw new AssertionError(`${path} says ${shown}; expected a line ${line}`);
});

/** One that only root may write is there as well. */
Then('{path} {presence}', async function (path, expected) {
  const fd = await this.it.port.open(path, O_RDONLY);
  if (fd >= 0) demand(`close of ${path}`, await this.it.port.close(fd));
  const missing = fd === failure('ENOENT');
  if (missing !== expected) return;
  throw new AssertionError(`${path} is ${missing ? 'not ' : ''}there; expected the opposite`);
});

async function textOf(world: World, process: ProcessHandle, path: string): Promise<string> {
  const text = await tryReadFile(world, process, path);
  if (typeof text === 'string') return text;
  throw new AssertionError(`${path}: ${errnoName(text)}; expected a text`);
}

/** Of its character device, as the kernel tells it of a folder: both numbers, and the name below /dev. */
Then('{path} has the number of its node', async function (path) {
  const dev = await textOf(this, this.it, path);
  const uevent = await textOf(this, this.it, path.replace(/dev$/, 'uevent'));
  const { MAJOR, MINOR, DEVNAME } = Object.fromEntries(
    uevent.split('\n').map((line) => line.split('=')),
  ) as Readonly<Record<string, string | undefined>>;
  const [, node = ''] = /([^/]*)\/dev$/.exec(path) ?? [];
  if (dev.trimEnd() === `${MAJOR}:${MINOR}` && DEVNAME === `vfio/devices/${node}`) return;
  throw new AssertionError(
    `${path} says ${JSON.stringify(dev)}; expected the number of ${node} in ${JSON.stringify(uevent)}`,
  );
});

/** Whatever number it had when it was plugged. */
Then('the node of {device} is that of {device}', async function (former, device) {
  const folder = `/sys/bus/pci/devices/${device.info.id}/vfio-dev`;
  const node = `${folder}/${former.info.cdev?.split('/').at(-1)}/dev`;
  const text = await textOf(this, this.it, node);
  if (/^\d+:\d+\n$/.test(text)) return;
  throw new AssertionError(`${node} says ${JSON.stringify(text)}; expected two numbers`);
});

/** Where that is in the folders of buses, no other file tells. */
Then('the fdinfo of {device} names its folder', async function (device) {
  const path = fdinfoPath(fdOf(device));
  const text = await textOf(this, this.ownerOf(device), path);
  const [, folder = ''] = /^vfio-device-syspath: (\/sys\/devices\/.*)$/m.exec(text) ?? [];
  const node = `${folder}/vfio-dev/${device.info.cdev?.split('/').at(-1)}/dev`;
  const found = await tryReadFile(this, this.it, node);
  if (folder.endsWith(`/${device.info.id}`) && typeof found === 'string') return;
  throw new AssertionError(`${path} says ${JSON.stringify(text)}; expected a folder with ${node}`);
});

/** Numbers of character devices that are tried: readdir() is not among the calls of a process. */
const mostNodes = 64;

Given('the first virtual function {string} of {device}', async function (name, owner) {
  const link = `/sys/bus/pci/devices/${owner.info.id}/virtfn0`;
  const uevent = await textOf(this, this.it, `${link}/uevent`);
  const [, id = ''] = /^PCI_SLOT_NAME=(.*)$/m.exec(uevent) ?? [];
  for (let number = 0; number < mostNodes; number += 1) {
    const node = await tryReadFile(this, this.it, `${link}/vfio-dev/vfio${number}/dev`);
    if (typeof node !== 'string') continue;
    madeDevice(this, name, { id, kind: 'vfio', cdev: `/dev/vfio/devices/vfio${number}` });
    return;
  }
  throw new AssertionError(`${link} has no character device; expected one of vfio-pci`);
});
