import { Iotlb } from '#reference/hardware/iotlb.ts';
import { PhysicalMemory } from '#reference/hardware/memory.ts';
import { hardwareParts } from '#reference/hardware/parts.ts';
import { vtdParts } from '#reference/hardware/vtd/parts.ts';
import { VtdUnit } from '#reference/hardware/vtd/vtd-unit.ts';

import { cpuSeconds } from './cpu-time.ts';

/** What a unit of the model costs by itself, with no kernel and no bench before it. */
export interface HardwareCost {
  /** Translations a second of a processor by a second stage alone, or by both stages; each page is another one. */
  readonly oneStage: Rate;
  readonly nested: Rate;
  /** Words of tables that the first access through four levels on four levels reads. */
  readonly readsOfColdNestedWalk: number;
  /** To invalidate a page among 10^6 that are cached, beside one among 10^3. */
  readonly invalidation: number;
}

export interface Rate {
  readonly cold: number;
  readonly warm: number;
}

const PAGE = 4096n;
const PAGES = 20_000;
const RID = 0x0208;
const SCALABLE_MODE = 0x400n;
/** PGTT */
const [SECOND, NESTED] = [2n, 3n];
const PER_TABLE = 512n;
/** Pages that are invalidated, evenly among those that are cached. */
const TIMES = 500;

/** Counts the words that the unit reads. */
class CountingMemory extends PhysicalMemory {
  reads = 0;

  override read64(address: bigint): bigint {
    this.reads += 1;
    return super.read64(address);
  }
}

/** Four levels for `PAGES` pages at 0, all of which lead to themselves; the frames are behind the first 256 MiB. */
class Tables {
  readonly memory = new CountingMemory();
  private next = 0x1000_0000n;

  table(): bigint {
    const at = this.next;
    this.next += PAGE;
    this.memory.provide(at, PAGE);
    return at;
  }

  /** `flags` of each entry; a page of the tables themselves leads to itself as well. */
  identity(flags: bigint, alsoTo: bigint): bigint {
    const root = this.table();
    for (let page = 0n; page < BigInt(PAGES); page += 1n) this.map(root, page * PAGE, flags);
    for (let page = 0x1000_0000n; page < alsoTo; page += PAGE) this.map(root, page, flags);
    return root;
  }

  get end(): bigint {
    return this.next;
  }

  private map(root: bigint, address: bigint, flags: bigint): void {
    let table = root;
    for (let level = 3n; level > 0n; level -= 1n) {
      const at = table + ((address >> (12n + 9n * level)) % PER_TABLE) * 8n;
      if (this.memory.read64(at) === 0n) this.memory.write64(at, this.table() | flags);
      table = this.memory.read64(at) & ~0xfffn;
    }
    this.memory.write64(table + ((address >> 12n) % PER_TABLE) * 8n, address | flags);
  }
}

/** A VT-d whose device goes through a second stage, or through a first one on it. */
function unitOf(type: bigint): { readonly unit: VtdUnit; readonly memory: CountingMemory } {
  const tables = new Tables();
  const { memory } = tables;
  const [root, context, directory, pasids] = [0, 1, 2, 3].map(() => tables.table()) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  // Present, writeable, of a user, accessed and dirty; readable and writeable.
  const first = tables.identity(0x67n, 0n);
  const second = tables.identity(3n, tables.end);
  memory.write64(root + 2n * 16n, context | 1n);
  memory.write64(context + 8n * 32n, directory | 1n);
  memory.write64(directory, pasids | 1n);
  memory.write64(pasids, second | (type << 6n) | (2n << 2n) | 1n);
  memory.write64(pasids + 8n, 5n);
  memory.write64(pasids + 16n, first);
  const parts = { hardware: hardwareParts, vtd: vtdParts };
  const model = { scalable: true, snoopControl: true, addressBits: 48 } as const;
  const unit = new VtdUnit({ memory, parts, model });
  unit.setRootTable(root | SCALABLE_MODE);
  unit.enableTranslation();
  return { unit, memory };
}

function rateOf(type: bigint): Rate {
  const { unit } = unitOf(type);
  const pass = (): number => {
    const start = cpuSeconds();
    for (let page = 0n; page < BigInt(PAGES); page += 1n) {
      const found = unit.translate({ rid: RID, iova: page * PAGE, write: false });
      if (found?.address !== page * PAGE) throw new Error(`page ${page} is not where it should be`);
    }
    return PAGES / (cpuSeconds() - start);
  };
  return { cold: pass(), warm: Math.max(pass(), pass(), pass()) };
}

/** The first page through tables that nothing of is cached, without root, context and PASID tables. */
function readsOfColdNestedWalk(): number {
  const { unit, memory } = unitOf(NESTED);
  const translate = (page: bigint): number => {
    memory.reads = 0;
    unit.translate({ rid: RID, iova: page * PAGE, write: false });
    return memory.reads;
  };
  translate(0n);
  return translate(BigInt(PAGES - 1));
}

/** Microseconds for a page among so many. */
function invalidationAmong(entries: number): number {
  const iotlb = new Iotlb();
  const leaf = { address: 0n, size: PAGE, read: true, write: true };
  for (let page = 0; page < entries; page += 1) iotlb.insert(1, BigInt(page) * PAGE, leaf);
  return invalidationIn(iotlb, BigInt(Math.floor(entries / TIMES)) * PAGE);
}

/** A function of its own: behind a loop of 10^6 in the same one it would be timed before it is compiled. */
function invalidationIn(iotlb: Iotlb, step: bigint): number {
  const start = performance.now();
  for (let page = 0n; page < BigInt(TIMES); page += 1n) {
    iotlb.invalidatePages(1, page * step, PAGE);
  }
  return ((performance.now() - start) * 1000) / TIMES;
}

function cheapestOf(entries: number): number {
  return Math.min(...[1, 2, 3].map(() => invalidationAmong(entries)));
}

export function measureHardware(): HardwareCost {
  // The first runs pay for the compiler.
  for (const type of [SECOND, NESTED]) rateOf(type);
  invalidationAmong(1000);
  return {
    oneStage: rateOf(SECOND),
    nested: rateOf(NESTED),
    readsOfColdNestedWalk: readsOfColdNestedWalk(),
    invalidation: cheapestOf(1_000_000) / cheapestOf(1000),
  };
}
