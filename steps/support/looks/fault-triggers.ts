import type { Fd } from '#port/process.ts';
import { O_RDWR, O_WRONLY } from '#uapi/mman.ts';
import { DEBUGFS_PATH, SELF_FAIL_NTH_PATH, SELF_MAKE_IT_FAIL_PATH } from '#uapi/paths.ts';

import { writeFile } from '../calls/files.ts';
import { demand, demandMemory } from '../calls/scratch.ts';
import type { ProcessHandle } from '../handles.ts';
import type { World } from '../world.ts';
import { readFile } from './probes.ts';

/**
 * What fails in the next call: allocations, or the checks of iommufd, which stand for what else can go wrong. With
 * 'exhaustion' all allocations after the one that failed do so too: what is tried a second time fails for good.
 */
export type FaultPlan = 'allocations' | 'checks' | 'allocations and checks' | 'exhaustion';

/** Room for what is written to such a file. */
export const wordBytes = 16;
const attributes = ['fail_iommufd', 'failslab', 'fail_page_alloc'];
/** Failures of checks of iommufd that are left: one less after each. */
export const checksLeft = `${DEBUGFS_PATH}/fail_iommufd/times`;
/** How many of its checks pass before one fails, plus one. */
const checksToPass = `${DEBUGFS_PATH}/fail_iommufd/space`;
const enough = '1000000';

type Settings = readonly (readonly [string, string])[];

const quiet: Settings = attributes.map((name) => [`${name}/verbose`, '0']);
/** Linux spares allocations that may wait unless it is told not to, and page tables, which are single pages. */
const ofAllocations: Settings = [
  ['failslab/ignore-gfp-wait', 'N'],
  ['fail_page_alloc/ignore-gfp-wait', 'N'],
  ['fail_page_alloc/min-order', '0'],
  ['fail_iommufd/times', enough],
];
/** Every allocation of a process that may fail: fail-nth goes first, so that nothing does before the n-th. */
const ofExhaustion: Settings = [
  ...ofAllocations,
  ...['failslab', 'fail_page_alloc'].flatMap((name): Settings => [
    [`${name}/task-filter`, 'Y'],
    [`${name}/times`, '-1'],
    [`${name}/probability`, '100'],
  ]),
];
/** Every check of a process that may fail, while there are failures left. */
const ofChecks: Settings = [
  ['fail_iommufd/times', '0'],
  ['fail_iommufd/space', '0'],
  ['fail_iommufd/interval', '1'],
  ['fail_iommufd/task-filter', 'Y'],
  ['fail_iommufd/probability', '100'],
];

const planned: Readonly<Record<FaultPlan, Settings>> = {
  allocations: ofAllocations,
  'allocations and checks': ofAllocations,
  exhaustion: ofExhaustion,
  checks: ofChecks,
};

/** What the files of debugfs, by their path below it, say while a plan is carried out. */
export function settingsOf(plan: FaultPlan): Settings {
  return [...quiet, ...planned[plan]];
}

/** How the n-th place of a call is made to fail. */
export interface Trigger {
  /** What is written before the call, by the process that makes it. */
  arm(place: number): readonly (readonly [Fd, string])[];
  /** 0 when the place has failed. */
  left(): Promise<number>;
  disarm(): Promise<unknown>;
  readonly fds: readonly Fd[];
}

export function triggerOf(plan: FaultPlan, world: World, process: ProcessHandle): Promise<Trigger> {
  if (plan === 'checks') return checkTrigger(world, process);
  return plan === 'exhaustion' ? lastingTrigger(process) : anyTrigger(process);
}

async function writeOpen({ port, scratch }: ProcessHandle, fd: Fd, text: string): Promise<void> {
  demandMemory('store of a setting', await port.store(scratch.array, Buffer.from(text)));
  demand('write of a setting', await port.write(fd, scratch.array, text.length));
}

/** fail-nth: the n-th of all checks and allocations. */
async function anyTrigger(process: ProcessHandle): Promise<Trigger> {
  const { port, scratch } = process;
  const counter = demand('open of fail-nth', await port.open(SELF_FAIL_NTH_PATH, O_RDWR));
  return {
    fds: [counter],
    arm: (place) => [[counter, String(place)]],
    left: async () => {
      const { array } = scratch;
      const length = demand('pread of fail-nth', await port.pread(counter, array, wordBytes, 0n));
      const bytes = demandMemory('load of fail-nth', await port.load(array, length));
      return Number(Buffer.from(bytes).toString('latin1'));
    },
    disarm: () => writeOpen(process, counter, '0'),
  };
}

/** The n-th of all checks and allocations, and each allocation after it, as the process is one whose may fail. */
async function lastingTrigger(process: ProcessHandle): Promise<Trigger> {
  const counting = await anyTrigger(process);
  const filter = demand('open', await process.port.open(SELF_MAKE_IT_FAIL_PATH, O_WRONLY));
  return {
    fds: [...counting.fds, filter],
    arm: (place) => [[filter, '1'], ...counting.arm(place)],
    left: async () => {
      await writeOpen(process, filter, '0');
      return counting.left();
    },
    disarm: () => counting.disarm(),
  };
}

/**
 * The checks of iommufd alone: how many allocations a call makes depends on what is in caches, so that fail-nth would step
 * over a check now and then. All but the last `space` checks pass.
 */
async function checkTrigger(world: World, process: ProcessHandle): Promise<Trigger> {
  const { port } = process;
  demand('make-it-fail', await writeFile(process, { path: SELF_MAKE_IT_FAIL_PATH, text: '1' }));
  const times = demand('open of times', await port.open(checksLeft, O_WRONLY));
  const space = demand('open of space', await port.open(checksToPass, O_WRONLY));
  return {
    fds: [times, space],
    arm: (place) => [
      [space, String(place)],
      [times, '1'],
    ],
    left: async () => Number(await readFile(world, process, checksLeft)),
    disarm: async () =>
      demand('write of times', await writeFile(process, { path: checksLeft, text: '0' })),
  };
}
