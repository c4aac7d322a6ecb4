import type { Machine } from '#port/implementation.ts';
import * as test from '#uapi/iommufd/selftest.ts';

import type { Call, Who } from './call.ts';
import { opening } from './opening.ts';
import { knownDifferences } from './known.ts';
import { Model } from './model.ts';
import { Pool } from './pool.ts';
import type { Done } from './scenario.ts';
import { pageSize, Seat, type Observation } from './seat.ts';

/** What was found wrong in a sequence. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

export interface Machines {
  /** What the results of the other one are compared with, and whose invariants are checked. */
  readonly first: Machine;
  readonly second?: Machine;
  /** Invariants are checked after so many calls. */
  readonly every: number;
  /** Called with the id of each known difference that was met. */
  readonly met: (id: string) => void;
}

/** One sequence, from an empty process to one that has closed everything. */
export class Round {
  readonly done: Done[] = [];
  readonly #pool = new Pool();
  readonly #model = new Model(this.#pool);
  readonly #machines: Machines;
  readonly #first: Seat;
  readonly #second: Seat | undefined;

  private constructor(machines: Machines, first: Seat, second: Seat | undefined) {
    this.#machines = machines;
    this.#first = first;
    this.#second = second;
  }

  static async begin(machines: Machines): Promise<Round> {
    const { first, second } = machines;
    const seats = [Seat.take(first), second && Seat.take(second)] as const;
    const round = new Round(machines, await seats[0], await seats[1]);
    for (const call of opening) await round.perform(call);
    return round;
  }

  /** False where a known difference has parted the machines: what follows cannot be compared. */
  async perform(call: Call): Promise<boolean> {
    const by = call.kind === 'ioctl' && this.#first.has(call.by) ? call.by : 'it';
    const [observation, other] = await Promise.all([
      this.#first.perform(call, this.#pool),
      this.#second?.perform(call, this.#pool),
    ]);
    this.done.push({ call, by, observation });
    if (other !== undefined && !this.#compare(call, observation, other)) return false;
    this.#note(call, by, observation);
    if (this.done.length % this.#machines.every === 0) await this.check();
    return true;
  }

  #compare(call: Call, observation: Observation, other: Observation): boolean {
    if (observation.text === other.text) return true;
    const known =
      call.kind === 'ioctl'
        ? knownDifferences.find(({ matches }) => matches?.(call, observation, other))
        : undefined;
    if (known === undefined) throw new Finding(`${observation.text}, on the other ${other.text}`);
    this.#machines.met(known.id);
    return false;
  }

  #note(call: Call, by: Who, observation: Observation): void {
    switch (call.kind) {
      case 'ioctl':
        return this.#model.note(call, by, observation);
      case 'close':
        return this.#model.closed('it', Number(observation.fields.get('fd')));
      case 'fork':
        return observation.text === 'forked' ? this.#model.forked() : undefined;
      case 'exit':
        return this.#model.childExited();
      default:
    }
  }

  async check(): Promise<void> {
    if (this.#model.lost) return;
    for (const seat of this.#seats()) {
      for (const who of ['it', 'child'] as const)
        if (seat.has(who)) await this.#checkPinned(seat, who);
      await this.#checkTranslation(seat);
    }
  }

  #seats(): Seat[] {
    return this.#second === undefined ? [this.#first] : [this.#first, this.#second];
  }

  async #checkPinned(seat: Seat, who: Who): Promise<void> {
    if (seat === this.#second && this.#model.changedProcess) return this.#machines.met('OPT-28');
    const found = await seat.pinned(who);
    const expected = this.#model.pinned(who);
    const { name } = seat.machine.identity;
    if (found === expected) return;
    throw new Finding(
      `${name}: ${who} has ${found} bytes pinned; mappings and accesses hold ${expected}`,
    );
  }

  /** The first page of a live mapping through a live table; and nothing where nothing is mapped. */
  async #checkTranslation(seat: Seat): Promise<void> {
    for (const [id, { ioas }] of this.#model.tables) {
      const areas = this.#model.ioases.get(ioas ?? 0) ?? [];
      const area = areas[this.done.length % Math.max(areas.length, 1)];
      if (area?.pages.address === undefined) continue;
      const address = area.pages.address + area.start;
      if ((area.iova | area.length | address) % pageSize !== 0n) continue;
      const { result } = await seat.ioctl(
        { by: 'it', command: test.IOMMU_TEST_CMD },
        new Map([
          ['op', BigInt(test.IOMMU_TEST_OP_MD_CHECK_MAP)],
          ['id', BigInt(id)],
          ['check_map.iova', area.iova],
          ['check_map.length', area.length],
          ['check_map.uptr', address],
        ]),
      );
      if (result === 0) return;
      throw new Finding(
        `${seat.machine.identity.name}: table ${id} does not lead from 0x${area.iova.toString(16)} to what is mapped there: ${result}`,
      );
    }
  }

  /** Nothing may be left of anything. */
  async end(): Promise<void> {
    try {
      if (!this.#parted) await this.check();
      for (const seat of this.#seats()) await this.#checkLeftovers(seat);
    } finally {
      for (const seat of this.#seats()) await seat.leave();
    }
    for (const { machine } of this.#seats()) {
      await machine.bench.reset();
      const complaints = await machine.complaints();
      if (complaints.length > 0) throw new Finding(complaints.join('\n'));
    }
  }

  async #checkLeftovers(seat: Seat): Promise<void> {
    await seat.closeAll();
    if (seat === this.#second && this.#model.changedProcess) return;
    const left = await seat.pinned('it');
    if (left !== 0n)
      throw new Finding(
        `${seat.machine.identity.name}: ${left} bytes stay pinned after all is closed`,
      );
  }

  #parted = false;

  /** After a known difference: only what is left at the end counts. */
  part(): void {
    this.#parted = true;
  }

  /** After a finding: the machines are to be clean for the next sequence. */
  async abandon(): Promise<void> {
    for (const seat of this.#seats()) {
      await seat.closeAll();
      await seat.leave();
      await seat.machine.bench.reset();
      await seat.machine.complaints();
    }
  }
}
