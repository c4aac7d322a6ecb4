import type { Hpa, Iova } from '#formats/addresses.ts';
import { EventCode } from '#formats/amd/event-code.ts';
import {
  V1_ACCESSED,
  V1_DIRTY,
  V1_READ,
  V1_WRITE,
  V1_PRESENT,
  v1NextLevel,
  v1Address,
  SIZE_IN_ADDRESS,
  sizeInAddress,
} from '#formats/amd/page-table-entry.ts';
import { entryIndex, entrySpan } from '#formats/page-table.ts';
import { PAGE_SHIFT } from '#formats/page.ts';

import type { MemoryBus } from '../bus.ts';
import type { Leaf } from '../translation.ts';

const HIGHEST_MODE = 6;

export interface V1Table {
  readonly root: Hpa;
  /** Levels, 1 to 6. */
  readonly mode: number;
  /** HAD: entries of pages are marked, as accessed, and where `write` as dirty. */
  readonly marks?: boolean;
}

/**
 * AMD IOMMU, 2.2.3 I/O Page Tables for Host Translations. A right holds where each entry on the way grants it. Levels may be
 * skipped, if the address is 0 there, but an entry that does not lead downwards ends the walk as an error.
 */
export function walkV1Table(
  memory: MemoryBus,
  table: V1Table,
  { iova, write = false }: { readonly iova: Iova; readonly write?: boolean },
): Leaf | EventCode {
  if (isBeyond(iova, table.mode)) return EventCode.IoPageFault;
  let rights = V1_READ | V1_WRITE;
  let [next, level] = [table.root, table.mode];
  for (;;) {
    const at = next + entryIndex(iova, level) * 8n;
    const entry = memory.read64(at);
    rights &= entry;
    if (!(entry & V1_PRESENT)) return EventCode.IoPageFault;
    const nextLevel = v1NextLevel(entry);
    const isLeaf = nextLevel === 0 || nextLevel === SIZE_IN_ADDRESS;
    const clean = isLeaf && table.marks === true && !mark(memory, { at, entry, rights, write });
    const found = { iova, rights, clean };
    if (nextLevel === 0) return leafOf(v1Address(entry), { ...found, size: entrySpan(level) });
    if (nextLevel === SIZE_IN_ADDRESS)
      return leafOf(v1Address(entry), { ...found, size: sizeInAddress(v1Address(entry)) });
    if (nextLevel >= level) return EventCode.PageTableHardwareError;
    if (isBeyond(iova % entrySpan(level), nextLevel)) return EventCode.IoPageFault;
    [next, level] = [v1Address(entry), nextLevel];
  }
}

/** Are there address bits above those that so many levels translate? */
function isBeyond(iova: Iova, levels: number): boolean {
  return levels < HIGHEST_MODE && iova >= entrySpan(levels + 1);
}

/** AMD IOMMU, 2.2.3.2 Host access and dirty bits: a write that is not granted leaves no mark. Returns whether it is dirty. */
function mark(
  memory: MemoryBus,
  found: {
    readonly at: Hpa;
    readonly entry: bigint;
    readonly rights: bigint;
    readonly write: boolean;
  },
): boolean {
  const { at, entry, rights, write } = found;
  const dirty = write && (rights & V1_WRITE) !== 0n ? V1_DIRTY : 0n;
  const marked = entry | V1_ACCESSED | dirty;
  if (marked !== entry) memory.write64(at, marked);
  return (marked & V1_DIRTY) !== 0n;
}

interface Found {
  readonly iova: Iova;
  readonly rights: bigint;
  readonly clean: boolean;
}

/** What is cached are 4 KiB, 2 MiB or 1 GiB of a page, around the IOVA. Address bits below its size do not count. */
function leafOf(address: Hpa, found: Found & { readonly size: bigint }): Leaf {
  const { iova, rights, clean } = found;
  const size =
    [30n, 21n, PAGE_SHIFT].map((shift) => 1n << shift).find((one) => one <= found.size) ?? 0n;
  const offset = iova % found.size;
  return {
    address: address - (address % found.size) + offset - (offset % size),
    size,
    read: (rights & V1_READ) !== 0n,
    write: (rights & V1_WRITE) !== 0n,
    clean,
  };
}
