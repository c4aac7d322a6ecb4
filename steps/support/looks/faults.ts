import type { Address, Fd, Process } from '#port/process.ts';
import type { Struct } from '#uapi/codec.ts';
import { errnoName } from '#uapi/errno.ts';
import type { Command } from '#uapi/ioctl.ts';
import { IOMMU_TEST_OP_ACCESS_PAGES } from '#uapi/iommufd/selftest.ts';
import { DEBUGFS_PATH } from '#uapi/paths.ts';

import { callIoctl, type CallValues, type Form } from '../calls/call.ts';
import { takeFaultState } from './fault-state.ts';
import {
  checksLeft,
  type FaultPlan,
  settingsOf,
  type Trigger,
  triggerOf,
  wordBytes,
} from './fault-triggers.ts';
import { writeSetting } from '../calls/files.ts';
import type { ProcessHandle } from '../handles.ts';
import type { CallRecord } from '../calls/outcome.ts';
import { readFile } from './probes.ts';
import { demand, demandMemory } from '../calls/scratch.ts';
import { differences } from './snapshot.ts';
import { undo } from '../calls/undo.ts';
import type { World } from '../world.ts';

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

/** Nothing fails yet: it begins with the next call. */
export async function planFaults(world: World, plan: FaultPlan): Promise<void> {
  for (const [file, text] of settingsOf(plan)) {
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
  const trigger = await triggerOf(plan, world, process);
  try {
    const walk = new Walk(world, call, plan);
    return { ...(await walk.from(trigger)), faults: walk.report };
  } finally {
    for (const fd of trigger.fds) demand('close of a fault file', await process.port.close(fd));
  }
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
      this.#note(record, !wasCheck || !this.#isOfMemory());
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

  #isOfMemory(): boolean {
    return this.#plan === 'allocations' || this.#plan === 'exhaustion';
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
    if (!this.#isOfMemory()) return record;
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
