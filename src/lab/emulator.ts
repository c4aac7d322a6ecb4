import { existsSync } from 'node:fs';

import type { Architecture } from './architecture.ts';
import { cachePath } from './cache.ts';
import { worksIn } from './hardware.ts';
import type { Hardware } from './hardware.ts';
import { output } from './run.ts';
import { demandTools, findTool, LabError } from './tools.ts';

/** QEMU for an architecture. */
export interface Emulator {
  /** Program and first arguments. */
  readonly command: readonly [string, ...string[]];
  readonly majorVersion: number;
  /** `10.0` */
  readonly version: string;
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

function versionIn(text: string): string {
  return /version (\d+\.\d+)/.exec(text)?.[1] ?? '0.0';
}

/** Debian packages that were unpacked there with `dpkg -x`: docs/linux.md. */
function unpacked(name: string): Emulator['command'] | undefined {
  const root = cachePath('qemu', 'usr');
  const program = `${root}/bin/${name}`;
  const modules = `QEMU_MODULE_DIR=${root}/lib/x86_64-linux-gnu/qemu`;
  return existsSync(program) ? ['env', modules, program, '-L', `${root}/share/qemu`] : undefined;
}

/** Those that there are: of x86_64 that of the distribution first, of arm64 the one that was unpacked. */
export async function emulators(
  architecture: Architecture,
): Promise<readonly [Emulator, ...Emulator[]]> {
  const program = programs[architecture];
  const installed = findTool(program) === undefined ? [] : [[program] as const];
  const beside = unpacked(program);
  const found = [...installed, ...(beside === undefined ? [] : [beside])];
  if (architecture === 'arm64') found.reverse();
  const [first, ...others] = found;
  if (first === undefined) {
    demandTools([program], 'run a virtual machine');
    throw new LabError(`${program} is missing`);
  }
  return [await versioned(first), ...(await Promise.all(others.map(versioned)))];
}

/** That program of QEMU. Throws a LabError where it cannot be run. */
export async function versioned(command: Emulator['command']): Promise<Emulator> {
  const [program, ...args] = command;
  const told = await output({
    purpose: 'run QEMU',
    command: program,
    args: [...args, '--version'],
  });
  return { command, majorVersion: majorVersionIn(told), version: versionIn(told) };
}

/** The major versions that there are. Throws a LabError where QEMU is missing or too old. */
export async function emulatorVersions(architecture: Architecture): Promise<readonly number[]> {
  await emulatorOf(architecture);
  return (await emulators(architecture)).map(({ majorVersion }) => majorVersion);
}

/** The first that has the machine. Throws a LabError where QEMU is missing or of none of its versions. */
export async function emulatorOf(
  architecture: Architecture,
  hardware: Hardware = 'selftest',
): Promise<Emulator> {
  const isNewEnough = (version: number): boolean =>
    architecture !== 'arm64' || version >= oldestForArm;
  const found = await emulators(architecture);
  const fit = found.find(
    ({ majorVersion }) => isNewEnough(majorVersion) && worksIn(hardware, majorVersion),
  );
  if (fit !== undefined) return fit;
  throw new LabError(
    `${programs[architecture]} is of version ${found[0].majorVersion}, in which there is no machine ` +
      `${hardware} that works: unpack another one below ${cachePath('qemu')}, see docs/linux.md`,
  );
}
