import { join } from 'node:path';

import { spawnChild } from '#adapters/wire/child.ts';
import type { Child } from '#adapters/wire/child.ts';
import { wire } from '#adapters/wire/index.ts';
import type { Machine } from '#port/implementation.ts';
import { IOMMU_IOAS_MAP } from '#uapi/iommufd/ioas.ts';
import { root } from '../version.ts';

export interface WireCallCost {
  /** Microseconds of one line to a program that echoes it, and back. */
  readonly echo: number;
  /** Microseconds of one ioctl to a served implementation that does nothing. */
  readonly call: number;
  /** Microseconds of an ioctl among a hundred that do not wait for each other. */
  readonly pipelined: number;
  /** `call` in terms of `echo`, of the same moment. */
  readonly ratio: number;
  /** `pipelined` in terms of `echo`. */
  readonly pipelinedRatio: number;
}

const rounds = 60;
const callsOfRound = 200;
/** The first calls are interpreted, and on a busy machine the compiler is long in coming: they cost several times as much. */
const warmUp = 25;
const address = 0x7f00_0000_1000n;
const line = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 12345,
  method: 'ioctl',
  params: { process: 1, fd: 3, request: IOMMU_IOAS_MAP.request, arg: `0x${address.toString(16)}` },
})}\n`;

/**
 * What the wire costs beyond its pipe. On a busy machine a call is mostly the time until either side has a processor, which
 * is twenty times another within seconds: so rounds are short and take turns, and what counts is the median of what a round
 * of calls took beside the echoes right before it.
 */
export async function measureWireCall(): Promise<WireCallCost> {
  const echo = spawnChild({ command: process.execPath, args: [join(__dirname, 'echo.cjs')] });
  const machine = await startServed();
  try {
    return await compare(echo, machine);
  } finally {
    await Promise.all([echo.stop(0), machine.stop()]);
  }
}

function startServed(): Promise<Machine> {
  const main = join(root, 'src/cli/main.ts');
  const args = ['--require', 'ts-node/register', main, 'serve', '--adapter', 'void'];
  const served = wire({ name: 'void', command: process.execPath, args });
  return served.start({ machine: 'void', timeoutMs: 60_000, settings: { says: 'yes' } });
}

async function compare(echo: Child, machine: Machine): Promise<WireCallCost> {
  const user = await machine.newProcess();
  const call = (): Promise<unknown> => user.ioctl(3, IOMMU_IOAS_MAP.request, address);
  const times = { echo: [] as number[], call: [] as number[], pipelined: [] as number[] };
  for (let round = -warmUp; round < rounds; round++) {
    times.echo.push(await timeOf(() => echoOnce(echo), 1));
    times.call.push(await timeOf(call, 1));
    times.pipelined.push(await timeOf(call, 100));
  }
  const warm = (all: readonly number[]): readonly number[] => all.slice(warmUp);
  const besideEcho = (all: readonly number[]): number =>
    median(warm(all.map((time, round) => time / (times.echo[round] ?? NaN))));
  return {
    echo: median(warm(times.echo)),
    call: median(warm(times.call)),
    pipelined: median(warm(times.pipelined)),
    ratio: besideEcho(times.call),
    pipelinedRatio: besideEcho(times.pipelined),
  };
}

function echoOnce({ stdin, stdout }: Child): Promise<unknown> {
  return new Promise((resolve) => {
    stdout.once('data', resolve);
    stdin.write(line);
  });
}

/** Microseconds of one operation, of which `atOnce` are under way at a time. */
async function timeOf(operation: () => Promise<unknown>, atOnce: number): Promise<number> {
  const before = performance.now();
  for (let done = 0; done < callsOfRound; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, operation));
  }
  return ((performance.now() - before) * 1000) / callsOfRound;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
