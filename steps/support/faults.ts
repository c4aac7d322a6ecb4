import type { Address, Fd, Process } from '#port/process.ts';
import type { Struct } from '#uapi/codec.ts';
import { errnoName } from '#uapi/errno.ts';
import type { Command } from '#uapi/ioctl.ts';
import { IOMMU_TEST_OP_ACCESS_PAGES } from '#uapi/iommufd/selftest.ts';
import { O_RDWR } from '#uapi/mman.ts';
import { DEBUGFS_PATH, SELF_FAIL_NTH_PATH } from '#uapi/paths.ts';

import { callIoctl, type CallValues, type Form } from './call.ts';
import { takeFaultState } from './fault-state.ts';
import { writeSetting } from './files.ts';
import type { ProcessHandle } from './handles.ts';
import type { CallRecord } from './outcome.ts';
import { readFile } from './probes.ts';
import { demand } from './scratch.ts';
import { differences } from './snapshot.ts';
import { undo } from './undo.ts';
import type { World } from './world.ts';

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

/** More checks than any call has. */
const placeLimit = 400;
const attributes = ['fail_iommufd', 'failslab', 'fail_page_alloc'];
/** Failures of its checks that are left: one less after each. */
const checksLeft = `${DEBUGFS_PATH}/fail_iommufd/times`;
const enough = '1000000';
/** Linux spares allocations that may wait unless it is told not to, and page tables, which are single pages. */
const spareNothing: readonly (readonly [string, string])[] = [
  ['failslab/ignore-gfp-wait', 'N'],
  ['fail_page_alloc/ignore-gfp-wait', 'N'],
  ['fail_page_alloc/min-order', '0'],
];

/** Nothing fails yet: it begins with the next call. */
export async function planFaults(world: World, plan: FaultPlan): Promise<void> {
  const quiet = attributes.map((name) => [`${name}/verbose`, '0'] as const);
  const settings = plan === 'checks' ? quiet : [...quiet, ...spareNothing];
  for (const [file, text] of settings) {
    await writeSetting(world, world.it, { path: `${DEBUGFS_PATH}/${file}`, text });
  }
  await writeSetting(world, world.it, { path: checksLeft, text: enough });
  world.faultPlan = plan;
}

/**
 * The call, again and again: each time the next one of its checks fails, until there is none left that could. The last
 * time nothing fails.
 */
export async function callWithFaults(world: World, call: FaultyCall): Promise<CallRecord> {
  const { port } = call.process;
  const plan = world.faultPlan ?? 'checks';
  world.faultPlan = undefined;
  const counter = demand('open of fail-nth', await port.open(SELF_FAIL_NTH_PATH, O_RDWR));
  try {
    return await new Walk(world, call, plan).from(counter);
  } finally {
    await port.close(counter);
  }
}

class Walk {
  readonly #world: World;
  readonly #call: FaultyCall;
  readonly #plan: FaultPlan;
  readonly #report: FaultReport = { errnos: new Set(), changes: [] };
  readonly #successes: CallRecord[] = [];

  constructor(world: World, call: FaultyCall, plan: FaultPlan) {
    this.#world = world;
    this.#call = call;
    this.#plan = plan;
    world.faultReport = this.#report;
  }

  async from(counter: Fd): Promise<CallRecord> {
    const before = await takeFaultState(this.#world, this.#call);
    for (let place = 1; place <= placeLimit; place++) {
      const left = await this.#checksLeft();
      const { record, failed } = await callOnce(this.#world, this.#call, { counter, place });
      if (!failed) return this.#finish(record);
      const wasCheck = left !== (await this.#checksLeft());
      this.#note(record, wasCheck ? this.#plan !== 'allocations' : this.#plan !== 'checks');
      if (record.result >= 0 && !(await undo(this.#world, this.#call, record))) return record;
      const after = await takeFaultState(this.#world, this.#call);
      for (const change of differences(before, after)) this.#change(`fault ${place}: ${change}`);
      if (this.#report.changes.length > 0) return record;
    }
    throw new Error(`${this.#call.command.name} has more than ${placeLimit} places that can fail`);
  }

  #checksLeft(): Promise<string> {
    return readFile(this.#world, this.#world.it, checksLeft);
  }

  #change(what: string): void {
    this.#report.changes.push(what);
  }

  #note(record: CallRecord, isMeant: boolean): void {
    if (!isMeant) return;
    if (record.result < 0) this.#report.errnos.add(errnoName(Number(record.result)));
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
  readonly counter: Fd;
  /** From 1. */
  readonly place: number;
}

/** Did the check come, and fail? */
async function callOnce(
  world: World,
  call: FaultyCall,
  { counter, place }: Place,
): Promise<{ readonly record: CallRecord; readonly failed: boolean }> {
  const { process, fd, command, values, form } = call;
  const text = process.scratch.writable + world.pageSize;
  const caller = new FaultyCaller(process.port, { counter, place, text });
  const site = { process: caller, scratch: process.scratch, trace: world.trace };
  const record = await callIoctl(site, fd, command, values, form);
  return { record, failed: (await caller.left()) === 0 };
}

const offWord = 16;
const answerWord = 32;

/** A process that counts its checks in ioctl(), and nowhere else. */
class FaultyCaller implements Pick<Process, 'store' | 'load' | 'ioctl'> {
  readonly #port: Process;
  readonly #counter: Fd;
  readonly #text: Address;
  readonly #place: string;
  #answered = 0;

  constructor(port: Process, at: Place & { readonly text: Address }) {
    this.#port = port;
    this.#counter = at.counter;
    this.#text = at.text;
    this.#place = String(at.place);
  }

  store(address: Address, bytes: Uint8Array): ReturnType<Process['store']> {
    return this.#port.store(address, bytes);
  }

  load(address: Address, length: number): ReturnType<Process['load']> {
    return this.#port.load(address, length);
  }

  async ioctl(fd: Fd, request: number, arg: bigint): Promise<number> {
    const port = this.#port;
    const off = this.#text + BigInt(offWord);
    const answer = this.#text + BigInt(answerWord);
    const words = `${this.#place.padEnd(offWord)}${'0'.padEnd(answerWord - offWord)}`;
    const [, armed, result, length] = await Promise.all([
      port.store(this.#text, Buffer.from(words)),
      port.pwrite(this.#counter, this.#text, this.#place.length, 0n),
      port.ioctl(fd, request, arg),
      port.pread(this.#counter, answer, answerWord, 0n),
      port.pwrite(this.#counter, off, 1, 0n),
    ]);
    demand('pwrite of fail-nth', armed);
    this.#answered = demand('pread of fail-nth', length);
    return result;
  }

  /** Of the count after the call. */
  async left(): Promise<number> {
    const bytes = await this.#port.load(this.#text + BigInt(answerWord), this.#answered);
    if (typeof bytes === 'string') throw new Error(`the answer of fail-nth: ${bytes}`);
    return Number(Buffer.from(bytes).toString('latin1'));
  }
}
