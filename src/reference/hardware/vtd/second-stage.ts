import type { Hpa, Iova } from '#formats/addresses.ts';
import { entryIndex, entrySpan } from '#formats/page-table.ts';
import { FaultReason } from '#formats/vtd/fault-reason.ts';
import {
  SECOND_STAGE_READ,
  SECOND_STAGE_WRITE,
  isLeaf,
  SECOND_STAGE_ACCESSED,
  addressIn,
  SECOND_STAGE_DIRTY,
  SECOND_STAGE_SNOOP,
  LARGE_PAGE,
} from '#formats/vtd/paging-entry.ts';

import type { MemoryBus } from '../bus.ts';
import type { Leaf } from '../translation.ts';
import type { CachedTable, WalkMemory } from './paging-structure-cache.ts';

/** Host address width: no address in a table may be above it. */
export const HOST_ADDRESS_BITS = 46n;

export interface SecondStageTable {
  readonly root: Hpa;
  readonly levels: number;
  /** SSADE: accessed and dirty bits are kept. */
  readonly dirty: boolean;
  /** ECAP.SC; without it SNP is reserved. */
  readonly snoopControl: boolean;
}

/** The entry that a walk ended at, and where it lies. */
interface Found {
  readonly entry: bigint;
  readonly at: Hpa;
  readonly level: number;
  readonly rights: bigint;
}

/**
 * VT-d, 3.7 Second-Stage Translation. A right holds where each entry on the way grants it: undefined at the first one that
 * does not, be it present or not, and before it is asked whether the entry makes sense. A write that is granted makes its
 * page dirty. HW-VTD-75
 */
export function walkSecondStage(
  memory: MemoryBus,
  table: SecondStageTable,
  { iova, write }: { readonly iova: Iova; readonly write: boolean },
  kept?: WalkMemory,
): Leaf | FaultReason | undefined {
  if (iova >= entrySpan(table.levels + 1)) return FaultReason.BeyondAddressWidth;
  const start = kept?.nearest(iova) ?? rootOf(table);
  const needed = write ? SECOND_STAGE_WRITE : SECOND_STAGE_READ;
  let [rights, next] = [start.rights, start.place];
  for (let level = start.level; ; level -= 1) {
    const at = next + entryIndex(iova, level) * 8n;
    const entry = memory.read64(at);
    rights &= entry;
    if (!(rights & needed)) return undefined;
    if (hasReservedBits(entry, level, table)) return FaultReason.PagingEntryReserved;
    if (isLeaf(entry, level)) {
      const found = { entry, at, level, rights };
      return table.dirty ? mark(memory, found, write) : leafOf(found);
    }
    if (table.dirty) memory.write64(at, entry | SECOND_STAGE_ACCESSED);
    next = addressIn(entry);
    kept?.keep(iova, { level: level - 1, address: next, place: next, rights });
  }
}

function rootOf({ root, levels }: SecondStageTable): CachedTable {
  const rights = SECOND_STAGE_READ | SECOND_STAGE_WRITE;
  return { level: levels, address: root, place: root, rights };
}

/** VT-d, 3.7.2 Accessed and Dirty Flags: only a write that may be done leaves its mark. HW-VTD-22 */
function mark(memory: MemoryBus, found: Found, write: boolean): Leaf {
  const leaf = leafOf(found);
  const isDirty = write && leaf.write;
  memory.write64(
    found.at,
    found.entry | SECOND_STAGE_ACCESSED | (isDirty ? SECOND_STAGE_DIRTY : 0n),
  );
  const clean = !isDirty && (found.entry & SECOND_STAGE_DIRTY) === 0n;
  return { ...leaf, clean };
}

function leafOf({ entry, level, rights }: Found): Leaf {
  return {
    address: addressIn(entry),
    size: entrySpan(level),
    read: (rights & SECOND_STAGE_READ) !== 0n,
    write: (rights & SECOND_STAGE_WRITE) !== 0n,
  };
}

/** Addresses beyond the host's, superpages above 1 GiB or not aligned to their size, SNP where there is none. */
function hasReservedBits(
  entry: bigint,
  level: number,
  { snoopControl }: SecondStageTable,
): boolean {
  const address = addressIn(entry);
  if (address >> HOST_ADDRESS_BITS) return true;
  if (entry & SECOND_STAGE_SNOOP && !snoopControl && isLeaf(entry, level)) return true;
  if (!(entry & LARGE_PAGE) || level === 1) return false;
  return level > 3 || address % entrySpan(level) !== 0n;
}
