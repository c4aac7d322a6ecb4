import { existsSync } from 'node:fs';

import type { Architecture } from './architecture.ts';
import { cachePath } from './cache.ts';
import { output } from './run.ts';
import { demandTools, LabError } from './tools.ts';

/** QEMU for an architecture. */
export interface Emulator {
  /** Program and first arguments. */
  readonly command: readonly [string, ...string[]];
  readonly majorVersion: number;
}

/** The SMMUv3 of older ones has no second stage that can be nested. */
const oldestForArm = 10;
const programs = {
  x86_64: 'qemu-system-x86_64',
  arm64: 'qemu-system-aarch64',
} as const satisfies Record<Architecture, string>;

/** `QEMU emulator version 10.0.2 (Debian …)` */
export function majorVersionIn(text: string): number {
  return Number(/version (\d+)\./.exec(text)?.[1] ?? 0);
}

/** Debian packages that were unpacked there with `dpkg -x`: docs/linux.md. */
function unpacked(name: string): Emulator['command'] | undefined {
  const root = cachePath('qemu', 'usr');
  const program = `${root}/bin/${name}`;
  const modules = `QEMU_MODULE_DIR=${root}/lib/x86_64-linux-gnu/qemu`;
  return existsSync(program) ? ['env', modules, program, '-L', `${root}/share/qemu`] : undefined;
}

/** Throws a LabError where QEMU is missing or too old. */
export async function emulatorOf(architecture: Architecture): Promise<Emulator> {
  const program = programs[architecture];
  const beside = unpacked(program);
  if (beside === undefined) demandTools([program], 'run a virtual machine');
  const [command, ...args] = beside ?? [program];
  const told = await output({ purpose: 'run QEMU', command, args: [...args, '--version'] });
  const majorVersion = majorVersionIn(told);
  if (architecture === 'x86_64' || majorVersion >= oldestForArm) {
    return { command: [command, ...args], majorVersion };
  }
  throw new LabError(
    `${program} is of version ${majorVersion}, and nested translation needs ${oldestForArm} or newer: ` +
      `unpack a newer one below ${cachePath('qemu')}, see docs/linux.md`,
  );
}
