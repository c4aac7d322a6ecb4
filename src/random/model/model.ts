import {
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_ALLOC_PASID,
  IOMMU_HWPT_DATA_NONE,
} from '#uapi/iommufd/hwpt.ts';
import { IOMMU_OPTION_OP_SET, IOMMU_OPTION_RLIMIT_MODE } from '#uapi/iommufd/objects.ts';
import {
  IOMMU_TEST_CMD,
  iommu_viommu_selftest,
  MOCK_IOMMUPT_HUGE,
  MOCK_PAGE_SIZE,
} from '#uapi/iommufd/selftest.ts';
import { VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU } from '#uapi/vfio/container.ts';
import { VFIO_DMA_UNMAP_FLAG_ALL } from '#uapi/vfio/iommu-type1.ts';

import { fieldOf, type Call, type IoctlCall, type Resolved, type Who } from '../call.ts';
import { pageSize } from '../layout.ts';
import type { Observation } from '../observation.ts';
import { outputsOf } from '../outputs.ts';
import type { Pool } from '../pool.ts';
import { AddressSpace, type Obstacles } from './address-space.ts';
import { Attachments } from './attachments.ts';
import { distinct, heldBy, lastOf, overlaps } from './pages.ts';
import type { Area, Held, Pages, Span } from './pages.ts';
import { testOperations } from './test-operations.ts';
import { Accesses, letGo, type HwQueue } from './users.ts';

/** A call that succeeded. */
export interface Note {
  readonly call: IoctlCall;
  readonly by: Who;
  readonly fields: Resolved;
  readonly number: (path: string) => bigint;
  readonly out: (path: string) => bigint;
}

interface PluggedDevice {
  readonly stdev: number;
  readonly bound: number;
  readonly table: number;
  readonly pasids: boolean;
}

const everything: Span = { first: 0n, last: 2n ** 64n - 1n };

/**
 * What is mapped, attached, pinned and alive after the calls that were made, as far as the uAPI shows it. It predicts no
 * result; of a call that failed it knows what it has changed all the same.
 */
export class Model {
  readonly spaces = new Map<number, AddressSpace>();
  readonly attachments = new Attachments();
  readonly accesses = new Accesses();
  readonly #viommus = new Map<number, number | undefined>();
  readonly #queues = new Map<number, HwQueue>();
  /** Object ids in use. */
  readonly #taken = new Set<number>();
  readonly #pool: Pool;
  #compatible: number | undefined;
  #rlimitMode = 0n;
  #privilegedChild = true;
  /** A process took over what a privileged one had mapped: from then on Linux credits the wrong one. OPT-28 */
  changedProcess = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  note(call: IoctlCall, by: Who, { result, fields, after, list }: Observation): void {
    const number = (path: string): bigint => fields.get(path) ?? 0n;
    const { name } = call.command;
    if (name === 'IOMMU_IOAS_UNMAP') this.#unmap(number);
    if (name === 'VFIO_IOMMU_UNMAP_DMA') this.#unmapCompatible(number);
    if (result < 0) return;
    const out = (path: string): bigint => fieldOf(call.command, after ?? new Uint8Array(0), path);
    for (const { kind, id } of outputsOf(call.command, fields))
      if (id !== undefined && kind !== 'access' && kind !== 'dma-buf') {
        this.#pool.add(kind, Number(out(id)));
        this.#taken.add(Number(out(id)));
      }
    if (name === 'IOMMU_VIOMMU_ALLOC' && list !== undefined && number('data_len') !== 0n)
      this.#learnRegion(list);
    const note = { call, by, fields, number, out };
    if (name === IOMMU_TEST_CMD.name) testOperations[Number(number('op'))]?.(this, note);
    else this.#plain[name]?.(note);
  }

  notePlain({ command, argument }: Extract<Call, { kind: 'plain ioctl' }>, result: number): void {
    if (command !== VFIO_SET_IOMMU || argument !== VFIO_TYPE1_IOMMU || result < 0) return;
    const space = this.spaces.get(this.#compatible ?? 0);
    if (space) space.largePages = false;
  }

  readonly #plain: Readonly<Record<string, (note: Note) => void>> = {
    IOMMU_IOAS_ALLOC: ({ out }) => {
      this.spaces.set(Number(out('out_ioas_id')), new AddressSpace());
    },
    IOMMU_IOAS_MAP: (note) =>
      this.#map(Number(note.number('ioas_id')), {
        iova: note.out('iova'),
        length: note.number('length'),
        pages: this.#userPages(note.by, note.number('user_va')),
      }),
    VFIO_IOMMU_MAP_DMA: (note) =>
      this.#map(this.#compatible ?? 0, {
        iova: note.number('iova'),
        length: note.number('size'),
        pages: this.#userPages(note.by, note.number('vaddr')),
      }),
    IOMMU_IOAS_MAP_FILE: ({ call, by, number, out }) => {
      const operand = call.fields['fd'];
      const device = operand?.kind === 'file' && operand.of === 'dma-buf';
      const lead = number('start') % pageSize;
      const kind = device ? 'device' : 'file';
      const pages: Pages = {
        owner: by,
        kind,
        account: this.#accountOf(by),
        lead,
        address: undefined,
      };
      const at = { iova: out('iova'), length: number('length'), pages };
      this.#map(Number(number('ioas_id')), at);
    },
    IOMMU_IOAS_COPY: (note) => this.#copy(note),
    IOMMU_IOAS_CHANGE_PROCESS: ({ by }) => this.#changeProcess(by),
    IOMMU_OPTION: ({ number }) => this.#setOption(number),
    IOMMU_VFIO_IOAS: ({ number }) => {
      const op = Number(number('op'));
      if (op !== 0) this.#compatible = op === 1 ? Number(number('ioas_id')) : undefined;
    },
    IOMMU_DESTROY: ({ number }) => this.#destroy(Number(number('id'))),
    IOMMU_HWPT_ALLOC: (note) => this.#addTable(note),
    IOMMU_VIOMMU_ALLOC: ({ number, out }) => {
      const parent = this.attachments.tables.get(Number(number('hwpt_id')));
      this.#viommus.set(Number(out('out_viommu_id')), parent?.ioas);
    },
    IOMMU_HW_QUEUE_ALLOC: ({ number, out }) => {
      const ioas = this.#viommus.get(Number(number('viommu_id')));
      const [iova, length] = [number('nesting_parent_iova'), number('length')];
      const held = this.heldIn(ioas ?? 0, { first: iova, last: iova + length - 1n });
      const id = this.#takeHiddenId();
      this.#queues.set(Number(out('out_hw_queue_id')), { id, ioas, iova, length, held });
    },
  };

  #userPages(by: Who, address: bigint): Pages {
    const account = this.#accountOf(by);
    const own = by === 'it' ? address : undefined;
    return { owner: by, kind: 'user', account, lead: address % pageSize, address: own };
  }

  #accountOf(who: Who): Pages['account'] {
    if (who === 'it' || this.#privilegedChild) return 'none';
    return this.#rlimitMode === 1n ? 'mm' : 'user';
  }

  #map(ioas: number, area: Omit<Area, 'start'>): void {
    this.spaces.get(ioas)?.add({ ...area, start: 0n });
    this.#pool.addMapping({ ioas: BigInt(ioas), iova: area.iova, length: area.length });
  }

  #copy({ number, out }: Note): void {
    const [from, to] = [number('src_iova'), Number(number('dst_ioas_id'))];
    const span = { first: from, last: from + number('length') - 1n };
    const source = this.spaces.get(Number(number('src_ioas_id')));
    for (const area of source?.overlapping(span) ?? []) {
      const first = area.iova > span.first ? area.iova : span.first;
      const last = lastOf(area) < span.last ? lastOf(area) : span.last;
      const [iova, length] = [out('dst_iova') + (first - from), last - first + 1n];
      const start = area.start + (first - area.iova);
      this.spaces.get(to)?.add({ iova, length, pages: area.pages, start });
      this.#pool.addMapping({ ioas: BigInt(to), iova, length });
    }
  }

  /** Whatever the result, areas before the one that it failed at are gone. */
  #unmap(number: Note['number']): void {
    const [first, length] = [number('iova'), number('length')];
    const all = first === 0n && length === everything.last;
    const last = first + length - 1n;
    if (length === 0n || last > everything.last) return;
    this.#remove(Number(number('ioas_id')), all ? everything : { first, last });
  }

  #unmapCompatible(number: Note['number']): void {
    const ioas = this.#compatible;
    const space = this.spaces.get(ioas ?? 0);
    const [first, size, flags] = [number('iova'), number('size'), Number(number('flags'))];
    if (ioas === undefined || space === undefined) return;
    if (flags === VFIO_DMA_UNMAP_FLAG_ALL && first === 0n && size === 0n)
      return this.#remove(ioas, everything);
    const last = first + size - 1n;
    if (flags !== 0 || size === 0n || last > everything.last) return;
    const ends = first === 0n ? [last] : [last, first - 1n];
    if (space.largePages || space.cut(ends, this.#obstacles(ioas)))
      this.#remove(ioas, { first, last });
  }

  #remove(ioas: number, span: Span): void {
    const removed = this.spaces.get(ioas)?.unmap(span, this.#obstacles(ioas)) ?? [];
    for (const access of this.accesses.of(ioas)) for (const area of removed) letGo(access, area);
  }

  #obstacles(ioas: number): Obstacles {
    const queues = [...this.#queues.values()].filter((queue) => queue.ioas === ioas);
    const items = this.accesses.of(ioas).flatMap((access) => [...access.items.values()]);
    const under = (area: Area) => ({ first: area.iova, last: lastOf(area) });
    return {
      locked: (area) => queues.some((queue) => overlaps(queue, under(area))),
      pinned: (area) => items.some((item) => overlaps(item, under(area))),
      alignment: this.alignment(ioas),
    };
  }

  /** With privilege the mapper stays charged. OPT-24 */
  #changeProcess(by: Who): void {
    for (const { pages } of [...this.spaces.values()].flatMap(({ areas }) => areas)) {
      if (pages.account !== 'none') pages.owner = by;
      else if (pages.owner !== by) this.changedProcess = true;
    }
  }

  #setOption(number: Note['number']): void {
    if (Number(number('op')) !== IOMMU_OPTION_OP_SET) return;
    if (Number(number('option_id')) === IOMMU_OPTION_RLIMIT_MODE) {
      this.#rlimitMode = number('val64');
      return;
    }
    const space = this.spaces.get(Number(number('object_id')));
    if (space) space.largePages = number('val64') !== 0n;
  }

  #addTable({ call, number, out }: Note): void {
    const parent = Number(number('pt_id'));
    const ioas = this.spaces.has(parent) ? parent : undefined;
    const [row] =
      number('data_type') === BigInt(IOMMU_HWPT_DATA_NONE) ? [] : (call.list?.rows ?? []);
    const huge = ioas !== undefined && row?.['pagetable_type'] === MOCK_IOMMUPT_HUGE;
    const smallest = huge ? pageSize : BigInt(MOCK_PAGE_SIZE);
    const id = Number(out('out_hwpt_id'));
    this.attachments.tables.set(id, { ioas, automatic: false, smallest });
    const flags = Number(number('flags'));
    if (ioas === undefined) this.#pool.add('nested', id);
    if (flags & IOMMU_HWPT_ALLOC_NEST_PARENT) this.#pool.add('parent', id);
    if (flags & IOMMU_HWPT_ALLOC_DIRTY_TRACKING) this.#pool.add('tracking', id);
    if (flags & IOMMU_HWPT_ALLOC_PASID) this.#pool.add('pasid table', id);
  }

  /** A table that nobody has allocated was made for an IOAS. */
  know(table: number, asked: number): void {
    if (this.attachments.tables.has(table)) return;
    const smallest = BigInt(MOCK_PAGE_SIZE);
    this.attachments.tables.set(table, { ioas: asked, automatic: true, smallest });
  }

  #destroy(id: number): void {
    const device = this.attachments.devices.get(id);
    const hidden = [device?.bound, this.#queues.get(id)?.id].filter((gone) => gone !== undefined);
    for (const gone of [id, ...hidden]) this.#taken.delete(gone);
    for (const known of [this.spaces, this.#viommus, this.#queues]) known.delete(id);
    this.attachments.tables.delete(id);
    this.attachments.devices.delete(id);
    if (this.#compatible === id) this.#compatible = undefined;
    this.dropUnused();
  }

  dropUnused(): void {
    for (const id of this.attachments.dropUnused()) this.#taken.delete(id);
  }

  /** struct iommu_viommu_selftest, as the driver wrote it. */
  #learnRegion(list: Uint8Array): void {
    const { out_mmap_offset: offset, out_mmap_length: length } = iommu_viommu_selftest.unpack(list);
    this.#pool.addRegion({ offset, length });
  }

  /** The id that the next object gets: the lowest that is free. OBJ-05 */
  get nextId(): number {
    let id = 1;
    while (this.#taken.has(id)) id += 1;
    return id;
  }

  /** That of an access, which no call tells. */
  #takeHiddenId(): number {
    const id = this.nextId;
    this.#taken.add(id);
    return id;
  }

  plug(device: PluggedDevice): void {
    const { stdev, bound, table, pasids } = device;
    this.attachments.plug(stdev, bound, table);
    if (pasids) this.#pool.add('pasid device', stdev);
  }

  openAccess(by: Who, fd: bigint, access: { readonly ioas: number; readonly pins: boolean }): void {
    const id = this.#takeHiddenId();
    this.accesses.add(by, fd, { ...access, id, items: new Map() });
  }

  closed(who: Who, fd: number): void {
    const access = this.accesses.close(who, fd);
    if (access) this.#taken.delete(access.id);
  }

  forked(privileged: boolean): void {
    this.#privilegedChild = privileged;
    this.accesses.fork();
  }

  /** What was mapped by a process that is gone is charged to nobody. */
  childExited(): void {
    for (const { pages } of [...this.spaces.values()].flatMap(({ areas }) => areas))
      if (pages.owner === 'child') pages.owner = 'nobody';
    for (const { id } of this.accesses.exit('child')) this.#taken.delete(id);
  }

  heldIn(ioas: number, span: Span): Held[] {
    const areas = this.spaces.get(ioas)?.overlapping(span) ?? [];
    return areas.flatMap((area) => heldBy(area, span));
  }

  /** The pages that page tables, accesses and hardware queues hold. */
  held(): Map<Pages, Set<bigint>> {
    const mapped = [...this.spaces]
      .filter(([id]) => this.attachments.ofIoas(id).length > 0)
      .flatMap(([, { areas }]) => areas.flatMap((area) => heldBy(area)));
    const items = [...this.accesses.all()].flatMap(({ items: all }) => [...all.values()]);
    const pins = [...items, ...this.#queues.values()].flatMap(({ held }) => held);
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
    const users = this.accesses.of(ioas).some(({ pins }) => pins);
    const queues = [...this.#queues.values()].some((queue) => queue.ioas === ioas);
    const large = this.spaces.get(ioas)?.largePages ?? true;
    const tables = this.attachments.ofIoas(ioas).map(({ smallest }) => smallest);
    const all = [1n, ...tables, ...(users || queues || !large ? [pageSize] : [])];
    return all.reduce((most, each) => (each > most ? each : most));
  }
}
