import type { DmaResult, DeviceInfo } from '#port/bench.ts';
import type { Feature } from '#port/features.ts';
import type { Machine } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import type { Told, Vmm } from '#port/vmm.ts';
import { brokenOrder } from '#steps/support/vmm/order.ts';
import { startVmm } from '#vmm/vmm.ts';

import { Finding } from '../finding.ts';
import type { Found, Sequence, Sort } from '../sequences.ts';
import { FlatView } from './flat-view.ts';
import { steps, window } from './step.ts';
import type { DeviceName, GuestStep } from './step.ts';

/** What a machine has to have. */
export const needed = [
  ...(['dma', 'vfio-device', 'vfio-group', 'type1-container', 'two-devices'] as const),
] satisfies readonly Feature[];

export interface Running {
  readonly machine: Machine;
  /** Of `npm run random`, that choose it. */
  readonly options: string;
}

export function onGuests({ machine, options }: Running): Sort<GuestStep> {
  return {
    openings: 1,
    calls: steps,
    nameOf: ({ kind }) => kind,
    begin: () => GuestSequence.begin(machine),
    options,
  };
}

/** What a VMM runs on, from an empty process to one that has exited. */
interface Seat {
  readonly machine: Machine;
  readonly process: Process;
  readonly vmm: Vmm;
  readonly devices: Readonly<Record<DeviceName, DeviceInfo>>;
}

/** One guest: what its devices see is what it was given, by whichever back end each came. */
class GuestSequence implements Sequence<GuestStep> {
  readonly #seat: Seat;
  readonly #view = new FlatView();
  readonly #plugged = new Set<DeviceName>();
  readonly #lines: string[] = [];

  private constructor(seat: Seat) {
    this.#seat = seat;
  }

  static async begin(machine: Machine): Promise<GuestSequence> {
    const { bench, identity } = machine;
    const process = await machine.newProcess();
    const devices = { nic: await bench.plug({}), disk: await bench.plug({}) };
    const host = { process, bench, pageSize: identity.pageSize };
    const vmm = await (machine.startVmm ?? startVmm)(host);
    return new GuestSequence({ machine, process, vmm, devices });
  }

  get made(): number {
    return this.#lines.length;
  }

  async open(): Promise<void> {}

  async perform(step: GuestStep): Promise<void> {
    switch (step.kind) {
      case 'add':
        return this.#add(step);
      case 'remove':
        return this.#remove(step);
      case 'plug':
      case 'unplug':
        return this.#plug(step);
      case 'store':
        return this.#store(step);
      case 'dma':
        return this.#dma(step);
      case 'look':
        for (let page = 0; page < window.pages; page += 1) {
          await this.#dma({ ...step, kind: 'dma', page, seed: undefined });
        }
    }
  }

  async end(): Promise<void> {
    for (const device of this.#plugged) {
      this.#granted(`unplug ${device}`, await this.#seat.vmm.unplugDevice(this.#id(device)));
    }
    const order = brokenOrder(await this.#seat.vmm.calls());
    if (order !== undefined) throw new Finding(order);
    const { machine, process } = this.#seat;
    await process.exit();
    await machine.bench.reset();
    const complaints = await machine.complaints();
    if (complaints.length > 0) throw new Finding(complaints.join('\n'));
  }

  async abandon(): Promise<void> {
    const { machine, process } = this.#seat;
    await process.exit().catch(() => undefined);
    await machine.bench.reset();
    await machine.complaints();
  }

  /** The steps, one a line. */
  scenario({ repeat }: Found): string {
    return [`# npm run random -- ${repeat}`, ...this.#lines].join('\n');
  }

  async #add(step: Extract<GuestStep, { kind: 'add' }>): Promise<void> {
    const { name, page, pages, readOnly, shared } = step;
    const taken = this.#view.takes(step);
    if (!taken && page + pages > window.pages) return;
    const length = BigInt(pages) * this.#pageSize;
    const sort = `${shared ? 'shared ' : ''}${readOnly ? 'ROM' : 'RAM'}`;
    const what = `add ${sort} ${name}, ${pages} pages at ${page}`;
    const gpa = this.#address(page);
    const told = await this.#seat.vmm.addRam({ name, gpa, length, readOnly, shared });
    if (taken) {
      this.#granted(what, told);
      this.#view.add(step);
      return;
    }
    this.#lines.push(`${what}: refused`);
    if (told === 'done') throw new Finding(`${what}: done, although something is there`);
  }

  async #remove({ name }: Extract<GuestStep, { kind: 'remove' }>): Promise<void> {
    if (!this.#view.has(name)) return;
    this.#granted(`remove ${name}`, await this.#seat.vmm.removeRam(name));
    this.#view.remove(name);
  }

  async #plug(step: Extract<GuestStep, { kind: 'plug' | 'unplug' }>): Promise<void> {
    const { device } = step;
    if (this.#plugged.has(device) === (step.kind === 'plug')) return;
    const { vmm, devices } = this.#seat;
    if (step.kind === 'unplug') {
      this.#granted(`unplug ${device}`, await vmm.unplugDevice(this.#id(device)));
      this.#plugged.delete(device);
      return;
    }
    const { backend, object } = step;
    const what = `plug ${device} by ${backend}${backend === 'iommufd' && object ? ` ${object}` : ''}`;
    this.#granted(what, await vmm.plugDevice(devices[device], backend, object));
    this.#plugged.add(device);
  }

  /** As the guest's processor. */
  async #store({ page, seed }: Extract<GuestStep, { kind: 'store' }>): Promise<void> {
    const found = this.#view.page(page);
    if (found === undefined) return;
    await this.#seat.vmm.guestWrite(this.#address(page), this.#bytes(seed));
    found.content = seed;
    this.#lines.push(`the guest stores ${seed} at ${page}`);
  }

  async #dma({ device, page, seed }: Extract<GuestStep, { kind: 'dma' }>): Promise<void> {
    if (!this.#plugged.has(device)) return;
    const gpa = this.#address(page);
    const access =
      seed === undefined
        ? { gpa, length: Number(this.#pageSize) }
        : { gpa, bytes: this.#bytes(seed) };
    const what = `${device} ${seed === undefined ? 'reads' : `writes ${seed} at`} ${page}`;
    const seen = contentOf(await this.#seat.vmm.guestDma(this.#id(device), access), seed);
    const expected = this.#expected(page, seed);
    this.#lines.push(`${what}: ${expected}`);
    if (seen !== expected) {
      throw new Finding(`${what}: ${seen}; what the guest was given says ${expected}`);
    }
    await this.#checkBytes(page);
  }

  /** What the access has to give; a write that goes through changes the page. */
  #expected(number: number, seed: number | undefined): string {
    const page = this.#view.page(number);
    if (page === undefined || (seed !== undefined && page.readOnly)) return 'blocked';
    if (seed !== undefined) page.content = seed;
    return `all ${page.content}`;
  }

  /** The guest finds what is to be there. */
  async #checkBytes(number: number): Promise<void> {
    const page = this.#view.page(number);
    const bytes = await this.#seat.vmm.guestRead(this.#address(number), Number(this.#pageSize));
    const expected = page && `all ${page.content}`;
    const seen = bytes && contentOf({ bytes }, undefined);
    if (seen === expected) return;
    throw new Finding(
      `the guest finds ${seen ?? 'nothing'} at ${number}; it was given ${expected ?? 'nothing'}`,
    );
  }

  #granted(what: string, told: Told): void {
    this.#lines.push(what);
    if (told !== 'done') throw new Finding(`${what}: refused: ${told.refused}`);
  }

  #id(device: DeviceName): string {
    return this.#seat.devices[device].id;
  }

  get #pageSize(): bigint {
    return BigInt(this.#seat.machine.identity.pageSize);
  }

  #address(page: number): bigint {
    return window.base + BigInt(page) * this.#pageSize;
  }

  #bytes(seed: number): Uint8Array {
    return new Uint8Array(Number(this.#pageSize)).fill(seed);
  }
}

/** `all 7` for a page of sevens; a write gives what it wrote. */
function contentOf(result: DmaResult, written: number | undefined): string {
  if (result === 'blocked') return result;
  const [first = 0] = written === undefined ? result.bytes : [written];
  const isOne = written !== undefined || result.bytes.every((byte) => byte === first);
  return isOne ? `all ${first}` : 'bytes of several pages';
}
