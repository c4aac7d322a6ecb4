import type { Hpa, Iova, MemoryBus } from '../bus.ts';
import type { Leaf } from '../iotlb.ts';
import { entryIndex, entrySpan } from '../page-table.ts';
import { FaultReason } from './faults.ts';

/** VT-d, 9.8 Second-Stage Paging Entries. HW-VTD-22 */
export const SECOND_STAGE_READ = 1n << 0n;
export const SECOND_STAGE_WRITE = 1n << 1n;
export const SECOND_STAGE_PAGE_SIZE = 1n << 7n;
const ADDRESS_MASK = 0x000f_ffff_ffff_f000n;
/** Host address width: no address in a table may be above it. */
const HOST_ADDRESS_BITS = 46n;

export interface SecondStageTable {
  readonly root: Hpa;
  readonly levels: number;
}

export function isPresent(entry: bigint): boolean {
  return (entry & (SECOND_STAGE_READ | SECOND_STAGE_WRITE)) !== 0n;
}

export function isLeaf(entry: bigint, level: number): boolean {
  return level === 1 || (entry & SECOND_STAGE_PAGE_SIZE) !== 0n;
}

export function addressIn(entry: bigint): Hpa {
  return entry & ADDRESS_MASK;
}

/**
 * VT-d, 3.7 Second-Stage Translation. A right holds where each entry on the way grants it; an entry that grants none is
 * not present, and the walk ends without a leaf that would grant anything.
 */
export function walkSecondStage(
  memory: MemoryBus,
  table: SecondStageTable,
  iova: Iova,
): Leaf | FaultReason {
  if (iova >= entrySpan(table.levels + 1)) return FaultReason.BeyondAddressWidth;
  let rights = SECOND_STAGE_READ | SECOND_STAGE_WRITE;
  let next = table.root;
  for (let level = table.levels; ; level -= 1) {
    const entry = memory.read64(next + entryIndex(iova, level) * 8n);
    rights &= entry;
    if (!isPresent(entry)) return { ...noRights, size: entrySpan(level) };
    if (hasReservedBits(entry, level)) return FaultReason.PagingEntryReserved;
    if (isLeaf(entry, level)) return leafOf(entry, level, rights);
    next = addressIn(entry);
  }
}

const noRights = { address: 0n, read: false, write: false };

function leafOf(entry: bigint, level: number, rights: bigint): Leaf {
  return {
    address: addressIn(entry),
    size: entrySpan(level),
    read: (rights & SECOND_STAGE_READ) !== 0n,
    write: (rights & SECOND_STAGE_WRITE) !== 0n,
  };
}

/** Addresses beyond the host's, superpages above 1 GiB, and superpages that are not aligned to their size. */
function hasReservedBits(entry: bigint, level: number): boolean {
  const address = addressIn(entry);
  if (address >> HOST_ADDRESS_BITS) return true;
  if (!(entry & SECOND_STAGE_PAGE_SIZE) || level === 1) return false;
  return level > 3 || address % entrySpan(level) !== 0n;
}
