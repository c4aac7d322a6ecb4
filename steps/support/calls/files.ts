import { O_WRONLY } from '#uapi/mman.ts';

import type { ProcessHandle } from '../handles.ts';
import { readFile } from '../looks/probes.ts';
import { demand, demandMemory } from './scratch.ts';
import type { World } from '../world.ts';

export interface FileText {
  readonly path: string;
  readonly text: string;
}

/** In one write, as the files of proc and debugfs demand. Returns what write() returned, or what open() did. */
export async function writeFile(process: ProcessHandle, { path, text }: FileText): Promise<number> {
  const { port, scratch } = process;
  const fd = await port.open(path, O_WRONLY);
  if (fd < 0) return fd;
  demandMemory(`store of the text for ${path}`, await port.store(scratch.array, Buffer.from(text)));
  const result = await port.write(fd, scratch.array, text.length);
  demand(`close of ${path}`, await port.close(fd));
  return result;
}

/** Until the end of the scenario: a setting of the machine, which outlives its processes. */
export async function writeSetting(
  world: World,
  process: ProcessHandle,
  setting: FileText,
): Promise<number> {
  const { path } = setting;
  const old = (await readFile(world, process, path)).trimEnd();
  const result = await writeFile(process, setting);
  world.trace.add(`write("${path}", "${setting.text}")`, result);
  if (result >= 0) world.settings.push({ path, text: old });
  return result;
}

/** In a process of its own: those of the scenario may have exited, or lack the right. */
export async function restoreSettings(world: World): Promise<void> {
  const settings = world.settings.splice(0).reverse();
  if (settings.length === 0) return;
  const process = await world.addProcess(
    'the settings of the machine',
    await world.running.machine.newProcess(),
  );
  for (const setting of settings) {
    demand(`write of ${setting.path}`, await writeFile(process, setting));
  }
}
