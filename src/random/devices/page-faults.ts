import type { DmaResult, PageResponse } from '#port/bench.ts';
import {
  iommu_hwpt_page_response,
  iommu_hwpt_pgfault,
  IOMMU_PGFAULT_FLAGS_LAST_PAGE,
  IOMMU_PGFAULT_FLAGS_PASID_VALID,
  IOMMU_PGFAULT_PERM_READ,
  IOMMU_PGFAULT_PERM_WRITE,
} from '#uapi/iommufd/fault.ts';
import { pattern } from '#steps/support/notation.ts';

import { Finding } from '../finding.ts';
import { accessAt, allowed, checkRead, checkWrite, placeOf, type Place } from './accesses.ts';
import type { ActionOf, Requester } from './action.ts';
import { PAGE, shownAddress } from './addresses.ts';
import { INVALID, SUCCESS, type Group } from './model/page-requests.ts';
import { nthOf, type Stage } from './stage.ts';

/** Page requests, what the fault queue says of them, and the answers. */

/** An access that waits for its page. */
interface Patient {
  readonly who: Requester;
  readonly place: Place;
  readonly group: number;
  /** Of what it writes; a read has none. */
  readonly name: string | undefined;
  state: 'waits' | 'may try again' | 'is over';
}

function finding(stage: Stage, what: string, steps: readonly string[]): Finding {
  const { name } = stage.rig.machine.identity;
  return new Finding(`${name}: ${what}`, () => steps.map((step) => `    ${step}`));
}

export class PageFaults {
  readonly #stage: Stage;
  #patients: readonly Patient[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** The queue of the page table that it is attached to takes it. */
  #send(who: Requester, { iova, perm, group }: Pick<Group, 'iova' | 'perm' | 'group'>): void {
    const { device, pasid } = who;
    const queued = this.#stage.standing(who)?.table.hasQueue === true;
    this.#stage.requests.send({ device, pasid, group, iova, perm }, queued);
  }

  #newGroup(): number {
    const { requests } = this.#stage;
    for (;;) {
      const group = requests.newNumber();
      if (!this.#patients.some((each) => each.group === group)) return group;
    }
  }

  #asks(who: Requester): boolean {
    return this.#stage.device(who)?.asksForPages === true;
  }

  async request({ who, at, perm }: ActionOf<'request'>): Promise<boolean> {
    const { rig, devices } = this.#stage;
    if (!this.#asks(who)) return false;
    const { iova } = placeOf(this.#stage, who, at);
    const group = this.#newGroup();
    const { pasid } = who;
    const message = { iova, permissions: perm, group, last: true };
    const own = pasid === undefined ? message : { ...message, pasid };
    await rig.machine.bench.requestPages(devices[who.device]?.info.id ?? '', [own]);
    this.#send(who, { iova, perm, group });
    const rights = ['READ', 'WRITE'].filter((_, bit) => perm & (1 << bit)).join(', ');
    this.#stage.tell(
      `When ${this.#stage.shown(who)} requests pages:`,
      '  | address | perm | group | last |',
      `  | ${shownAddress(iova)} | ${rights} | ${group} | yes |`,
    );
    return true;
  }

  /** Where it may be either, nobody knows whether the device asks: then nothing is begun. */
  async begin({ who, at, write }: ActionOf<'begin'>): Promise<boolean> {
    const stage = this.#stage;
    if (!this.#asks(who) || !stage.features.has('dma-with-page-requests')) return false;
    const place = placeOf(stage, who, at);
    const may = allowed(stage, who, place, write);
    const lacks = may.has('blocked');
    if (lacks && may.size > 1) return false;
    const group = this.#newGroup();
    const name = write ? stage.ram.newName() : undefined;
    const bytes = name === undefined ? {} : { bytes: pattern(name, Number(PAGE)) };
    await stage.rig.machine.bench.startDma(accessAt(stage, who, place.iova, 1), {
      group,
      ...bytes,
    });
    const what = name === undefined ? 'read 1 page' : `write pattern "${name}"`;
    const where = `${shownAddress(place.iova)}, and asks for pages as group ${group}`;
    stage.tell(`When ${stage.shown(who)} begins to ${what} at ${where}`);
    const state = lacks ? 'waits' : 'may try again';
    this.#patients = [...this.#patients, { who, place, group, name, state }];
    if (lacks) this.#ask(who, place.iova, { group, write });
    return true;
  }

  #ask(who: Requester, iova: bigint, { group, write }: { group: number; write: boolean }): void {
    const perm = write ? IOMMU_PGFAULT_PERM_WRITE : IOMMU_PGFAULT_PERM_READ;
    this.#send(who, { iova, perm, group });
  }

  async goOn({ nth }: ActionOf<'go on'>): Promise<boolean> {
    const patient = nthOf(this.#patients, nth);
    if (patient === undefined) return false;
    const stage = this.#stage;
    const { who, group } = patient;
    const id = stage.devices[who.device]?.info.id ?? '';
    const result = await stage.rig.machine.bench.finishDma(id, group);
    stage.tell(`When ${stage.shown(who)} goes on with group ${group}`);
    if (result !== 'waiting') this.#patients = this.#patients.filter((each) => each !== patient);
    await this.#check(patient, result);
    return true;
  }

  async #check(patient: Patient, result: DmaResult | 'waiting'): Promise<void> {
    const { who, place, group, name, state } = patient;
    if (state === 'waits' && result !== 'waiting')
      throw finding(this.#stage, `group ${group} goes on without an answer`, [
        'Then the access waits',
      ]);
    if (state === 'is over' && result !== 'blocked')
      throw finding(this.#stage, `group ${group} goes on after it was refused`, [
        'Then the access is blocked',
      ]);
    if (state !== 'may try again') return;
    const write = name !== undefined;
    const may = allowed(this.#stage, who, place, write);
    if (result === 'waiting') {
      if (!may.has('blocked'))
        throw finding(this.#stage, `group ${group} waits for a page that is there`, [
          'Then the access goes through',
        ]);
      patient.state = 'waits';
      this.#ask(who, place.iova, { group, write });
      return;
    }
    const made = {
      who,
      iova: place.iova,
      may: [new Set([...may].filter((one) => one !== 'blocked'))],
    };
    if (name === undefined) await checkRead(this.#stage, made, result);
    else await checkWrite(this.#stage, made, result, name);
  }

  /** As much as there is: each group in the order in which it came, with a cookie of its own. */
  async readQueue(): Promise<boolean> {
    const { queue, rig, requests, devices } = this.#stage;
    if (queue === undefined) return false;
    const { size } = iommu_hwpt_pgfault;
    const room = size * 100;
    const result = await rig.process.read(queue.fd, rig.address('data'), room);
    this.#stage.tell(`When it reads fault queue "faults" into ${room} bytes of buffer "in"`);
    const { unread } = requests;
    if (result !== unread.length * size)
      throw finding(this.#stage, `the queue gave ${result} bytes; ${unread.length} groups wait`, [
        `Then it returns ${unread.length * size}`,
      ]);
    const bytes = await rig.load('data', Math.max(result, 1));
    for (const [index, group] of unread.entries()) {
      const found = iommu_hwpt_pgfault.unpack(bytes.subarray(index * size));
      const { cookie, ...fields } = found;
      const expected = { ...fieldsOf(group), dev_id: devices[group.device]?.id ?? 0 };
      const wrong = Object.entries(expected).filter(
        ([field, value]) => fields[field as keyof typeof fields] !== value,
      );
      if (wrong.length > 0 || requests.read.some((other) => other.cookie === cookie))
        throw finding(
          this.#stage,
          `message ${index} of the queue has ${shownFields(found)}; expected ${shownFields(expected)}`,
          [],
        );
      group.cookie = cookie;
    }
    return true;
  }

  async answer({ nth, code }: ActionOf<'answer'>): Promise<boolean> {
    const { queue, rig, requests } = this.#stage;
    const group = nthOf(requests.read, nth);
    if (queue === undefined || group === undefined) return false;
    const { cookie } = group;
    await rig.store('data', iommu_hwpt_page_response.pack({ cookie, code }));
    const { size } = iommu_hwpt_page_response;
    const result = await rig.process.write(queue.fd, rig.address('data'), size);
    this.#stage.tell(
      'When it answers fault queue "faults" from buffer "out":',
      '  | cookie | code |',
      `  | ${cookie} | ${shownCode(code)} |`,
    );
    if (result !== size)
      throw finding(this.#stage, `an answer to cookie ${cookie} gave ${result}`, [
        'Then it succeeds',
      ]);
    requests.answer(group, code);
    return true;
  }

  /** After each action: each device has got the answers that are due, and no other. */
  async checkAnswers(): Promise<void> {
    const { devices, features, rig, requests } = this.#stage;
    if (!features.has('page-responses')) return;
    await rig.machine.bench.settle();
    for (const [nth, { name, info, asksForPages }] of devices.entries()) {
      if (!asksForPages) continue;
      const due = sorted(requests.takeAnswers(nth));
      const got = sorted(await rig.machine.bench.pageResponses(info.id));
      for (const answer of got) this.#note(nth, answer);
      if (JSON.stringify(due) === JSON.stringify(got)) continue;
      const what = `device "${name}" was answered ${shownAnswers(got)}; due was ${shownAnswers(due)}`;
      throw finding(this.#stage, what, answered(name, due));
    }
  }

  #note(device: number, { group, pasid, code }: PageResponse): void {
    for (const patient of this.#patients) {
      const { who, state } = patient;
      const isMeant = who.device === device && who.pasid === pasid && patient.group === group;
      if (isMeant && state === 'waits')
        patient.state = code === SUCCESS ? 'may try again' : 'is over';
    }
  }
}

function fieldsOf({ pasid, group, iova, perm }: Group) {
  const withPasid = pasid === undefined ? 0 : IOMMU_PGFAULT_FLAGS_PASID_VALID;
  const flags = IOMMU_PGFAULT_FLAGS_LAST_PAGE | withPasid;
  return { flags, pasid: pasid ?? 0, grpid: group, perm, addr: iova };
}

function shownFields(fields: object): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function shownCode(code: number): string {
  return code === INVALID ? 'INVALID' : 'SUCCESS';
}

/** No two groups of a device have one number. */
function sorted(answers: readonly PageResponse[]): readonly PageResponse[] {
  return answers
    .map(({ group, code, pasid }) => ({ group, code, ...(pasid !== undefined && { pasid }) }))
    .sort((one, other) => one.group - other.group);
}

function shownAnswers(answers: readonly PageResponse[]): string {
  const shown = answers.map(({ group, code, pasid }) =>
    [`group ${group}`, shownCode(code), pasid === undefined ? '' : `PASID ${pasid}`]
      .join(' ')
      .trim(),
  );
  return shown.join(', ') || 'nothing';
}

function answered(name: string, due: readonly PageResponse[]): readonly string[] {
  if (due.length === 0) return [`Then device "${name}" was not answered`];
  const rows = due.map(
    ({ group, code, pasid }) => `  | ${group} | ${shownCode(code)} | ${pasid ?? ''} |`,
  );
  return [`Then device "${name}" was answered:`, '  | group | code | PASID |', ...rows];
}
