import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Emulation } from '#emulate/emulation.ts';
import { temporaryFolder } from '#ending/temporary-folder.ts';
import { compiled } from '#lab/compile.ts';
import { defaultParts } from '#reference/machine/parts.ts';

import { root } from '../version.ts';

export interface EmulatedCost {
  /** Microseconds of a message to another program, and back: no call costs less. */
  readonly echo: number;
  /** Of an ioctl that fails, as its command is not known. */
  readonly failing: number;
  /** Of a map and an unmap of a page, in an IOAS with a device. */
  readonly mapUnmap: number;
  /** `failing` and `mapUnmap` in terms of `echo`, of the same moment. */
  readonly failingRatio: number;
  readonly mapUnmapRatio: number;
  /** Of a map of 1 GiB of a memfd that nobody has touched. */
  readonly mapGibibyte: number;
  /** Bytes a second that an edu reads and writes, by commands to its registers. */
  readonly bandwidth: number;
  /** Of a call that another thread answers, by seccomp; negative where that is forbidden. */
  readonly notification: number;
  /** Of one before and behind which another program looks at it, by ptrace. */
  readonly ptrace: number;
}

/** Rounds in which both sides still compile. */
const warmUp = 15;
/** What the device moves in a copy: a page there, and one back. */
const moved = 2 * 4096;

/** What a program pays for its calls: rounds take turns, as in bench/wire-call.ts. */
export async function measureEmulated(): Promise<EmulatedCost> {
  const file = join(temporaryFolder(), 'figures');
  await run(file);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const rows = lines.map((line) => line.split(' ').map(Number));
  const [mapGibibyte = NaN, copy = NaN, notification = NaN, ptrace = NaN] = rows.pop() ?? [];
  const warm = rows.slice(warmUp);
  const column = (index: number): number => median(warm.map((row) => row[index] ?? NaN));
  const besideEcho = (index: number): number =>
    median(warm.map((row) => (row[index] ?? NaN) / (row[0] ?? NaN)));
  return {
    ...{ echo: column(0), failing: column(1), mapUnmap: column(2) },
    ...{ failingRatio: besideEcho(1), mapUnmapRatio: besideEcho(2), mapGibibyte },
    bandwidth: (moved * 1e6) / copy,
    ...{ notification, ptrace },
  };
}

async function run(file: string): Promise<void> {
  const program = await clientOfBench();
  const emulation = await Emulation.start({
    ...{ machine: 'vt-d', parts: defaultParts, layout: 0, devices: [] },
    rules: { user: 'root', memlock: 'unlimited' },
    complain: (what) => console.error(what),
  });
  const { cdev = '' } = emulation.devices.find(({ address }) => address === '0000:00:10.0') ?? {};
  const code = await emulation.run(program, [cdev, file]);
  emulation.stop();
  if (code !== 0) throw new Error(`the program that measures ended with ${code}`);
}

function clientOfBench(): Promise<string> {
  const device = join(root, 'src', 'emulate', 'fixtures', 'device');
  return compiled({
    what: 'the program that measures',
    folder: join(__dirname, 'emulated'),
    units: [join(device, 'device.c'), join(device, 'device.h')],
    flags: ['-O2', '-Wall', '-Wextra', `-I${device}`, '-lpthread'],
    name: 'bench-emulated',
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}
