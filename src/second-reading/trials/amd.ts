import { AmdIommuUnit } from '#reference/hardware/amd/amd-iommu-unit.ts';
import { plainFeatures } from '#reference/hardware/amd/capabilities.ts';
import { amdviParts } from '#reference/hardware/amd/parts.ts';
import { hardwareParts } from '#reference/hardware/parts.ts';

import { readAmd } from '../amd.ts';
import type { Access, Reading } from '../memory.ts';
import { drawAddress, drawTables, Memories } from './trial.ts';
import type { Format, Lots, TableKind, Trial } from './trial.ts';

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
  return new AmdTrial(memories, lots, devices, kind);
}

class AmdTrial implements Trial {
  readonly memories: Memories;
  private readonly unit: AmdIommuUnit;
  private readonly lots: Lots;
  private readonly devices: bigint;
  private readonly input: TableKind;

  constructor(memories: Memories, lots: Lots, devices: bigint, input: TableKind) {
    [this.memories, this.lots, this.devices, this.input] = [memories, lots, devices, input];
    this.unit = new AmdIommuUnit({ memory: memories.model, parts, features: plainFeatures });
    this.unit.setDeviceTable(devices, TABLE_SIZE);
    this.unit.enable();
  }

  draw(): Access {
    const { lots } = this;
    const address = drawAddress(this.input, lots);
    return { rid: DEVICE, pasid: undefined, address, write: lots.chance(40) };
  }

  ask({ rid, address, write }: Access): Reading & { bytes?: bigint } {
    this.unit.events.clear();
    const found = this.unit.translate({ rid, iova: address, write });
    if (found) return { to: found.address, bytes: found.bytesToBorder };
    return { refused: this.unit.events.events[0]?.code };
  }

  read(access: Access): Reading {
    return readAmd(this.memories.copy, this.devices, access);
  }
}

export const amdFormats: readonly Format[] = [{ name: 'AMD host table', make: makeTrial }];
