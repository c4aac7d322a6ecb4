import type { Address, Fd, Process } from '#port/process.ts';
import type { Struct } from '#uapi/codec.ts';
import { errnoName } from '#uapi/errno.ts';
import type { Command } from '#uapi/ioctl.ts';
import { IOMMU_TEST_OP_ACCESS_PAGES } from '#uapi/iommufd/selftest.ts';
import { O_RDWR, O_WRONLY } from '#uapi/mman.ts';
import { DEBUGFS_PATH, SELF_FAIL_NTH_PATH, SELF_MAKE_IT_FAIL_PATH } from '#uapi/paths.ts';

import { callIoctl, type CallValues, type Form } from '../calls/call.ts';
import { takeFaultState } from './fault-state.ts';
import { writeFile, writeSetting } from '../calls/files.ts';
import type { ProcessHandle } from '../handles.ts';
import type { CallRecord } from '../calls/outcome.ts';
import { readFile } from './probes.ts';
import { demand, demandMemory } from '../calls/scratch.ts';
import { differences } from './snapshot.ts';
import { undo } from '../calls/undo.ts';
import type { World } from '../world.ts';

/** What fails in the next call: allocations, or the checks of iommufd, which stand for what else can go wrong. */
export type FaultPlan = 'allocations' | 'checks' | 'allocations and checks';

/** What became of a call that was made once for each check in it, which failed. */
export interface FaultReport {
  /** The errnos it failed with. */
  readonly errnos: Set<string>;
  /** What a failure left behind, or a success after it was undone; and successes that are not like the last one. */
  readonly changes: string[];
}

export interface FaultyCall<S extends Struct = Struct> {
  readonly process: ProcessHandle;
  readonly fd: Fd;
  readonly command: Command<S>;
  readonly form: Form;
  readonly values: CallValues<S>;
}

const wordBytes = 16;
/** More checks than any call has. */
const placeLimit = 400;
const attributes = ['fail_iommufd', 'failslab', 'fail_page_alloc'];
/** Failures of its checks that are left: one less after each. */
const checksLeft = `${DEBUGFS_PATH}/fail_iommufd/times`;
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
/** Every check of a process that may fail, while there are failures left. */
const ofChecks: Settings = [
  ['fail_iommufd/times', '0'],
  ['fail_iommufd/space', '0'],
  ['fail_iommufd/interval', '1'],
  ['fail_iommufd/task-filter', 'Y'],
  ['fail_iommufd/probability', '100'],
];

/** Nothing fails yet: it begins with the next call. */
export async function planFaults(world: World, plan: FaultPlan): Promise<void> {
  for (const [file, text] of [...quiet, ...(plan === 'checks' ? ofChecks : ofAllocations)]) {
    await writeSetting(world, world.it, { path: `${DEBUGFS_PATH}/${file}`, text });
  }
  world.faultPlan = plan;
}

/**
 * The call, again and again: each time the next one of its checks fails, until there is none left that could. The last
 * time nothing fails.
 */
export async function callWithFaults(world: World, call: FaultyCall): Promise<CallRecord> {
  const plan = world.faultPlan ?? 'checks';
  world.faultPlan = undefined;
  const { process } = call;
  const trigger = await (plan === 'checks' ? checkTrigger(world, process) : anyTrigger(process));
  try {
    const walk = new Walk(world, call, plan);
    return { ...(await walk.from(trigger)), faults: walk.report };
  } finally {
    for (const fd of trigger.fds) demand('close of a fault file', await process.port.close(fd));
  }
}

/** How the n-th place of a call is made to fail. */
interface Trigger {
  /** What is written before the call, by the process that makes it. */
  arm(place: number): readonly (readonly [Fd, string])[];
  /** 0 when the place has failed. */
  left(): Promise<number>;
  disarm(): Promise<unknown>;
  readonly fds: readonly Fd[];
}

/** fail-nth: the n-th of all checks and allocations. */
async function anyTrigger({ port, scratch }: ProcessHandle): Promise<Trigger> {
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
    disarm: async () => {
      const stored = await port.store(scratch.array, Buffer.from('0'));
      demandMemory('store of fail-nth', stored);
      demand('write of fail-nth', await port.write(counter, scratch.array, 1));
    },
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

class Walk {
  readonly #world: World;
  readonly #call: FaultyCall;
  readonly #plan: FaultPlan;
  readonly report: FaultReport = { errnos: new Set(), changes: [] };
  readonly #successes: CallRecord[] = [];

  constructor(world: World, call: FaultyCall, plan: FaultPlan) {
    this.#world = world;
    this.#call = call;
    this.#plan = plan;
  }

  async from(trigger: Trigger): Promise<CallRecord> {
    const before = await takeFaultState(this.#world, this.#call);
    for (let place = 1; place <= placeLimit; place++) {
      const left = await this.#checksLeft();
      const { record, failed } = await callOnce(this.#world, this.#call, { trigger, place });
      if (!failed) return this.#finish(record);
      const wasCheck = left !== (await this.#checksLeft());
      this.#note(record, !wasCheck || this.#plan !== 'allocations');
      if (record.result >= 0 && !(await undo(this.#world, this.#call, record))) return record;
      const after = await takeFaultState(this.#world, this.#call);
      for (const change of differences(before, after)) this.#change(`fault ${place}: ${change}`);
      if (this.report.changes.length > 0) return record;
    }
    throw new Error(`${this.#call.command.name} has more than ${placeLimit} places that can fail`);
  }

  #checksLeft(): Promise<string> {
    return readFile(this.#world, this.#world.it, checksLeft);
  }

  #change(what: string): void {
    this.report.changes.push(what);
  }

  #note(record: CallRecord, isMeant: boolean): void {
    if (!isMeant) return;
    if (record.result < 0) this.report.errnos.add(errnoName(Number(record.result)));
    else this.#successes.push(record);
  }

  /** A call that gets along without an allocation does what it would have done with it. */
  #finish(record: CallRecord): CallRecord {
    if (this.#plan !== 'allocations') return record;
    const expected = showRecord(record);
    for (const success of this.#successes.map(showRecord)) {
      if (success !== expected) this.#change(`it gave ${success}; without a fault ${expected}`);
    }
    return record;
  }
}

/** A pin of an access has a number that is never given twice. */
function showRecord({ command, after, fields, result }: CallRecord): string {
  if (command === undefined || after === undefined) return String(result);
  if (fields?.['op'] === IOMMU_TEST_OP_ACCESS_PAGES) return String(result);
  return `${Buffer.from(after).toString('hex')} = ${result}`;
}

interface Place {
  readonly trigger: Trigger;
  /** From 1. */
  readonly place: number;
}

/** Did the check come, and fail? */
async function callOnce(
  world: World,
  call: FaultyCall,
  { trigger, place }: Place,
): Promise<{ readonly record: CallRecord; readonly failed: boolean }> {
  const { process, fd, command, values, form } = call;
  const text = process.scratch.writable + world.pageSize;
  const caller = new FaultyCaller(process.port, trigger.arm(place), text);
  const site = { process: caller, scratch: process.scratch, trace: world.trace };
  const record = await callIoctl(site, fd, command, values, form);
  const left = await trigger.left();
  await trigger.disarm();
  return { record, failed: left === 0 };
}

/** A process that arms the fault right before ioctl(). */
class FaultyCaller implements Pick<Process, 'store' | 'load' | 'ioctl'> {
  readonly #port: Process;
  readonly #writes: readonly (readonly [Fd, string])[];
  readonly #text: Address;

  constructor(port: Process, writes: readonly (readonly [Fd, string])[], text: Address) {
    this.#port = port;
    this.#writes = writes;
    this.#text = text;
  }

  store(address: Address, bytes: Uint8Array): ReturnType<Process['store']> {
    return this.#port.store(address, bytes);
  }

  load(address: Address, length: number): ReturnType<Process['load']> {
    return this.#port.load(address, length);
  }

  async ioctl(fd: Fd, request: number, arg: bigint): Promise<number> {
    const port = this.#port;
    const words = this.#writes.map(([, text]) => text.padEnd(wordBytes)).join('');
    const [stored, armed, result] = await Promise.all([
      port.store(this.#text, Buffer.from(words)),
      Promise.all(
        this.#writes.map(([target, text], index) =>
          port.write(target, this.#text + BigInt(index * wordBytes), text.length),
        ),
      ),
      port.ioctl(fd, request, arg),
    ]);
    demandMemory('store of what arms the fault', stored);
    for (const written of armed) demand('arming of the fault', written);
    return result;
  }
}
