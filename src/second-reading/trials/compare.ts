import { RandomNumbers } from '#reference/kernel/lib/random-numbers.ts';

import { isRefused } from '../memory.ts';
import type { Access, Reading } from '../memory.ts';
import { Lots } from './trial.ts';
import type { Format, Trial } from './trial.ts';

/** Accesses by each set of tables that is drawn. */
const ACCESSES_EACH = 50;

/** What was compared, and the first difference between the two readings. */
export interface Comparison {
  readonly accesses: number;
  /** That went through. */
  readonly through: number;
  /** Numbers of refusals that were met. */
  readonly refusals: ReadonlySet<number>;
  readonly difference?: string;
}

/** Lets a unit of the model and the slow walker translate the same accesses by the same tables. */
export function compareReadings(format: Format, accesses: number, seed: number): Comparison {
  const refusals = new Set<number>();
  let [done, through] = [0, 0];
  for (let number = 0; done < accesses; number += 1) {
    const trial = format.make(new Lots(new RandomNumbers(seed * 1_000_003 + number)));
    const where = `${format.name}, seed ${seed}, tables ${number}`;
    for (let index = 0; index < ACCESSES_EACH && done < accesses; index += 1, done += 1) {
      const access = trial.draw();
      const [asked, read] = [trial.ask(access), trial.read(access)];
      if (isRefused(read)) refusals.add(read.refused ?? 0);
      else through += 1;
      const what = differenceOf(trial, access, asked, read);
      if (what === undefined) continue;
      const difference = `${where}, ${shown(access)}: ${what}`;
      return { accesses: done + 1, through, refusals, difference };
    }
    const mark = trial.memories.difference();
    if (mark === undefined) continue;
    const { at, model, copy } = mark;
    const difference = `${where}: at ${hex(at)} the model left ${hex(model)}; the second reading ${hex(copy)}`;
    return { accesses: done, through, refusals, difference };
  }
  return { accesses: done, through, refusals };
}

function differenceOf(
  trial: Trial,
  access: Access,
  asked: ReturnType<Trial['ask']>,
  read: Reading,
): string | undefined {
  const [ours, theirs] = [told(asked), told(read)];
  if (ours !== theirs) return `the model gives ${ours}; the second reading ${theirs}`;
  if (isRefused(asked) || asked.bytes === undefined) return undefined;
  const last = asked.bytes - 1n;
  const end = told(trial.read({ ...access, address: access.address + last }));
  const expected = told({ to: asked.to + last });
  if (end === expected) return undefined;
  return `the model says that ${asked.bytes} bytes go the same way; the last goes to ${end}, not to ${expected}`;
}

function told(reading: Reading): string {
  if (!isRefused(reading)) return hex(reading.to);
  return reading.refused === undefined ? 'a refusal in silence' : `refusal ${hex(reading.refused)}`;
}

function shown({ rid, pasid, address, write }: Access): string {
  const who = pasid === undefined ? hex(rid) : `${hex(rid)}, PASID ${pasid}`;
  return `${write ? 'a write' : 'a read'} of ${who} at ${hex(address)}`;
}

function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}
