import type { Feature } from '#port/features.ts';
import type { Machine } from '#port/implementation.ts';

import { Finding } from '../finding.ts';
import type { Found, Sequence, Sort } from '../sequences.ts';
import type { Slot, VfioCall } from './call.ts';
import { calls } from './calls.ts';
import { Model } from './model.ts';
import { openings } from './openings.ts';
import { shownCall, shownLook } from './shown.ts';
import { Stand } from './stand.ts';

/** What a machine has to have. */
export const needed = [
  ...(['dma', 'vfio-device', 'vfio-group', 'vfio-compat', 'type1-container'] as const),
  ...(['two-devices', 'edu-registers', 'proc'] as const),
] satisfies readonly Feature[];

/** One machine, or two that are to do the same. */
export interface Running {
  readonly first: Machine;
  readonly second?: Machine;
  readonly options: string;
}

export function onVfio(running: Running): Sort<VfioCall> {
  return {
    openings: openings.length,
    calls,
    nameOf: (call) => ('command' in call ? call.command.name : call.kind),
    begin: () => VfioSequence.begin(running),
    options: running.options,
  };
}

/** One sequence of calls of VFIO, from an empty process to one that has closed everything. */
class VfioSequence implements Sequence<VfioCall> {
  readonly #model = new Model();
  readonly #stands: readonly Stand[];
  readonly #lines: string[] = [];

  private constructor(stands: readonly Stand[]) {
    this.#stands = stands;
  }

  static async begin({ first, second }: Running): Promise<VfioSequence> {
    const machines = second === undefined ? [first] : [first, second];
    return new VfioSequence(await Promise.all(machines.map((machine) => Stand.take(machine))));
  }

  get made(): number {
    return this.#lines.length;
  }

  async open(opening: number): Promise<void> {
    for (const call of openings[opening] ?? []) await this.perform(call);
  }

  async perform(call: VfioCall): Promise<void> {
    if (!this.#makesSense(call)) return;
    if (call.kind === 'look') return this.#look(call);
    const [done, other] = await Promise.all(this.#stands.map((stand) => stand.perform(call)));
    if (done === undefined) return;
    this.#lines.push(`${shownCall(call)} = ${done.text}`);
    if (other !== undefined && other.text !== done.text)
      throw new Finding(`${shownCall(call)}: ${done.text}, on the other ${other.text}`);
    this.#model.note(call, done);
  }

  /** A file is opened where there is none, and used where there is one. */
  #makesSense(call: VfioCall): boolean {
    const has = (slot: Slot): boolean => this.#stands.every((stand) => stand.has(slot));
    switch (call.kind) {
      case 'open':
        return !has(call.slot);
      case 'close':
        return has(call.slot);
      case 'plain ioctl':
        return has(call.on) && !(call.makes !== undefined && has(call.makes));
      case 'ioctl':
        return has(call.on);
      case 'signals':
        return has('line');
      default:
        return has(call.device);
    }
  }

  async #look(call: Extract<VfioCall, { kind: 'look' }>): Promise<void> {
    const view = this.#model.view(call);
    if (view === undefined) return;
    const what = shownLook(call.device, view.page);
    for (const stand of this.#stands) {
      const seen = await stand.sees(call.device, view);
      if (seen === view.expected) continue;
      const { name } = stand.machine.identity;
      throw new Finding(`${name}: ${what}: ${seen}; what was mapped says ${view.expected}`);
    }
    this.#lines.push(`${what}: ${view.expected}`);
  }

  /** Nothing may be left of anything. */
  async end(): Promise<void> {
    for (const stand of this.#stands) {
      await stand.closeAll();
      const { pinned, locked } = await stand.charged();
      if (pinned === 0n && locked === 0n) continue;
      const { name } = stand.machine.identity;
      throw new Finding(`${name}: ${pinned} bytes stay pinned and ${locked} locked at the end`);
    }
    for (const stand of this.#stands) await this.#leave(stand);
  }

  async #leave(stand: Stand): Promise<void> {
    await stand.leave();
    await stand.machine.bench.reset();
    const complaints = await stand.machine.complaints();
    if (complaints.length > 0) throw new Finding(complaints.join('\n'));
  }

  async abandon(): Promise<void> {
    for (const stand of this.#stands) {
      if (!stand.hasLeft) {
        await stand.closeAll();
        await stand.leave();
      }
      await stand.machine.bench.reset();
      await stand.machine.complaints();
    }
  }

  /** The calls, one a line. */
  scenario({ repeat }: Found): string {
    return [`# npm run random -- ${repeat}`, ...this.#lines].join('\n');
  }
}
