import type { RandomNumbers } from '#reference/kernel/lib/random-numbers.ts';
import { PhysicalMemory } from '#reference/hardware/memory.ts';

import type { Access, Reading } from '../memory.ts';

/** Tables that were drawn, in the memory of a unit of the model and in a copy for the slow walker. */
export interface Trial {
  /** What the unit does, and how many bytes it says go the same way. */
  ask(access: Access): Reading & { readonly bytes?: bigint };
  /** The same by the second reading. */
  read(access: Access): Reading;
  /** An access that has a chance to find something. */
  draw(): Access;
  readonly memories: Memories;
}

export interface Format {
  readonly name: string;
  make(lots: Lots): Trial;
}

/** Frames of the memory that trials have: 4 MiB. */
const FRAMES = 1024n;
const FRAME = 4096n;

/** What one drew is drawn again with the same seed. */
export class Lots {
  private readonly numbers: RandomNumbers;

  constructor(numbers: RandomNumbers) {
    this.numbers = numbers;
  }

  below(limit: number): number {
    return this.numbers.below(limit);
  }

  /** In that many of a hundred cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] as T;
  }

  /** Of so many bits, at most 63. */
  bits(count: number): bigint {
    const word = (BigInt(this.below(2 ** 32)) << 31n) | BigInt(this.below(2 ** 31));
    return word % (1n << BigInt(count));
  }
}

/** Two memories with the same contents, of which a unit changes one and the slow walker the other. */
export class Memories {
  readonly model = new PhysicalMemory();
  readonly copy = new PhysicalMemory();
  private readonly written: bigint[] = [];
  private next = FRAME;

  constructor() {
    for (const memory of [this.model, this.copy]) memory.provide(0n, FRAMES * FRAME);
  }

  /** Zeroed memory for a table, aligned to its size. */
  allocate(bytes = FRAME): bigint {
    const address = ((this.next + bytes - 1n) / bytes) * bytes;
    this.next = address + bytes;
    return address;
  }

  /** Its last byte is before this address. */
  get end(): bigint {
    return this.next;
  }

  /** What was written. */
  get words(): ReadonlyMap<bigint, bigint> {
    return new Map(this.written.map((at) => [at, this.model.read64(at)]));
  }

  put(address: bigint, word: bigint): void {
    this.model.write64(address, word);
    this.copy.write64(address, word);
    this.written.push(address);
  }

  /** Turns over one bit of a word that was written; of its address none, where `flagsOnly`. */
  spoil(lots: Lots, flagsOnly = false): void {
    const at = this.written[lots.below(this.written.length)] ?? 0n;
    const bit = flagsOnly ? (lots.below(24) + 52) % 64 : lots.below(64);
    this.put(at, this.model.read64(at) ^ (1n << BigInt(bit)));
  }

  /** The first word that differs, such as by a mark that one of the two did not set. */
  difference(): { readonly at: bigint; readonly model: bigint; readonly copy: bigint } | undefined {
    const words = this.written.map((at) => {
      return { at, model: this.model.read64(at), copy: this.copy.read64(at) };
    });
    return words.find(({ model, copy }) => model !== copy);
  }
}

/** A sort of tables, by level: the lowest is 1. */
export interface TableKind {
  readonly levels: number;
  /** log2 of a page, and of the entries of a table: 12 and 9. */
  readonly page: number;
  readonly index: number;
  table(level: number, address: bigint): bigint;
  leaf(level: number, address: bigint): bigint;
  /** Pages above the lowest level. */
  isLeafLevel(level: number): boolean;
  /** Where leaves lead to. */
  target(lots: Lots): bigint;
}

/** Tables, of which two are on each level but the highest; `root` is the highest. */
export interface Tables {
  readonly root: bigint;
  readonly byLevel: readonly (readonly [bigint, ...bigint[]])[];
}

/** The indices that are used; addresses are made of them. */
function indices({ index }: TableKind): readonly [number, ...number[]] {
  return [0, 1, 5, 2 ** index - 1];
}

export function drawTables(memories: Memories, kind: TableKind, lots: Lots): Tables {
  const bytes = 8n << BigInt(kind.index);
  const byLevel = Array.from({ length: kind.levels }, (_, level): [bigint, ...bigint[]] => {
    const first = memories.allocate(bytes);
    return level === kind.levels - 1 ? [first] : [first, memories.allocate(bytes)];
  });
  for (const [below, tables] of byLevel.entries()) {
    const lower = byLevel[below - 1];
    for (const table of tables)
      for (const index of indices(kind))
        memories.put(table + BigInt(index) * 8n, drawEntry(kind, below + 1, lower, lots));
  }
  const [root] = byLevel[kind.levels - 1] ?? [0n];
  return { root, byLevel };
}

function drawEntry(
  kind: TableKind,
  level: number,
  lower: readonly [bigint, ...bigint[]] | undefined,
  lots: Lots,
): bigint {
  if (lots.chance(5)) return 0n;
  const isLeaf = lower === undefined || lots.chance(kind.isLeafLevel(level) ? 30 : 3);
  if (!isLeaf) return kind.table(level, lots.pick(lower));
  const size = 1n << BigInt(kind.page + kind.index * (level - 1));
  const target = kind.target(lots);
  return kind.leaf(level, lots.chance(95) ? target - (target % size) : target);
}

/** Made of indices that are used, as a rule. */
export function drawAddress(kind: TableKind, lots: Lots): bigint {
  if (lots.chance(3)) return lots.bits(lots.pick([40, 48, 63]));
  let address = lots.bits(kind.page);
  for (let level = 0; level < kind.levels; level += 1)
    address |= BigInt(lots.pick(indices(kind))) << BigInt(kind.page + kind.index * level);
  return address;
}
