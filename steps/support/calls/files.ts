import { AssertionError } from 'chai';

import { failure } from '#uapi/errno.ts';
import { O_RDWR, O_WRONLY } from '#uapi/mman.ts';

import type { DeviceHandle, ProcessHandle } from '../handles.ts';
import { tryReadFile } from '../looks/probes.ts';
import { demand, demandMemory } from './scratch.ts';
import type { World } from '../world.ts';

export interface FileText {
  readonly path: string;
  readonly text: string;
}

/** In one write, as the files of proc, debugfs and sysfs demand. Returns what write() returned, or what open() did. */
export async function writeFile(process: ProcessHandle, { path, text }: FileText): Promise<number> {
  const { port, scratch } = process;
  const fd = await port.open(path, O_WRONLY);
  if (fd < 0) return fd;
  demandMemory(`store of the text for ${path}`, await port.store(scratch.array, Buffer.from(text)));
  const result = await port.write(fd, scratch.array, text.length);
  demand(`close of ${path}`, await port.close(fd));
  return result;
}

/** Until the end of the scenario, where it can be read: a setting of the machine, which outlives its processes. */
export async function writeSetting(
  world: World,
  process: ProcessHandle,
  setting: FileText,
): Promise<number> {
  const { path } = setting;
  const old = await tryReadFile(world, process, path);
  const result = await writeFile(process, setting);
  world.trace.add(`write("${path}", ${JSON.stringify(setting.text)})`, result);
  if (result >= 0 && typeof old === 'string')
    world.settings.push({ path, text: old.trimEnd() || '\n' });
  if (result >= 0 && path.endsWith('/bind')) world.bound.push(setting);
  return result;
}

/** In a process of its own, once all others have exited: they may use what is set, or lack the right. */
export async function restoreSettings(world: World): Promise<void> {
  const settings = world.settings.splice(0).reverse();
  const bound = world.bound.splice(0);
  if (settings.length + bound.length === 0) return;
  const process = await world.addProcess(
    'the settings of the machine',
    await world.running.machine.newProcess(),
  );
  for (const setting of settings) {
    const result = await writeFile(process, setting);
    // What is gone has no settings.
    if (result !== failure('ENOENT')) demand(`write of ${setting.path}`, result);
  }
  for (const each of bound) await bindAgain(process, each);
  process.exited = true;
  await process.port.exit();
}

/** A driver takes what holds when it is bound; what it does not take any more is the bench's business. */
async function bindAgain(process: ProcessHandle, { path, text }: FileText): Promise<void> {
  await writeFile(process, { path: path.replace(/bind$/, 'unbind'), text });
  await writeFile(process, { path, text });
}

/** Such a write may take as long as somebody has what it wants: nobody waits for it here. */
export async function beginWrite(
  world: World,
  process: ProcessHandle,
  { path, text }: FileText,
): Promise<void> {
  const { port, scratch } = process;
  const fd = demand(`open of ${path}`, await port.open(path, O_WRONLY));
  demandMemory(`store of the text for ${path}`, await port.store(scratch.array, Buffer.from(text)));
  const write = { over: false, result: port.write(fd, scratch.array, text.length) };
  const end = (): void => {
    write.over = true;
  };
  write.result.then(end, end);
  process.writing = write;
  world.trace.note(`process "${process.name}" begins write("${path}", ${JSON.stringify(text)})`);
}

/** Calls of another process; after so many, a write that waits for nothing is over. */
const manyCalls = 50;

/** Is what it began still going on? */
export async function isWaiting({ it, running }: World, process: ProcessHandle): Promise<boolean> {
  for (let calls = 0; calls < manyCalls; calls += 1) await it.port.poll([], 0);
  await running.machine.bench.settle();
  return writingOf(process).over === false;
}

/** What the write returned. */
export async function endWrite(world: World, process: ProcessHandle): Promise<number> {
  const result = await writingOf(process).result;
  process.writing = undefined;
  world.trace.add(`write of process "${process.name}" returns`, result);
  return result;
}

function writingOf({ name, writing }: ProcessHandle): NonNullable<ProcessHandle['writing']> {
  if (writing !== undefined) return writing;
  throw new Error(`process "${name}" has begun no write`);
}

/** PCI-to-PCI Bridge 1.2, 3.2.5.18: Bridge Control, and the bit that resets what is behind the bridge. */
const [BRIDGE_CONTROL, BUS_RESET] = [0x3en, 0x40];

/** By the configuration space of the bridge, which is the folder that the device's own is in. */
export async function resetBus(
  world: World,
  process: ProcessHandle,
  { info }: DeviceHandle,
): Promise<void> {
  const { port, scratch } = process;
  const path = `/sys/bus/pci/devices/${info.id}/../config`;
  const fd = demand(`open of ${path}`, await port.open(path, O_RDWR));
  const at = scratch.array;
  const read = await port.pread(fd, at, 1, BRIDGE_CONTROL);
  if (read !== 1) throw new AssertionError(`a read of one byte of ${path} returned ${read}`);
  const [before = 0] = demandMemory(`load of what ${path} holds`, await port.load(at, 1));
  for (const control of [before | BUS_RESET, before & ~BUS_RESET]) {
    demandMemory(`store of a byte for ${path}`, await port.store(at, Uint8Array.of(control)));
    demand(`write of ${path}`, await port.pwrite(fd, at, 1, BRIDGE_CONTROL), 1);
  }
  demand(`close of ${path}`, await port.close(fd));
  world.trace.note(`process "${process.name}" resets the bus of ${info.id} by its bridge`);
}
