import { AssertionError } from 'chai';

import type { GuestRam, SystemCall, Told, Vmm } from '#port/vmm.ts';
import { startVmm } from '#vmm/vmm.ts';

import { pattern } from '../notation.ts';
import type { World } from '../world.ts';
import { brokenOrder } from './order.ts';

/** What a scenario has asked of its VMM, and so expects of the guest's devices: not what the VMM believes. */
export class Guest {
  readonly vmm: Vmm;
  readonly ram = new Map<string, GuestRam>();
  /** What the VMM said to the last thing that it was asked for, while no step has looked at it. */
  #told: { readonly what: string; readonly answer: Told } | undefined;
  /** Calls that a step has looked at already. */
  #seen = 0;

  constructor(vmm: Vmm) {
    this.vmm = vmm;
  }

  conclude(what: string, answer: Told): void {
    this.settle();
    this.#told = { what, answer };
  }

  /** Throws where the VMM refused something, and no step looked at that. */
  settle(): void {
    const { what, answer } = this.#told ?? { answer: 'done' };
    this.#told = undefined;
    if (answer === 'done') return;
    throw new AssertionError(`the VMM refused ${what}: ${answer.refused}; no step expected it`);
  }

  /** The refusal that a step looks at. */
  refusal(): string {
    const { what, answer } = this.#told ?? { what: 'anything', answer: 'done' };
    this.#told = undefined;
    if (answer !== 'done') return answer.refused;
    throw new AssertionError(`the VMM did not refuse ${what}; expected that it does`);
  }

  /** Those that concern a file of the machine, since the last look. */
  async newCalls(): Promise<readonly SystemCall[]> {
    const calls = (await this.vmm.calls()).slice(this.#seen);
    this.#seen += calls.length;
    return calls.filter(({ file }) => file.length > 0 && !file.startsWith('memfd:'));
  }

  /** Throws where the calls of the VMM break a rule of order: VMM-ORD. */
  async checkOrder(): Promise<void> {
    const broken = brokenOrder(await this.vmm.calls());
    if (broken !== undefined) throw new AssertionError(broken);
  }
}

/** The guest of the scenario, whose VMM is started with the first word about it. */
export async function guestOf(world: World): Promise<Guest> {
  return (world.guest ??= await start(world, await world.running.machine.newProcess()));
}

/** The VMM of a guest in that process. */
export async function start(world: World, process: World['it']['port']): Promise<Guest> {
  await world.addProcess('VMM', process);
  const { machine } = world.running;
  const { pageSize } = machine.identity;
  const host = { process, bench: machine.bench, pageSize };
  return new Guest(await (machine.startVmm ?? startVmm)(host));
}

/** What that RAM holds at first. */
export function contentOf({ name, length }: GuestRam): Uint8Array {
  return pattern(name, Number(length));
}
