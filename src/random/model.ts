import { failure } from '#uapi/errno.ts';
import { fieldOf, type Call, type ObjectKind, type Resolved, type Who } from './call.ts';
import type { Pool } from './pool.ts';
import { pageSize, type Observation } from './seat.ts';
import * as test from '#uapi/iommufd/selftest.ts';

/** What a map call pins, shared by all copies of it. */
interface Pages {
  owner: Who | 'nobody';
  /** Bytes from the first page to where the mapping begins. */
  readonly lead: bigint;
  /** User address of the mapping, where it is memory of the parent. */
  readonly address: bigint | undefined;
}

export interface Area {
  readonly iova: bigint;
  readonly length: bigint;
  readonly pages: Pages;
  /** Bytes into the mapping. */
  readonly start: bigint;
}

interface Table {
  readonly ioas: number | undefined;
  readonly automatic: boolean;
}

interface Item {
  readonly iova: bigint;
  readonly length: bigint;
  readonly held: readonly (readonly [Pages, bigint])[];
}

interface Access {
  ioas: number;
  readonly items: Map<number, Item>;
}

type Ioctl = Extract<Call, { kind: 'ioctl' }>;
type Note = {
  readonly call: Ioctl;
  readonly by: Who;
  readonly fields: Resolved;
  readonly out: (path: string) => bigint;
};

/**
 * What is mapped, attached and pinned after the calls that succeeded, as far as VmPin and MD_CHECK_MAP show it. It
 * predicts no failure; a failure that it cannot follow makes it silent for the rest of the sequence.
 */
export class Model {
  readonly ioases = new Map<number, Area[]>();
  readonly tables = new Map<number, Table>();
  readonly #devices = new Map<number, { table: number; readonly bound: number }>();
  readonly #accesses = new Map<string, Access>();
  readonly #pool: Pool;
  lost = false;
  /** A process took mappings over: from then on Linux credits the wrong one. OPT-28 */
  changedProcess = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  note(call: Ioctl, by: Who, { result, fields, after }: Observation): void {
    const { name } = call.command;
    if (result < 0) {
      if (name === 'IOMMU_IOAS_UNMAP' && result !== failure('EINVAL'))
        this.#afterFailedUnmap(fields);
      return;
    }
    const out = (path: string): bigint => fieldOf(call.command, after ?? new Uint8Array(0), path);
    const noted = { call, by, fields, out };
    if (name === 'IOMMU_TEST_CMD') this.#test[Number(fields.get('op'))]?.(noted);
    else this.#plain[name]?.(noted);
  }

  readonly #plain: Readonly<Record<string, (note: Note) => void>> = {
    IOMMU_IOAS_ALLOC: ({ out }) => {
      this.ioases.set(this.#learn('ioas', out('out_ioas_id')), []);
    },
    IOMMU_IOAS_MAP: ({ by, fields, out }) => {
      const address = number(fields, 'user_va');
      const pages = {
        owner: by,
        lead: address % pageSize,
        address: by === 'it' ? address : undefined,
      };
      this.#add(number(fields, 'ioas_id'), {
        iova: out('iova'),
        length: number(fields, 'length'),
        pages,
        start: 0n,
      });
    },
    IOMMU_IOAS_MAP_FILE: ({ by, fields, out }) => {
      const pages = { owner: by, lead: number(fields, 'start') % pageSize, address: undefined };
      this.#add(number(fields, 'ioas_id'), {
        iova: out('iova'),
        length: number(fields, 'length'),
        pages,
        start: 0n,
      });
    },
    IOMMU_IOAS_COPY: ({ fields, out }) => this.#copy(fields, out('dst_iova')),
    IOMMU_IOAS_UNMAP: ({ fields }) =>
      this.#unmap(Number(fields.get('ioas_id')), number(fields, 'iova'), number(fields, 'length')),
    // With CAP_IPC_LOCK, which all have here, the mapper stays charged. OPT-24
    IOMMU_IOAS_CHANGE_PROCESS: () => {
      this.changedProcess = true;
    },
    IOMMU_DESTROY: ({ fields }) => this.#destroy(Number(fields.get('id'))),
    IOMMU_HWPT_ALLOC: ({ fields, out }) => {
      const parent = Number(fields.get('pt_id'));
      const ioas = this.ioases.has(parent) ? parent : undefined;
      this.tables.set(this.#learn('hwpt', out('out_hwpt_id')), { ioas, automatic: false });
    },
    IOMMU_VIOMMU_ALLOC: ({ out }) => void this.#learn('viommu', out('out_viommu_id')),
    IOMMU_VDEVICE_ALLOC: ({ out }) => void this.#learn('vdevice', out('out_vdevice_id')),
    IOMMU_FAULT_QUEUE_ALLOC: ({ out }) => void this.#learn('fault', out('out_fault_id')),
  };

  readonly #test: Readonly<Record<number, (note: Note) => void>> = {
    [test.IOMMU_TEST_OP_MOCK_DOMAIN]: (note) => this.#plug(note, 'mock_domain'),
    [test.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS]: (note) => this.#plug(note, 'mock_domain_flags'),
    [test.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE]: ({ fields, out }) => {
      const device = this.#devices.get(Number(fields.get('id')));
      const table = this.#learn('hwpt', out('mock_domain_replace.pt_id'));
      this.#know(table, Number(fields.get('mock_domain_replace.pt_id')));
      if (device) device.table = table;
      this.#dropUnused();
    },
    [test.IOMMU_TEST_OP_CREATE_ACCESS]: ({ by, fields, out }) => {
      const ioas = Number(fields.get('id'));
      this.#accesses.set(`${by}:${out('create_access.out_access_fd')}`, { ioas, items: new Map() });
    },
    [test.IOMMU_TEST_OP_ACCESS_PAGES]: (note) =>
      this.#pin(note, Number(note.out('access_pages.out_access_pages_id'))),
    [test.IOMMU_TEST_OP_DESTROY_ACCESS_PAGES]: ({ by, fields }) => {
      this.#access(by, fields)?.items.delete(
        Number(fields.get('destroy_access_pages.access_pages_id')),
      );
    },
    [test.IOMMU_TEST_OP_ACCESS_REPLACE_IOAS]: ({ by, fields }) => {
      const access = this.#access(by, fields);
      const ioas = Number(fields.get('access_replace_ioas.ioas_id'));
      if (!access || access.ioas === ioas) return;
      access.ioas = ioas;
      access.items.clear();
    },
  };

  #learn(kind: ObjectKind, id: bigint): number {
    this.#pool.add(kind, Number(id));
    return Number(id);
  }

  #add(ioas: bigint, area: Area): void {
    this.ioases.get(Number(ioas))?.push(area);
    this.#pool.addMapping({ ioas, iova: area.iova, length: area.length });
  }

  #copy(fields: Resolved, iova: bigint): void {
    const from = number(fields, 'src_iova');
    const length = number(fields, 'length');
    for (const area of this.#overlapping(
      Number(fields.get('src_ioas_id')),
      from,
      from + length - 1n,
    )) {
      const first = area.iova > from ? area.iova : from;
      const end = area.iova + area.length < from + length ? area.iova + area.length : from + length;
      this.#add(number(fields, 'dst_ioas_id'), {
        iova: iova + (first - from),
        length: end - first,
        pages: area.pages,
        start: area.start + (first - area.iova),
      });
    }
  }

  #overlapping(ioas: number, first: bigint, last: bigint): Area[] {
    const areas = this.ioases.get(ioas) ?? [];
    return areas.filter(({ iova, length }) => iova <= last && first <= iova + length - 1n);
  }

  #unmap(ioas: number, first: bigint, length: bigint): void {
    const gone = new Set(this.#overlapping(ioas, first, first + length - 1n));
    const left = (this.ioases.get(ioas) ?? []).filter((area) => !gone.has(area));
    this.ioases.set(ioas, left);
    for (const access of this.#accesses.values()) {
      if (access.ioas === ioas) for (const area of gone) letGo(access, area);
    }
  }

  /** Some areas may be gone. */
  #afterFailedUnmap(fields: Resolved): void {
    const first = number(fields, 'iova');
    const last = first + number(fields, 'length') - 1n;
    if (this.#overlapping(Number(fields.get('ioas_id')), first, last).length > 0) this.lost = true;
  }

  #destroy(id: number): void {
    this.ioases.delete(id);
    this.tables.delete(id);
    this.#devices.delete(id);
    this.#dropUnused();
  }

  #plug({ fields, out }: Note, member: 'mock_domain' | 'mock_domain_flags'): void {
    const table = this.#learn('hwpt', out(`${member}.out_hwpt_id`));
    const bound = this.#learn('device', out(`${member}.out_idev_id`));
    const stdev = this.#learn('stdev', out(`${member}.out_stdev_id`));
    this.#know(table, Number(fields.get('id')));
    this.#devices.set(stdev, { table, bound });
  }

  #know(table: number, asked: number): void {
    if (this.tables.has(table)) return;
    this.tables.set(table, { ioas: asked, automatic: true });
    if (!this.ioases.has(asked)) this.lost = true;
  }

  /** An automatic table is there as long as a device is attached to it. */
  #dropUnused(): void {
    const used = new Set([...this.#devices.values()].map(({ table }) => table));
    for (const [id, { automatic }] of this.tables)
      if (automatic && !used.has(id)) this.tables.delete(id);
  }

  #access(by: Who, fields: Resolved): Access | undefined {
    return this.#accesses.get(`${by}:${number(fields, 'id')}`);
  }

  closed(who: Who, fd: number): void {
    this.#accesses.delete(`${who}:${fd}`);
  }

  forked(): void {
    for (const [name, access] of [...this.#accesses]) {
      this.#accesses.set(name.replace('it:', 'child:'), access);
    }
  }

  #pin({ by, fields }: Note, item: number): void {
    const access = this.#access(by, fields);
    const iova = number(fields, 'access_pages.iova');
    const length = number(fields, 'access_pages.length');
    if (!access) return;
    const held = this.#overlapping(access.ioas, iova, iova + length - 1n).flatMap((area) =>
      pagesOf(area, iova, iova + length - 1n).map((index) => [area.pages, index] as const),
    );
    access.items.set(item, { iova, length, held });
  }

  /** Bytes that the mappings and accesses hold of what this process mapped. */
  pinned(who: Who): bigint {
    const held = new Map<Pages, Set<bigint>>();
    const hold = (pages: Pages, index: bigint): void => {
      const indices = held.get(pages) ?? new Set();
      held.set(pages, indices.add(index));
    };
    const translated = new Set([...this.tables.values()].map(({ ioas }) => ioas));
    for (const [id, areas] of this.ioases) {
      if (!translated.has(id)) continue;
      for (const area of areas) for (const index of pagesOf(area)) hold(area.pages, index);
    }
    for (const { items } of this.#accesses.values()) {
      for (const { held: pairs } of items.values())
        for (const [pages, index] of pairs) hold(pages, index);
    }
    const own = [...held].filter(([{ owner }]) => owner === who);
    return own.reduce((sum, [, indices]) => sum + BigInt(indices.size) * pageSize, 0n);
  }

  /** What was mapped by a process that is gone is charged to nobody. */
  childExited(): void {
    for (const { pages } of [...this.ioases.values()].flat())
      if (pages.owner === 'child') pages.owner = 'nobody';
    for (const name of [...this.#accesses.keys()]) {
      if (name.startsWith('child:')) this.#accesses.delete(name);
    }
  }
}

function number(fields: Resolved, path: string): bigint {
  return fields.get(path) ?? 0n;
}

/** Indices of the pages that part of an area lies in. */
function pagesOf({ iova, length, pages, start }: Area, first = 0n, last = 2n ** 64n): bigint[] {
  const from = first > iova ? first - iova : 0n;
  const to = last < iova + length - 1n ? last - iova : length - 1n;
  const begin = (pages.lead + start + from) / pageSize;
  const end = (pages.lead + start + to) / pageSize;
  return Array.from({ length: Number(end - begin) + 1 }, (_, index) => begin + BigInt(index));
}

function letGo({ items }: Access, { iova, length }: Area): void {
  for (const [id, item] of items) {
    if (item.iova < iova + length && iova < item.iova + item.length) items.delete(id);
  }
}
