import type { Implementation, StartOptions } from '#port/implementation.ts';
import { GuestTrial } from '#second-reading/trials/smmuv3-guest.ts';
import type { Outcome } from '#second-reading/trials/smmuv3-guest.ts';

import { NestedDevice } from './nested-device.ts';

/** Tables that are drawn, walked by the IOMMU of an implementation: of Linux in QEMU by QEMU's. */

export interface ElsewhereRun {
  readonly implementation: Implementation;
  readonly settings: StartOptions['settings'];
  readonly seed: number;
  readonly tables: number;
  readonly accesses: number;
  /** Machines at once. */
  readonly parallel: number;
  /** Told how many tables are done, now and then. */
  readonly say: (done: number) => void;
}

export interface ElsewhereReport {
  readonly accesses: number;
  readonly through: number;
  /** How often which event was told. */
  readonly events: ReadonlyMap<number, number>;
  readonly differences: readonly string[];
}

type Access = ReturnType<GuestTrial['draw']>;

/** A machine that has shown so many differences is asked no more. */
const MOST_DIFFERENCES = 5;
const SPOKEN = 100;
const HALF = 0xffff_ffffn;

/** What all machines add to. */
class Tally {
  accesses = 0;
  through = 0;
  tables = 0;
  readonly events = new Map<number, number>();
  readonly differences: string[] = [];

  count(outcome: Outcome): void {
    this.accesses += 1;
    if ('to' in outcome) this.through += 1;
    else if (typeof outcome.event === 'number')
      this.events.set(outcome.event, (this.events.get(outcome.event) ?? 0) + 1);
  }
}

/** The second reading says what each access has to come to. */
export async function compareElsewhere(run: ElsewhereRun): Promise<ElsewhereReport> {
  const tally = new Tally();
  const workers = Array.from({ length: run.parallel }, (_, nth) => work(run, nth, tally));
  const outcomes = await Promise.allSettled(workers);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return tally;
}

async function work(run: ElsewhereRun, nth: number, tally: Tally): Promise<void> {
  const device = await NestedDevice.open(run.implementation, run.settings);
  try {
    for (let number = nth; number < run.tables; number += run.parallel) {
      if (tally.differences.length >= MOST_DIFFERENCES) return;
      await tryTables(device, number, run, tally);
      tally.tables += 1;
      if (tally.tables % SPOKEN === 0) run.say(tally.tables);
    }
  } finally {
    await device.stop();
  }
}

async function tryTables(
  device: NestedDevice,
  number: number,
  { seed, accesses }: ElsewhereRun,
  tally: Tally,
): Promise<void> {
  const trial = GuestTrial.draw(seed, number);
  await device.write(trial.words);
  for (let index = 0; index < accesses; index += 1) {
    const access = trial.draw();
    const expected = trial.read(access);
    tally.count(expected);
    const found = await differenceOf(device, access, expected);
    if (found === undefined) continue;
    tally.differences.push(`seed ${seed}, tables ${number}, ${shown(access)}: ${found}`);
  }
}

async function differenceOf(
  device: NestedDevice,
  access: Access,
  expected: Outcome,
): Promise<string | undefined> {
  const moved = access.write
    ? await wroteElsewhere(device, access, expected)
    : await readElsewhere(device, access, expected);
  const isTold = 'event' in expected && expected.event !== undefined;
  return moved ?? toldElsewhere(await device.told(isTold), expected);
}

async function readElsewhere(
  device: NestedDevice,
  { address }: Access,
  expected: Outcome,
): Promise<string | undefined> {
  const word = await device.read(address);
  const right = 'to' in expected ? expected.word & HALF : 'blocked';
  if (word === right) return undefined;
  return `the device gets ${hex(word)}; the second reading says ${hex(right)}`;
}

/** What was written is taken away again. */
async function wroteElsewhere(
  device: NestedDevice,
  { address }: Access,
  expected: Outcome,
): Promise<string | undefined> {
  const mark = ~address & HALF;
  const result = await device.put(address, mark);
  if (!('to' in expected)) {
    return result === 'blocked' ? undefined : 'the write went through; the second reading refuses';
  }
  const { to, word } = expected;
  const arrived = await device.load(to);
  await device.store(to, word);
  if (result !== 'blocked' && arrived === mark) return undefined;
  const what = result ?? 'elsewhere';
  return `the write is ${what}; the second reading leads it to ${hex(to)}`;
}

/** One transfer of a device may be several requests. */
function toldElsewhere(told: readonly number[], expected: Outcome): string | undefined {
  const event = 'to' in expected ? undefined : expected.event;
  if (event === 'any') return undefined;
  const right = event === undefined ? told.length === 0 : told.length > 0;
  if (right && told.every((each) => each === event)) return undefined;
  const events = told.length === 0 ? 'no event' : `events ${told.map(hex).join(' ')}`;
  const should = event === undefined ? 'none' : `event ${hex(event)}`;
  return `the guest is told ${events}; the second reading says ${should}`;
}

function shown({ address, write }: Access): string {
  return `a ${write ? 'write' : 'read'} at ${hex(address)}`;
}

function hex(value: bigint | number | 'blocked'): string {
  return value === 'blocked' ? value : `0x${value.toString(16)}`;
}
