import { existsSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Command } from 'commander';

import { Emulation } from '#emulate/emulation.ts';
import { boot, bootsOf } from '#emulate/qemu/boots.ts';
import type { Booted } from '#emulate/qemu/boots.ts';
import { guestProgram } from '#emulate/qemu/guest.ts';
import { recordingOf } from '#emulate/qemu/recordings.ts';
import { temporaryFolder } from '#ending/temporary-folder.ts';
import { emulators, versioned } from '#lab/emulator.ts';
import type { Emulator } from '#lab/emulator.ts';
import { LabError } from '#lab/tools.ts';
import { defaultParts } from '#reference/machine/parts.ts';

import { collect, positive } from './option-values.ts';

/** `npm run emulate-qemu`: QEMU, as it is, with a device of the reference, and a guest that drives it. */

interface Flags {
  readonly qemu: readonly string[];
  readonly boots: number;
  readonly only: string;
  readonly guest?: true;
}

/** IOMMUFD came to QEMU with 9.0. */
const FIRST_WITH_IOMMUFD = 9;
/** Of the machine `vt-d`: each is alone in its group. */
const addresses = ['0000:00:10.0', '0000:00:11.0'] as const;

/** A QEMU that lies elsewhere has its firmware there as well. */
function commandOf(path: string): Emulator['command'] {
  const data = ['qemu', 'seabios'].map((name) => join(dirname(dirname(path)), 'share', name));
  return [path, ...data.filter((folder) => existsSync(folder)).flatMap((folder) => ['-L', folder])];
}

async function startEmulation(trace: string): Promise<Emulation> {
  return Emulation.start({
    ...{ machine: 'vt-d', parts: defaultParts, layout: 0, devices: [] },
    trace: openSync(trace, 'w'),
    rules: { user: 'root', memlock: 'real' },
    complain: (what) => void process.stderr.write(`emulate: ${what}\n`),
  });
}

async function check(
  { command, version }: Emulator,
  backend: Booted['backend'],
  boots: number,
): Promise<readonly [good: number, bad: number]> {
  const name = `QEMU ${version}, ${backend}`;
  const trace = join(temporaryFolder(), 'trace');
  const emulation = await startEmulation(trace);
  const booted = { emulation, command, version, backend, trace, addresses };
  if (!recordingOf(`${backend}-${version}`))
    console.log(`${name}: was not recorded on Linux; its calls are not compared`);
  let good = 0;
  try {
    for (const each of bootsOf(boots)) {
      const started = performance.now();
      const wrong = await boot(booted, each);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${name}: ${each.what} (${seconds} s)`);
      for (const complaint of wrong) console.log(`${name}: ${complaint}`);
      good += wrong.length === 0 ? 1 : 0;
    }
  } finally {
    emulation.stop();
  }
  const bad = boots - good + (emulation.hasBroken ? 1 : 0);
  return [good, bad];
}

async function main({ qemu, boots, only, guest }: Flags): Promise<boolean> {
  if (process.arch !== 'x64')
    throw new LabError(`mapped registers are for programs of x86-64, not of ${process.arch}`);
  if (guest) {
    console.log(await guestProgram());
    return true;
  }
  const others = await Promise.all(qemu.map((path) => versioned(commandOf(path))));
  const all = [...(await emulators('x86_64')), ...others].flatMap((emulator) => [
    { emulator, backend: 'legacy' as const },
    ...(emulator.majorVersion >= FIRST_WITH_IOMMUFD
      ? [{ emulator, backend: 'iommufd' as const }]
      : []),
  ]);
  let [good, bad] = [0, 0];
  for (const { emulator, backend } of all) {
    if (!`${emulator.version} ${backend}`.includes(only)) continue;
    const [more, wrong] = await check(emulator, backend, boots);
    good += more;
    bad += wrong;
  }
  console.log(`${good} passed, ${bad} failed`);
  return good > 0 && bad === 0;
}

void new Command('emulate-qemu')
  .description('run QEMU with a device of the reference, and a guest that drives it')
  .option(
    '--qemu <path>',
    'one more qemu-system-x86_64, beside those that are installed or in the cache',
    collect,
    [],
  )
  .option('--boots <count>', 'of each QEMU, one after the other', positive, 10)
  .option('--only <text>', 'those with this in their name: "7.2 legacy", "iommufd"', '')
  .option('--guest', 'print the path of the guest, for -kernel, and end')
  .action(async (flags: Flags) => {
    process.exitCode = (await main(flags)) ? 0 : 1;
  })
  .parseAsync()
  .catch((error: unknown) => {
    if (!(error instanceof LabError)) throw error;
    console.error(`emulate-qemu: ${error.message}`);
    process.exitCode = 2;
  });
