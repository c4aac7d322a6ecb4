import type { Attachment, DeviceInfo } from '#port/bench.ts';
import type { Feature } from '#port/features.ts';
import type { Fd } from '#port/process.ts';
import type { GuestTableHandle } from '#steps/support/handles.ts';

import { shown } from '../observation.ts';
import type { Requester, Spot } from './action.ts';
import { type GuestTable } from './model/guest-table.ts';
import { type HostSpace } from './model/host-space.ts';
import { Kept } from './model/kept.ts';
import { PageRequests } from './model/page-requests.ts';
import { Ram } from './model/ram.ts';
import type { Rig } from './rig.ts';
import type { GuestVendor } from './vendor.ts';

/** Who is there, as it is and as the model has it; what is done is told as steps of a scenario. */

export interface Device {
  readonly name: string;
  readonly info: DeviceInfo;
  readonly hasPasids: boolean;
  readonly asksForPages: boolean;
  fd: Fd;
  id: number;
}

export interface Ioas {
  readonly name: string;
  readonly id: number;
  readonly space: HostSpace;
}

export interface Guest {
  readonly handle: GuestTableHandle;
  readonly table: GuestTable;
  /** What is kept under the guest's own number of the table. */
  readonly kept: Kept;
}

/** What can be attached to: an IOAS, or a page table that was allocated, until it is destroyed. */
export interface PageTable {
  readonly base: string;
  readonly kind: 'IOAS' | 'HWPT';
  readonly ioas: number;
  /** The table of a guest that it is made of. */
  readonly guest?: number;
  readonly hasQueue: boolean;
  readonly flags: readonly string[];
  /** How many of that name there were: each has a name of its own. */
  made: number;
  /** Undefined while there is none. */
  id: number | undefined;
}

/** Where a device or a PASID is attached, and what may be kept for it of a guest's table. */
interface Standing {
  readonly table: PageTable;
  readonly kept: Kept | undefined;
}

/** Pages from that one on. */
export interface Span {
  readonly page: number;
  readonly pages: number;
}

export class Stage {
  readonly rig: Rig;
  readonly features: ReadonlySet<Feature>;
  readonly vendor: GuestVendor | undefined;
  readonly devices: Device[] = [];
  readonly ioases: Ioas[] = [];
  readonly guests: Guest[] = [];
  readonly tables: PageTable[] = [];
  readonly ram = new Ram();
  readonly requests = new PageRequests();
  queue: { readonly fd: Fd; readonly id: number } | undefined;
  viommu: number | undefined;
  /** How many were made. */
  vdevices = 0;
  /** Pages of a guest, and of an IOAS, that were changed last. */
  changed: Span = { page: 0, pages: 1 };
  unmapped: Span = { page: 0, pages: 1 };
  /** Of the devices: what a scenario has to declare beside what all do. */
  readonly needs: Feature[] = [];
  /** Lines of the scenario so far. */
  readonly steps: string[] = [];
  readonly #standings = new Map<string, Standing>();

  constructor(rig: Rig, features: ReadonlySet<Feature>, vendor: GuestVendor | undefined) {
    [this.rig, this.features, this.vendor] = [rig, features, vendor];
  }

  tell(...lines: readonly string[]): void {
    this.steps.push(...lines.map((line) => `    ${line}`));
  }

  /** A call, and how it ended. */
  tellCall(call: string, result: number): void {
    this.tell(`When ${call}`, `Then it ${result < 0 ? `fails with ${shown(result)}` : 'succeeds'}`);
  }

  /** Undefined for what it does not have. */
  device({ device, pasid }: Requester): Device | undefined {
    const found = this.devices[device];
    return pasid !== undefined && found?.hasPasids === false ? undefined : found;
  }

  standing(who: Requester): Standing | undefined {
    return this.#standings.get(keyOf(who));
  }

  get places(): readonly (readonly [Requester, Standing])[] {
    return [...this.#standings].map(([key, standing]) => [whoOf(key), standing]);
  }

  /** Attached there now; what was asked for from where it was comes to nothing. */
  stand(who: Requester, table: PageTable): void {
    if (this.standing(who)?.table === table) return;
    this.leave(who);
    this.#standings.set(keyOf(who), { table, kept: this.#keptFor(who, table) });
  }

  leave(who: Requester): void {
    this.requests.leave(who.device, who.pasid);
    this.#standings.delete(keyOf(who));
  }

  /** Places with the same PASID at one page table share what is kept there. */
  #keptFor(who: Requester, page: PageTable): Kept | undefined {
    const guest = this.guests[page.guest ?? -1];
    if (guest === undefined) return undefined;
    const kept = this.vendor?.forgetsPlaces === true ? new Kept() : guest.kept;
    for (const [other, { table, kept: known }] of this.places)
      if (table === page && known && known !== kept && other.pasid === who.pasid) kept.join(known);
    kept.note(guest.table);
    return kept;
  }

  /** Of a guest's table: all that may hold something of it. */
  keptOf(guest: number): readonly Kept[] {
    const own = this.places.flatMap(([, { table, kept }]) =>
      table.guest === guest && kept ? [kept] : [],
    );
    const shared = this.guests[guest]?.kept;
    return this.vendor?.forgetsPlaces === true || shared === undefined ? own : [shared];
  }

  /** A page table is filled while something can be attached to it. */
  isFilled(ioas: number): boolean {
    const made = this.tables.some((each) => each.kind === 'HWPT' && each.ioas === ioas && each.id);
    const used = this.places.some(([, { table }]) => table.kind === 'IOAS' && table.ioas === ioas);
    return made || used;
  }

  spotted(page: Spot, pages: number): Span {
    return page === 'changed' ? this.changed : { page, pages };
  }

  attachment(who: Requester): Attachment {
    const { process, iommufd } = this.rig;
    const table = this.standing(who)?.table;
    const { fd: deviceFd = -1 } = this.devices[who.device] ?? {};
    const own = table?.guest === undefined ? table : undefined;
    const ioas = own && this.ioases[own.ioas]?.id;
    const hwpt = own?.kind === 'HWPT' ? own.id : undefined;
    const place = { process, iommufd, deviceFd };
    return {
      ...place,
      ...(ioas !== undefined && { ioas }),
      ...(hwpt !== undefined && { hwpt }),
    };
  }

  shown({ device, pasid }: Requester): string {
    const name = `device "${this.devices[device]?.name}"`;
    return pasid === undefined ? name : `PASID ${pasid} of ${name}`;
  }
}

export function nameOf({ base, made }: PageTable): string {
  return made > 1 ? `${base} ${made}` : base;
}

export function shownTable(table: PageTable): string {
  return `${table.kind} "${nameOf(table)}"`;
}

function keyOf({ device, pasid }: Requester): string {
  return `${device}/${pasid ?? ''}`;
}

function whoOf(key: string): Requester {
  const [device, pasid] = key.split('/');
  return { device: Number(device), pasid: pasid ? Number(pasid) : undefined };
}

/** Modulo their number. */
export function nthOf<T>(known: readonly T[], nth: number): T | undefined {
  return known[nth % Math.max(known.length, 1)];
}
