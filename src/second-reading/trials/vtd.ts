import { hardwareParts } from '#reference/hardware/parts.ts';
import { vtdParts } from '#reference/hardware/vtd/parts.ts';
import { VtdUnit } from '#reference/hardware/vtd/vtd-unit.ts';

import type { Access, Reading } from '../memory.ts';
import { drawAddress, drawTables, Memories } from './trial.ts';
import type { Format, Lots, TableKind, Trial } from './trial.ts';
import { readVtd } from '../vtd.ts';

const parts = { hardware: hardwareParts, vtd: vtdParts };
/** Bus 2, slot 17, function 1: in the upper half of the bus. */
const RID = 0x0289;
const SCALABLE_MODE = 0x400n;
const PASIDS = [undefined, 5, 70] as const;

/** VT-d, 3.7: three or four levels. */
function secondStage(lots: Lots, levels: number): TableKind {
  const rights = (): bigint => lots.pick([3n, 3n, 3n, 3n, 3n, 3n, 3n, 3n, 1n, 2n]);
  return {
    levels,
    page: 12,
    index: 9,
    table: (_, address) => address | rights(),
    leaf: (level, address) => address | rights() | (level > 1 ? 0x80n : 0n),
    isLeafLevel: (level) => level === 2 || level === 3,
    target: () => lots.bits(lots.pick([20, 34, 45])) & ~0xfffn,
  };
}

/** VT-d, 3.6: of a user, as a rule; the marks are set or not. */
function firstStage(lots: Lots, target: () => bigint): TableKind {
  const flags = (): bigint =>
    lots.pick([7n, 7n, 7n, 7n, 7n, 7n, 7n, 7n, 7n, 7n, 5n, 3n]) | (lots.chance(50) ? 0x20n : 0n);
  return {
    levels: 4,
    page: 12,
    index: 9,
    table: (_, address) => address | flags(),
    leaf: (level, address) =>
      address | flags() | (level > 1 ? 0x80n : 0n) | (lots.chance(30) ? 0x40n : 0n),
    isLeafLevel: (level) => level === 2 || level === 3,
    target,
  };
}

type Translation = 'legacy' | 'first' | 'second' | 'nested';

const types = { first: 1n, second: 2n, nested: 3n } as const;

interface Drawn {
  readonly first: bigint;
  readonly second: bigint;
  readonly levels: number;
  readonly input: TableKind;
}

function drawStages(memories: Memories, lots: Lots, translation: Translation): Drawn {
  const levels = translation === 'legacy' && lots.chance(90) ? 4 : lots.pick([3, 4]);
  const host = secondStage(lots, levels);
  const second = drawTables(memories, host, lots);
  if (translation === 'nested') {
    const identity = memories.allocate();
    const guest = firstStage(lots, () => drawAddress(host, lots) & ~0xfffn);
    const first = drawTables(memories, guest, lots);
    chain(memories, second.byLevel, identity);
    identify(memories, identity, lots);
    return { first: first.root, second: second.root, levels, input: guest };
  }
  const guest = firstStage(lots, () => lots.bits(45) & ~0xfffn);
  const first = drawTables(memories, guest, lots);
  const input = translation === 'first' ? guest : host;
  return { first: first.root, second: second.root, levels, input };
}

/** The lowest addresses of the guest lead to a table of their own. */
function chain(
  memories: Memories,
  byLevel: readonly (readonly [bigint, ...bigint[]])[],
  identity: bigint,
): void {
  for (let level = byLevel.length; level > 1; level -= 1) {
    const [table = 0n] = byLevel[level - 1] ?? [];
    const [next = 0n] = byLevel[level - 2] ?? [];
    memories.put(table, (level === 2 ? identity : next) | 3n);
  }
}

/** Where the tables of the guest lie is where it has them, if it may have them at all. */
function identify(memories: Memories, table: bigint, lots: Lots): void {
  for (let frame = 0n; frame < memories.end >> 12n; frame += 1n) {
    const rights = lots.chance(96) ? 3n : lots.pick([0n, 1n, 2n]);
    memories.put(table + frame * 8n, (frame << 12n) | rights);
  }
}

function makeTrial(lots: Lots, translation: Translation): Trial {
  const memories = new Memories();
  const root = memories.allocate();
  const drawn = drawStages(memories, lots, translation);
  const { input } = drawn;
  if (translation === 'legacy') writeContext(memories, root, drawn);
  else writePasids(memories, root, { ...drawn, lots, type: types[translation] });
  if (lots.chance(35)) memories.spoil(lots);
  return new VtdTrial(memories, lots, { root, scalable: translation !== 'legacy', input });
}

function rootEntry(root: bigint): bigint {
  return root + BigInt(RID >> 8) * 16n;
}

function widthOf(levels: number): bigint {
  return BigInt(levels - 2);
}

function writeContext(memories: Memories, root: bigint, { second, levels }: Drawn): void {
  const context = memories.allocate();
  memories.put(rootEntry(root), context | 1n);
  const entry = context + BigInt(RID & 0xff) * 16n;
  memories.put(entry, second | 1n);
  memories.put(entry + 8n, (7n << 8n) | widthOf(levels));
}

/** PASIDE in nine of ten cases; a table for each entry of the directory that is used. */
function writePasids(
  memories: Memories,
  root: bigint,
  { lots, type, first, second, levels }: Drawn & { lots: Lots; type: bigint },
): void {
  const [context, directory] = [memories.allocate(), memories.allocate()];
  const tables = [memories.allocate(), memories.allocate()];
  memories.put(rootEntry(root) + 8n, context | 1n);
  memories.put(context + BigInt(RID & 0x7f) * 32n, directory | 1n | (lots.chance(90) ? 8n : 0n));
  for (const [index, table] of tables.entries())
    memories.put(directory + BigInt(index) * 8n, table | 1n);
  for (const pasid of PASIDS) {
    const number = BigInt(pasid ?? 0);
    const entry = (tables[Number(number >> 6n)] ?? 0n) + (number & 63n) * 64n;
    const dirty = lots.chance(40) ? 0x200n : 0n;
    memories.put(entry, second | (type << 6n) | (widthOf(levels) << 2n) | dirty | 1n);
    memories.put(entry + 8n, number + 3n);
    memories.put(entry + 16n, first);
  }
}

class VtdTrial implements Trial {
  readonly memories: Memories;
  private readonly unit: VtdUnit;
  private readonly lots: Lots;
  private readonly root: bigint;
  private readonly scalable: boolean;
  private readonly snoopControl: boolean;
  private readonly input: TableKind;

  constructor(
    memories: Memories,
    lots: Lots,
    { root, scalable, input }: { root: bigint; scalable: boolean; input: TableKind },
  ) {
    [this.memories, this.lots, this.root] = [memories, lots, root];
    [this.scalable, this.input, this.snoopControl] = [scalable, input, lots.chance(50)];
    const model = { scalable, snoopControl: this.snoopControl, addressBits: 48 } as const;
    this.unit = new VtdUnit({ memory: memories.model, parts, model });
    this.unit.setRootTable(root | (scalable ? SCALABLE_MODE : 0n));
    this.unit.enableTranslation();
  }

  draw(): Access {
    const { lots } = this;
    const rid = lots.chance(99) ? RID : lots.below(0x1_0000);
    const pasid = this.scalable ? lots.pick(PASIDS) : undefined;
    let address = drawAddress(this.input, lots);
    if (this.input.levels === 4 && address >> 47n === 1n && lots.chance(60)) {
      address |= 0xffff_0000_0000_0000n;
    }
    return { rid, pasid, address, write: lots.chance(40) };
  }

  ask({ rid, pasid, address, write }: Access): Reading & { bytes?: bigint } {
    const { faults } = this.unit;
    faults.clear();
    const request = { rid, iova: address, write, ...(pasid !== undefined && { pasid }) };
    const found = this.unit.translate(request);
    if (found) return { to: found.address, bytes: found.bytesToBorder };
    return { refused: faults.records[0]?.reason };
  }

  read(access: Access): Reading {
    const { root: rootTable, scalable, snoopControl } = this;
    const levels = scalable ? [3, 4] : [4];
    return readVtd(this.memories.copy, { rootTable, scalable, snoopControl, levels }, access);
  }
}

/** The tables of a VT-d, by how the requests are translated. */
export const vtdFormats: readonly Format[] = [
  { name: 'VT-d legacy', make: (lots) => makeTrial(lots, 'legacy') },
  { name: 'VT-d first stage', make: (lots) => makeTrial(lots, 'first') },
  { name: 'VT-d second stage', make: (lots) => makeTrial(lots, 'second') },
  { name: 'VT-d nested', make: (lots) => makeTrial(lots, 'nested') },
];
