import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import { IOMMU_TEST_CMD, IOMMU_TEST_OP_PASID_DETACH } from '#uapi/iommufd/selftest.ts';

import { value, type Call, type IoctlCall, type Who } from './call.ts';
import { calls } from './calls.ts';
import { Finding } from './finding.ts';
import { checkInvariants } from './invariants.ts';
import { explain } from './known.ts';
import type { Machines } from './machines.ts';
import { Model } from './model/model.ts';
import { needsOf } from './needs.ts';
import type { Observation } from './observation.ts';
import { openings } from './openings.ts';
import { Pool } from './pool.ts';
import { scenario, type Done } from './scenario.ts';
import { Seat } from './seat.ts';
import type { Found, Sequence, Sort } from './sequences.ts';

export function onMocks(machines: Machines): Sort<Call> {
  return {
    openings: openings.length,
    calls,
    nameOf: (call) => ('command' in call ? call.command.name : call.kind),
    begin: () => Round.begin(machines),
    options: `--every ${machines.every}`,
  };
}

/** One sequence, from an empty process to one that has closed everything. */
export class Round implements Sequence<Call> {
  readonly done: Done[] = [];
  readonly #pool = new Pool();
  readonly #model = new Model(this.#pool);
  readonly #machines: Machines;
  readonly #first: Seat;
  readonly #second: Seat | undefined;
  /** A known difference has parted the machines: only what is left at the end counts. */
  #parted = false;

  private constructor(machines: Machines, first: Seat, second: Seat | undefined) {
    this.#machines = machines;
    this.#first = first;
    this.#second = second;
  }

  static async begin(machines: Machines): Promise<Round> {
    const { first, second } = machines;
    const [one, other] = await Promise.all([Seat.take(first), second && Seat.take(second)]);
    return new Round(machines, one, other);
  }

  get made(): number {
    return this.done.length;
  }

  async open(opening: number): Promise<void> {
    for (const call of openings[opening]?.calls ?? []) await this.perform(call);
  }

  scenario(found: Found): string {
    return scenario(found, this.done);
  }

  /** Does nothing where a machine lacks what it needs, or where the machines have parted. */
  async perform(call: Call): Promise<void> {
    const { features, every } = this.#machines;
    if (this.#parted || needsOf(call).some((need) => !features.has(need))) return;
    await this.#freePasids(call);
    await this.#make(call);
    if (this.done.length % every === 0) await this.check();
  }

  async #make(call: Call): Promise<void> {
    const by = 'by' in call && this.#first.has(call.by) ? call.by : 'it';
    const [observation, other] = await Promise.all([
      this.#first.perform(call, this.#pool),
      this.#second?.perform(call, this.#pool),
    ]);
    this.done.push({ call, by, observation });
    if (other !== undefined) this.#compare(call, observation, other);
    if (!this.#parted) this.#note(call, by, observation);
    const violation = this.#model.takeViolation();
    if (violation !== undefined) throw new Finding(violation);
  }

  /** Linux warns where a mock device goes with a PASID that is attached. */
  async #freePasids(call: Call): Promise<void> {
    if (call.kind !== 'ioctl' || call.command !== IOMMU_DESTROY) return;
    const operand = call.fields['id'];
    if (operand?.kind === 'id') await this.#detachPasids(this.#pool.id(operand));
  }

  async #detachPasids(stdev: number): Promise<void> {
    for (const pasid of this.#model.attachments.pasidsOf(stdev))
      await this.#make(detachPasid(stdev, pasid));
  }

  #compare(call: Call, observation: Observation, other: Observation): void {
    if (observation.text === other.text) return;
    const { kernel } = this.#machines.second?.identity ?? { kernel: '' };
    const known = explain(call, [observation, other], kernel);
    if (known === undefined) throw new Finding(`${observation.text}, on the other ${other.text}`);
    this.#machines.met(known.id);
    this.#parted = true;
  }

  #note(call: Call, by: Who, observation: Observation): void {
    switch (call.kind) {
      case 'ioctl':
        return this.#model.note(call, by, observation);
      case 'plain ioctl':
        return this.#model.notePlain(call, observation.result);
      case 'close':
        return this.#model.closed('it', Number(observation.fields.get('fd')));
      case 'mmap':
        if (observation.result >= 0) this.#model.mmapped(observation.fields.get('offset') ?? 0n);
        return undefined;
      case 'munmap':
        return this.#model.munmapped(Number(observation.fields.get('region') ?? 0n));
      case 'fork':
        return observation.text === 'forked' ? this.#model.forked(call.privileged) : undefined;
      case 'exit':
        return this.#model.childExited();
      default:
    }
  }

  async check(): Promise<void> {
    for (const seat of this.#seats()) {
      const wrapped = seat === this.#second && this.#model.changedProcess;
      if (wrapped) this.#machines.met('OPT-28');
      await checkInvariants({ seat, model: this.#model }, !wrapped);
    }
  }

  #seats(): Seat[] {
    return this.#second === undefined ? [this.#first] : [this.#first, this.#second];
  }

  /** Nothing may be left of anything. */
  async end(): Promise<void> {
    for (const stdev of this.#model.attachments.devices.keys()) await this.#detachPasids(stdev);
    if (!this.#parted) await this.check();
    for (const seat of this.#seats()) await this.#checkLeftovers(seat);
    for (const seat of this.#seats()) await seat.leave();
    for (const { machine } of this.#seats()) {
      await machine.bench.reset();
      const complaints = await machine.complaints();
      if (complaints.length > 0) throw new Finding(complaints.join('\n'));
    }
  }

  async #checkLeftovers(seat: Seat): Promise<void> {
    await seat.closeAll();
    if (seat === this.#second && this.#model.changedProcess) return;
    const { pinned, locked } = await seat.charged('it');
    if (pinned === 0n && locked === 0n) return;
    throw new Finding(
      `${seat.machine.identity.name}: ${pinned} bytes stay pinned and ${locked} locked after all is closed`,
      () => ['    When it closes the iommufd', '    Then it has 0 bytes pinned'],
    );
  }

  /** After a finding: the machines are to be clean for the next sequence. */
  async abandon(): Promise<void> {
    for (const seat of this.#seats()) {
      if (!seat.hasLeft) await this.#leave(seat);
      await seat.machine.bench.reset();
      await seat.machine.complaints();
    }
  }

  async #leave(seat: Seat): Promise<void> {
    for (const [stdev] of this.#model.attachments.devices)
      for (const pasid of this.#model.attachments.pasidsOf(stdev))
        await seat.perform(detachPasid(stdev, pasid), this.#pool);
    await seat.closeAll();
    await seat.leave();
  }
}

function detachPasid(stdev: number, pasid: number): IoctlCall {
  return {
    kind: 'ioctl',
    by: 'it',
    command: IOMMU_TEST_CMD,
    fields: {
      op: value(IOMMU_TEST_OP_PASID_DETACH),
      id: value(stdev),
      'pasid_detach.pasid': value(pasid),
    },
  };
}
