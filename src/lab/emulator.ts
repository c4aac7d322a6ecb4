import { existsSync } from 'node:fs';

import type { Architecture } from './architecture.ts';
import { cachePath } from './cache.ts';
import { output } from './run.ts';
import { demandTools, findTool, LabError } from './tools.ts';

/** Program and first arguments that run QEMU for an architecture. */
export type Emulator = readonly [command: string, ...args: string[]];

/** The SMMUv3 of older ones has no second stage that can be nested. */
const oldestForArm = 10;
const armProgram = 'qemu-system-aarch64';

/** `QEMU emulator version 10.0.2 (Debian …)` */
export function majorVersionIn(text: string): number {
  return Number(/version (\d+)\./.exec(text)?.[1] ?? 0);
}

/** Debian packages that were unpacked there with `dpkg -x`: docs/linux.md. */
function unpacked(): Emulator | undefined {
  const root = cachePath('qemu', 'usr');
  const program = `${root}/bin/${armProgram}`;
  const modules = `QEMU_MODULE_DIR=${root}/lib/x86_64-linux-gnu/qemu`;
  return existsSync(program) ? ['env', modules, program, '-L', `${root}/share/qemu`] : undefined;
}

/** Throws a LabError where QEMU is missing or too old. */
export async function emulatorOf(architecture: Architecture): Promise<Emulator> {
  const purpose = 'run a virtual machine';
  if (architecture === 'x86_64') {
    demandTools(['qemu-system-x86_64'], purpose);
    return ['qemu-system-x86_64'];
  }
  const beside = unpacked();
  if (beside !== undefined) return beside;
  if (findTool(armProgram) === undefined) demandTools([armProgram], purpose);
  const told = await output({ purpose: 'run QEMU', command: armProgram, args: ['--version'] });
  if (majorVersionIn(told) >= oldestForArm) return [armProgram];
  throw new LabError(
    `${armProgram} is of version ${majorVersionIn(told)}, and nested translation needs ${oldestForArm} or newer: ` +
      `unpack a newer one below ${cachePath('qemu')}, see docs/linux.md`,
  );
}
