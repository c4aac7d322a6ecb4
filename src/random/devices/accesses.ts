import type { DmaAccess, DmaResult } from '#port/bench.ts';
import { pattern } from '#steps/support/notation.ts';

import { Finding } from '../finding.ts';
import type { ActionOf, Requester, Target } from './action.ts';
import {
  count,
  guestAddress,
  hostAddress,
  PAGE,
  pagesOfRegion,
  ramPages,
  shownAddress,
  shownRam,
} from './addresses.ts';
import type { Entry } from './model/guest-table.ts';
import type { Stage } from './stage.ts';

/** What a device may reach, and what it did reach. */

/** A page of "ram". */
export type Outcome = 'blocked' | number;

/** A page of the guest, or of the IOAS. */
export interface Place {
  readonly page: number;
  readonly isGuest: boolean;
  readonly iova: bigint;
}

function isNested(stage: Stage, who: Requester): boolean {
  return stage.standing(who)?.kept !== undefined;
}

export function placeOf(stage: Stage, who: Requester, { page, stray }: Target): Place {
  const isGuest = isNested(stage, who) !== stray;
  const at = page === 'changed' ? (isGuest ? stage.changed : stage.unmapped).page : page;
  const number = isGuest ? at : at % ramPages;
  const iova = isGuest ? guestAddress(number) : hostAddress(number);
  return { page: number, isGuest, iova };
}

/** All that an access to that page may come to: more than one only where a guest has not invalidated what it changed. */
export function allowed(
  stage: Stage,
  who: Requester,
  { page, isGuest }: Place,
  write: boolean,
): ReadonlySet<Outcome> {
  const standing = stage.standing(who);
  const isOwn = isGuest === isNested(stage, who);
  if (standing === undefined || !isOwn) return new Set<Outcome>(['blocked']);
  const { table, kept } = standing;
  const space = stage.ioases[table.ioas]?.space;
  const reach = (at: number): Outcome => {
    const found = space?.lookup(at);
    return found === undefined || (write && !found.write) ? 'blocked' : found.ram;
  };
  const guest = stage.guests[table.guest ?? -1];
  if (kept === undefined || guest === undefined) return new Set([reach(page)]);
  const through = (entry: Entry): Outcome =>
    entry === 'absent' || (write && !entry.write) ? 'blocked' : reach(entry.page);
  return new Set(kept.entries(guest.table, page).map(through));
}

export function accessAt(stage: Stage, who: Requester, iova: bigint, pages: number): DmaAccess {
  const { info } = stage.devices[who.device] ?? { info: { id: '' } };
  const { pasid } = who;
  const place = { device: info.id, attachment: stage.attachment(who), iova };
  const length = pages * Number(PAGE);
  return { ...place, length, ...(pasid !== undefined && { pasid }) };
}

export async function access(stage: Stage, action: ActionOf<'access'>): Promise<boolean> {
  const { who, at, write } = action;
  if (stage.device(who) === undefined) return false;
  const place = placeOf(stage, who, at);
  const left = place.isGuest ? pagesOfRegion - (place.page % pagesOfRegion) : ramPages - place.page;
  const pages = at.page === 'changed' ? Math.max(stage.changed.pages, 1) : action.pages;
  if (write) await writeOnce(stage, who, place);
  else await readOnce(stage, who, { place, pages: Math.min(pages, left) });
  return true;
}

async function readOnce(
  stage: Stage,
  who: Requester,
  { place, pages }: { readonly place: Place; readonly pages: number },
): Promise<void> {
  const { bench } = stage.rig.machine;
  stage.tell(`When ${stage.shown(who)} reads ${count(pages)} at ${shownAddress(place.iova)}`);
  const may = Array.from({ length: pages }, (_, each) =>
    allowed(stage, who, { ...place, page: place.page + each }, false),
  );
  const result = await bench.dmaRead(accessAt(stage, who, place.iova, pages));
  await checkRead(stage, { who, iova: place.iova, may }, result);
}

/** What an access was, and for each of its pages what it may come to. */
export interface Made {
  readonly who: Requester;
  readonly iova: bigint;
  readonly may: readonly ReadonlySet<Outcome>[];
}

export async function checkRead(stage: Stage, made: Made, result: DmaResult): Promise<void> {
  const { may, iova } = made;
  if (result === 'blocked') {
    if (may.some((each) => each.has('blocked'))) return;
    throw wrong(stage, made, 'a read was blocked', ['Then the access goes through']);
  }
  for (const [index, each] of may.entries()) {
    const start = index * Number(PAGE);
    const page = stage.ram.pageWith(result.bytes.subarray(start, start + Number(PAGE)));
    if (page !== undefined && each.has(page)) continue;
    const at = iova + BigInt(index) * PAGE;
    throw wrong(stage, made, `a read at ${shownAddress(at)} got ${told(page)}`, [
      ...shows(stage, made.who, { at, page, may: each }),
    ]);
  }
}

function told(page: number | undefined): string {
  return page === undefined ? 'bytes that no page holds' : `page ${page} of "ram"`;
}

/** Steps that tell the right outcome from the one that was seen. */
function shows(
  stage: Stage,
  who: Requester,
  { at, page, may }: { at: bigint; page: number | undefined; may: ReadonlySet<Outcome> },
): readonly string[] {
  const [only] = may;
  if (may.size === 1 && only === 'blocked') return ['Then the access is blocked'];
  const range = `at ${shownAddress(at)} .. +1 page`;
  if (may.size === 1) return [`Then ${stage.shown(who)} sees ${shownRam(Number(only))} ${range}`];
  return [`Then ${stage.shown(who)} does not see ${shownRam(page ?? 0)} ${range}`];
}

async function writeOnce(stage: Stage, who: Requester, place: Place): Promise<void> {
  const { bench } = stage.rig.machine;
  const name = stage.ram.newName();
  stage.tell(`When ${stage.shown(who)} writes pattern "${name}" at ${shownAddress(place.iova)}`);
  const made = { who, iova: place.iova, may: [allowed(stage, who, place, true)] };
  const bytes = pattern(name, Number(PAGE));
  const result = await bench.dmaWrite(accessAt(stage, who, place.iova, 1), bytes);
  await checkWrite(stage, made, result, name);
}

/** One page of "ram" has changed, or none where the write was blocked. */
export async function checkWrite(
  stage: Stage,
  made: Made,
  result: DmaResult,
  name: string,
): Promise<void> {
  const { ram, rig } = stage;
  const [may = new Set<Outcome>()] = made.may;
  const memory = await rig.load('ram', ramPages * Number(PAGE));
  const [page, ...others] = ram.differences(memory);
  const outcome: Outcome = result === 'blocked' ? 'blocked' : (page ?? 'blocked');
  if (result === 'blocked' ? page !== undefined : page === undefined || others.length > 0)
    throw wrong(stage, made, `a write that ${seen(result)} changed ${changed([page, ...others])}`, [
      ...(result === 'blocked' ? kept(stage, page ?? 0) : ['Then the access is blocked']),
    ]);
  if (!may.has(outcome))
    throw wrong(
      stage,
      made,
      `a write ${outcome === 'blocked' ? 'was blocked' : `went to ${told(outcome)}`}`,
      [...(outcome === 'blocked' ? ['Then the access goes through'] : kept(stage, outcome))],
    );
  if (outcome !== 'blocked') ram.names[outcome] = name;
}

function seen(result: DmaResult): string {
  return result === 'blocked' ? 'was blocked' : 'went through';
}

function changed(pages: readonly (number | undefined)[]): string {
  const known = pages.filter((page) => page !== undefined);
  return known.length === 0 ? 'nothing' : known.map(told).join(' and ');
}

function kept({ ram }: Stage, page: number): readonly string[] {
  return [`Then it finds pattern "${ram.names[page]}" in ${shownRam(page)}`];
}

function wrong(stage: Stage, { who, may }: Made, what: string, steps: readonly string[]): Finding {
  const outcomes = may.map((each) => [...each].map(shownOutcome).join(' or ')).join(', then ');
  const name = stage.rig.machine.identity.name;
  return new Finding(`${name}: ${stage.shown(who)}: ${what}; it may come to ${outcomes}`, () =>
    steps.map((step) => `    ${step}`),
  );
}

function shownOutcome(outcome: Outcome): string {
  return outcome === 'blocked' ? outcome : told(outcome);
}
