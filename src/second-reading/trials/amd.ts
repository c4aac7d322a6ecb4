import { AmdIommuUnit } from '#reference/hardware/amd/amd-iommu-unit.ts';
import { nestingFeatures, plainFeatures } from '#reference/hardware/amd/capabilities.ts';
import { amdviParts } from '#reference/hardware/amd/parts.ts';
import { hardwareParts } from '#reference/hardware/parts.ts';

import { readAmd } from '../amd.ts';
import type { Access, Reading } from '../memory.ts';
import { drawAddress, drawTables, Memories } from './trial.ts';
import type { Format, Lots, TableKind, Tables, Trial } from './trial.ts';

const parts = { hardware: hardwareParts, amdvi: amdviParts };
const DEVICE = 9;
const [READ, WRITE] = [1n << 61n, 1n << 62n];
/** Pages of a device table of 128 entries, less one. */
const TABLE_SIZE = 0n;

/**
 * AMD IOMMU, 2.2.3. In regular tables some leaves say their size in their address, which has to fit to the place of the
 * entry; in others some entries skip levels, or lead upwards.
 */
function hostTable(lots: Lots, levels: number, regular: boolean): TableKind {
  const rights = (): bigint =>
    lots.pick([READ | WRITE, READ | WRITE, READ | WRITE, READ | WRITE, READ, WRITE]);
  const nextBelow = (level: number): number =>
    regular || lots.chance(95) ? level - 1 : 1 + lots.below(6);
  return {
    levels,
    page: 12,
    index: 9,
    table: (level, address) => address | (BigInt(nextBelow(level)) << 9n) | rights() | 1n,
    leaf: (level, address) => {
      const size = 1n << BigInt(12 + 9 * (level - 1));
      const aligned = address - (address % size);
      if (!regular || level === 1 || lots.chance(70)) return aligned | rights() | 1n;
      return aligned | ((size / 2n - 1n) & ~0xfffn) | (7n << 9n) | rights() | 1n;
    },
    isLeafLevel: () => true,
    target: () => lots.bits(lots.pick([20, 34, 51])) & ~0xfffn,
  };
}

function makeTrial(lots: Lots): Trial {
  const memories = new Memories();
  const devices = memories.allocate();
  const levels = lots.pick([3, 4, 4, 6]);
  const regular = lots.chance(60);
  const kind = hostTable(lots, levels, regular);
  const { root } = drawTables(memories, kind, lots);
  const mode = BigInt(regular || lots.chance(90) ? levels : lots.below(8)) << 9n;
  const entry = devices + BigInt(DEVICE) * 32n;
  memories.put(entry, root | mode | (lots.chance(90) ? READ | WRITE : READ) | 3n);
  memories.put(entry + 8n, 5n);
  // An address beyond memory would lead to a table of ones, which is a page of any size.
  if (!regular && lots.chance(60)) memories.spoil(lots, true);
  return new AmdTrial(memories, lots, devices, { kind, agrees: regular });
}

/** What a device table entry says of a guest: its PASIDs have one page table, or none. */
const PASIDS = [0, 5, 700] as const;
const [USER, LARGE] = [7n, 0x80n];

/** 2.2.6.4: entries of x86-64, of which some are not writeable, not for users, or marked. */
function guestTable(lots: Lots, target: () => bigint): TableKind {
  const flags = (): bigint =>
    lots.pick([USER, USER, USER, USER, USER, USER, USER, 5n, 3n]) | lots.pick([0n, 0x20n, 0x60n]);
  return {
    levels: 4,
    page: 12,
    index: 9,
    table: (_, address) => address | (lots.chance(95) ? USER : flags()),
    leaf: (level, address) => address | flags() | (level > 1 ? LARGE : 0n),
    isLeafLevel: (level) => level === 2 || level === 3,
    target,
  };
}

function makeGuestTrial(lots: Lots, isNested: boolean): Trial {
  const memories = new Memories();
  const devices = memories.allocate();
  const host = hostTable(lots, lots.pick([3, 4]), true);
  const second = drawTables(memories, host, lots);
  const target = (): bigint =>
    isNested ? drawAddress(host, lots) & ~0xfffn : lots.bits(lots.pick([20, 34, 51])) & ~0xfffn;
  const guest = guestTable(lots, target);
  const first = drawTables(memories, guest, lots);
  const glx = lots.below(2);
  const directory = drawDirectory(memories, lots, { glx, root: first.root });
  if (isNested) identify(memories, second, lots);
  const mode = isNested ? BigInt(lots.chance(97) ? host.levels : 7) : 0n;
  const root = isNested ? second.root : 0n;
  const shown = BigInt(lots.chance(92) ? glx : 3);
  const withoutPasid = lots.chance(50) ? 1n << 54n : 0n;
  const at = devices + BigInt(DEVICE) * 32n;
  const low = root | (mode << 9n) | (1n << 55n) | withoutPasid | (shown << 56n);
  memories.put(at, low | (((directory >> 12n) & 7n) << 58n) | READ | WRITE | 3n);
  memories.put(at + 8n, 5n | (((directory >> 15n) & 0xffffn) << 16n) | ((directory >> 31n) << 43n));
  memories.put(at + 16n, 0n);
  return new AmdTrial(memories, lots, devices, { kind: guest, pasids: PASIDS });
}

/** 2.2.6.3: a GCR3 table of one level or two. PASID 700 has an entry in the second only. */
function drawDirectory(
  memories: Memories,
  lots: Lots,
  { glx, root }: { readonly glx: number; readonly root: bigint },
): bigint {
  const [top, low, high] = [memories.allocate(), memories.allocate(), memories.allocate()];
  const present = (): bigint => (lots.chance(95) ? 1n : 0n);
  for (const pasid of [0n, 5n]) memories.put(low + pasid * 8n, root | present());
  memories.put(high + (700n - 512n) * 8n, root | present());
  for (const [index, table] of [low, high].entries())
    memories.put(top + BigInt(index) * 8n, table | present());
  return glx === 0 ? low : top;
}

/** The lowest addresses of the guest are its own: there its tables are, of which some cannot be read or marked. */
function identify(memories: Memories, second: Tables, lots: Lots): void {
  const path = [...second.byLevel].reverse().map(([table]) => table);
  for (const [index, table] of path.slice(0, -1).entries()) {
    const next = BigInt(path.length - 1 - index) << 9n;
    memories.put(table, (path[index + 1] ?? 0n) | next | READ | WRITE | 1n);
  }
  const lowest = path.at(-1) ?? 0n;
  for (let at = 0n; at < memories.end; at += 0x1000n) {
    const rights = lots.chance(96) ? READ | WRITE : lots.pick([0n, READ, WRITE]);
    // Next level 3 in the lowest table leads upwards.
    const upwards = lots.chance(99) ? 0n : 3n << 9n;
    memories.put(lowest + (at / 0x1000n) * 8n, at | rights | upwards | 1n);
  }
}

interface Driven {
  readonly kind: TableKind;
  readonly pasids?: readonly number[];
  readonly agrees?: boolean;
}

class AmdTrial implements Trial {
  readonly memories: Memories;
  private readonly unit: AmdIommuUnit;
  private readonly lots: Lots;
  private readonly devices: bigint;
  private readonly input: TableKind;
  private readonly pasids: readonly number[];
  /** All entries of a page that is larger than its place say the same, as software has to see to. 2.2.3 */
  private readonly agrees: boolean;

  constructor(
    memories: Memories,
    lots: Lots,
    devices: bigint,
    { kind, pasids = [], agrees = true }: Driven,
  ) {
    [this.memories, this.lots, this.devices] = [memories, lots, devices];
    [this.input, this.pasids, this.agrees] = [kind, pasids, agrees];
    const features = pasids.length > 0 ? nestingFeatures : plainFeatures;
    this.unit = new AmdIommuUnit({ memory: memories.model, parts, features });
    this.unit.setDeviceTable(devices, TABLE_SIZE);
    this.unit.enable();
  }

  draw(): Access {
    const { lots } = this;
    const isInterrupt = this.pasids.length > 0 && lots.chance(2);
    const address = isInterrupt ? 0xfee0_1000n : drawAddress(this.input, lots);
    return { rid: DEVICE, pasid: this.drawPasid(), address, write: lots.chance(40) };
  }

  /** Mostly one that there is. */
  private drawPasid(): number | undefined {
    const { lots, pasids } = this;
    if (pasids.length === 0 || lots.chance(20)) return undefined;
    return lots.chance(95) ? pasids[lots.below(pasids.length)] : lots.below(2 ** 20);
  }

  ask({ rid, pasid, address, write }: Access): Reading & { bytes?: bigint } {
    this.unit.events.clear();
    const withPasid = pasid === undefined ? {} : { pasid };
    const found = this.unit.translate({ rid, iova: address, write, ...withPasid });
    if (found && !this.agrees) return { to: found.address };
    if (found) return { to: found.address, bytes: found.bytesToBorder };
    return { refused: this.unit.events.events[0]?.code };
  }

  read(access: Access): Reading {
    return readAmd(this.memories.copy, this.devices, access);
  }
}

export const amdFormats: readonly Format[] = [
  { name: 'AMD host table', make: makeTrial },
  { name: 'AMD guest table', make: (lots) => makeGuestTrial(lots, false) },
  { name: 'AMD nested', make: (lots) => makeGuestTrial(lots, true) },
];
