import { makesOf } from '#commands/index.ts';
import { IOMMU_TEST_CMD, MOCK_PAGE_SIZE } from '#uapi/iommufd/selftest.ts';
import { VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU } from '#uapi/vfio/container.ts';

import { fieldOf, type Call, type IoctlCall, type Who } from '../call.ts';
import { pageSize } from '../layout.ts';
import type { Observation } from '../observation.ts';
import type { Pool } from '../pool.ts';
import { type AddressSpace, type Obstacles } from './address-space.ts';
import { Attachments } from './attachments.ts';
import { Files } from './files.ts';
import { Objects } from './objects.ts';
import { operations, unmaps, type Note } from './operations.ts';
import { distinct, heldBy, lastOf, overlaps } from './pages.ts';
import type { Area, Held, Pages, Span } from './pages.ts';
import { testOperations } from './test-operations.ts';
import { letGo, type Access, type HwQueue, type Region } from './users.ts';

/**
 * What is mapped, attached, pinned and alive after the calls that were made, as far as the uAPI shows it. It predicts no
 * result, but knows what may not succeed; of a call that failed it knows what it has changed all the same.
 */
export class Model {
  readonly spaces = new Map<number, AddressSpace>();
  readonly attachments = new Attachments();
  readonly objects = new Objects();
  readonly accesses = new Files<Access>();
  /** Fault queues and vEVENTQs, by id. */
  readonly queueFiles = new Files<number>();
  /** The IOAS below each. */
  readonly viommus = new Map<number, number | undefined>();
  readonly vdevices = new Map<number, { readonly viommu: number; readonly bound: number }>();
  readonly hwQueues = new Map<number, HwQueue>();
  readonly pool: Pool;
  readonly #regions: Region[] = [];
  /** By process and number. */
  readonly #mapped = new Files<Region>();
  #mmaps = 0;
  /** The IOAS of the VFIO ioctls. */
  compatible: number | undefined;
  rlimitMode = 0n;
  #privilegedChild = true;
  /** A process took over what a privileged one had mapped: from then on Linux credits the wrong one. OPT-28 */
  changedProcess = false;
  #violation: string | undefined;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** Something succeeded that may not. The first such thing is told, once. */
  violate(what: string): void {
    this.#violation ??= what;
  }

  takeViolation(): string | undefined {
    const violation = this.#violation;
    this.#violation = undefined;
    return violation;
  }

  note(call: IoctlCall, by: Who, observation: Observation): void {
    const { result, fields, after = new Uint8Array(0), list } = observation;
    const { command } = call;
    const number = (path: string): bigint => fields.get(path) ?? 0n;
    const out = (path: string): bigint => fieldOf(command, after, path);
    const note: Note = { call, by, succeeded: result >= 0, number, out, ...(list && { list }) };
    unmaps[command.name]?.(this, note);
    if (result < 0) return;
    this.#learn(note, observation);
    if (command.name === IOMMU_TEST_CMD.name) testOperations[Number(number('op'))]?.(this, note);
    else operations[command.name]?.(this, note);
  }

  #learn({ call, by, out }: Note, { fields }: Observation): void {
    for (const { kind, id, fd } of makesOf(call.command, fields.get('op'))) {
      if (id === undefined || kind === 'access' || kind === 'dma-buf') continue;
      this.pool.add(kind, Number(out(id)));
      this.objects.add(Number(out(id)));
      if (fd !== undefined) this.queueFiles.add(by, out(fd), Number(out(id)));
    }
  }

  notePlain({ command, argument }: Extract<Call, { kind: 'plain ioctl' }>, result: number): void {
    if (command !== VFIO_SET_IOMMU || argument !== VFIO_TYPE1_IOMMU || result < 0) return;
    const space = this.spaces.get(this.compatible ?? 0);
    if (space) space.largePages = false;
  }

  userPages(by: Who, address: bigint): Pages {
    const account = this.accountOf(by);
    const own = by === 'it' ? address : undefined;
    return { owner: by, kind: 'user', account, lead: address % pageSize, address: own };
  }

  accountOf(who: Who): Pages['account'] {
    if (who === 'it' || this.#privilegedChild) return 'none';
    return this.rlimitMode === 1n ? 'mm' : 'user';
  }

  map(ioas: number, area: Area): void {
    const space = this.spaces.get(ioas);
    const at = `0x${area.iova.toString(16)}`;
    if (space?.overlapping({ first: area.iova, last: lastOf(area) }).length)
      this.violate(`what is mapped at ${at} overlaps another mapping`);
    if ((area.iova | area.length) % this.alignment(ioas) !== 0n)
      this.violate(`what is mapped at ${at} is not aligned to ${this.alignment(ioas)} bytes`);
    space?.add(area);
    this.pool.addMapping({ ioas: BigInt(ioas), iova: area.iova, length: area.length });
  }

  /** Bytes that went. What is locked or only partly in the range stays, and what follows it. */
  unmap(ioas: number, span: Span): bigint {
    const removed = this.spaces.get(ioas)?.unmap(span, this.obstacles(ioas)) ?? [];
    for (const access of this.accessesOf(ioas)) for (const area of removed) letGo(access, area);
    return removed.reduce((sum, { length }) => sum + length, 0n);
  }

  obstacles(ioas: number): Obstacles {
    const queues = [...this.hwQueues.values()].filter((queue) => queue.ioas === ioas);
    const items = this.accessesOf(ioas).flatMap((access) => [...access.items.values()]);
    const under = (area: Area): Span => ({ first: area.iova, last: lastOf(area) });
    return {
      locked: (area) => queues.some((queue) => overlaps(queue, under(area))),
      pinned: (area) => items.some((item) => overlaps(item, under(area))),
      alignment: this.alignment(ioas),
    };
  }

  accessesOf(ioas: number): Access[] {
    return [...this.accesses.all()].filter((access) => access.ioas === ioas);
  }

  /** A table that nobody has allocated was made for an IOAS. */
  know(table: number, asked: number): void {
    if (this.attachments.tables.has(table)) return;
    const smallest = BigInt(MOCK_PAGE_SIZE);
    this.attachments.tables.set(table, { ioas: asked, automatic: true, smallest });
    this.objects.hold(table, [asked]);
  }

  destroy(id: number): void {
    if (this.#isInUse(id)) this.violate(`object ${id} was destroyed while it was in use`);
    const device = this.attachments.devices.get(id);
    const hidden = [device?.bound, this.hwQueues.get(id)?.id].filter((gone) => gone !== undefined);
    for (const gone of [id, ...hidden]) this.objects.remove(gone);
    // The id of a vDEVICE whose device is gone stays taken, and holds nothing. VDEV-09
    for (const [vdevice, { bound }] of this.vdevices)
      if (bound === device?.bound) this.objects.hold(vdevice, []);
    const { tables, devices } = this.attachments;
    for (const known of [this.spaces, this.viommus, this.vdevices, this.hwQueues, tables, devices])
      known.delete(id);
    if (this.compatible === id) this.compatible = undefined;
    this.dropUnused();
  }

  #isInUse(id: number): boolean {
    const accesses = [...this.accesses.all()];
    return (
      this.objects.holderOf(id) !== undefined ||
      this.attachments.isInUse(id) ||
      this.queueFiles.all().has(id) ||
      accesses.some((access) => access.id === id || access.ioas === id) ||
      [...this.#mapped.all()].some(({ viommu }) => viommu === id)
    );
  }

  dropUnused(): void {
    for (const id of this.attachments.dropUnused()) this.objects.remove(id);
  }

  addRegion(region: Region, length: bigint): void {
    this.#regions.push(region);
    this.pool.addRegion({ offset: region.offset, length });
  }

  /** The newest vIOMMU with that offset: the regions of those that are gone are given out again. */
  mmapped(offset: bigint): void {
    const region = this.#regions.findLast((each) => each.offset === offset);
    this.#mmaps += 1;
    if (region === undefined) this.violate(`mmap() at offset ${offset}, where nothing is`);
    else this.#mapped.add('it', this.#mmaps, region);
  }

  munmapped(number: number): void {
    this.#mapped.close('it', number);
  }

  openAccess(by: Who, fd: bigint, access: { readonly ioas: number; readonly pins: boolean }): void {
    const id = this.objects.takeHidden();
    this.accesses.add(by, fd, { ...access, id, items: new Map() });
  }

  closed(who: Who, fd: number): void {
    for (const { id } of this.accesses.close(who, fd)) this.objects.remove(id);
    this.queueFiles.close(who, fd);
  }

  forked(privileged: boolean): void {
    this.#privilegedChild = privileged;
    for (const files of [this.accesses, this.queueFiles, this.#mapped]) files.fork();
  }

  /** What was mapped by a process that is gone is charged to nobody. */
  childExited(): void {
    for (const { pages } of this.allAreas()) if (pages.owner === 'child') pages.owner = 'nobody';
    for (const { id } of this.accesses.exit('child')) this.objects.remove(id);
    for (const files of [this.queueFiles, this.#mapped]) files.exit('child');
  }

  allAreas(): Area[] {
    return [...this.spaces.values()].flatMap(({ areas }) => areas);
  }

  /** The pages of a range, all of which has to be mapped. */
  pin(ioas: number, span: Span): Held[] {
    const areas = this.spaces.get(ioas)?.overlapping(span) ?? [];
    this.demandCover(areas, span);
    return areas.flatMap((area) => heldBy(area, span));
  }

  /** IOAS-COPY-07 */
  demandCover(areas: readonly Area[], { first, last }: Span): void {
    let next = first;
    for (const area of areas) if (area.iova <= next) next = lastOf(area) + 1n;
    if (next <= last) this.violate(`nothing is mapped at 0x${next.toString(16)}`);
  }

  /** The pages that page tables, accesses and hardware queues hold. */
  held(): Map<Pages, Set<bigint>> {
    const mapped = [...this.spaces]
      .filter(([id]) => this.attachments.ofIoas(id).length > 0)
      .flatMap(([, { areas }]) => areas.flatMap((area) => heldBy(area)));
    const items = [...this.accesses.all()].flatMap(({ items: all }) => [...all.values()]);
    const pins = [...items, ...this.hwQueues.values()].flatMap(({ held }) => held);
    const all = distinct([...mapped, ...pins]);
    for (const pages of all.keys()) if (pages.kind === 'device') all.delete(pages);
    return all;
  }

  /** Bytes that /proc/PID/status has to tell. */
  charged(who: Who): { readonly pinned: bigint; readonly locked: bigint } {
    const own = [...this.held()].filter(([{ owner }]) => owner === who);
    const bytes = (held: typeof own): bigint =>
      held.reduce((sum, [, indices]) => sum + BigInt(indices.size) * pageSize, 0n);
    return { pinned: bytes(own), locked: bytes(own.filter(([{ account }]) => account === 'mm')) };
  }

  /** Bytes: what iovas and lengths in an IOAS have to be multiples of. IOAS-RANGES-12 13 14 */
  alignment(ioas: number): bigint {
    const users = this.accessesOf(ioas).some(({ pins }) => pins);
    const queues = [...this.hwQueues.values()].some((queue) => queue.ioas === ioas);
    const large = this.spaces.get(ioas)?.largePages ?? true;
    const tables = this.attachments.ofIoas(ioas).map(({ smallest }) => smallest);
    const all = [1n, ...tables, ...(users || queues || !large ? [pageSize] : [])];
    return all.reduce((most, each) => (each > most ? each : most));
  }
}
