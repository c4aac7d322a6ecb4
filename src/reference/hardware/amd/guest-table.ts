import type { Hpa, Iova } from '#formats/addresses.ts';
import type { GuestTables } from '#formats/amd/device-table-entry.ts';
import { EventCode } from '#formats/amd/event-code.ts';
import {
  GCR3_VALID,
  V2_ACCESSED,
  V2_DIRTY,
  V2_PRESENT,
  V2_USER,
  V2_WRITE,
  gcr3Index,
  isV2Leaf,
  isV2Reserved,
  v2Address,
} from '#formats/amd/guest-page-entry.ts';
import { entryIndex, entrySpan } from '#formats/page-table.ts';

import type { MemoryBus } from '../bus.ts';
import type { Leaf } from '../translation.ts';

const LEVELS = 4;
/** Bits that the GCR3 table does not look at have to be 0: nine for each level. */
const BITS_A_LEVEL = 9n;

/** Where an entry lies in memory: below a host page table, tables have addresses of the guest. */
export type Locate = (address: Hpa, use: 'read' | 'update') => Hpa | EventCode;

export interface GuestAccess {
  readonly iova: Iova;
  readonly write: boolean;
  readonly pasid: number;
}

/** AMD IOMMU, 2.2.6.3: the GCR3 table, level by level, gives the root of the page table of a PASID. HW-AMD-03 */
export function findGuestRoot(
  memory: MemoryBus,
  { root, glx }: GuestTables,
  { pasid, locate }: { readonly pasid: number; readonly locate: Locate },
): Hpa | EventCode {
  if (BigInt(pasid) >> (BITS_A_LEVEL * BigInt(glx + 1))) return EventCode.IoPageFault;
  let next = root;
  for (let level = glx; level >= 0; level -= 1) {
    const place = locate(next + gcr3Index(pasid, level) * 8n, 'read');
    if (typeof place === 'number') return place;
    const entry = memory.read64(place);
    if (!(entry & GCR3_VALID)) return EventCode.IoPageFault;
    next = v2Address(entry);
  }
  return next;
}

/**
 * AMD IOMMU, 2.2.6.4: a page table of x86-64, for requests of users. Each entry used is marked as accessed, the last one
 * of a write as dirty. There is no sign: higher bits have to be 0.
 */
export function walkGuestTable(
  memory: MemoryBus,
  { root, locate }: { readonly root: Hpa; readonly locate: Locate },
  { iova, write }: Omit<GuestAccess, 'pasid'>,
): Leaf | EventCode {
  if (iova >= entrySpan(LEVELS + 1)) return EventCode.IoPageFault;
  let next = root;
  let writeable = true;
  for (let level = LEVELS; ; level -= 1) {
    const at = next + entryIndex(iova, level) * 8n;
    const place = locate(at, 'read');
    if (typeof place === 'number') return place;
    const entry = memory.read64(place);
    if (!(entry & V2_PRESENT) || !(entry & V2_USER)) return EventCode.IoPageFault;
    if (isV2Reserved(entry, level)) return EventCode.IoPageFault;
    writeable &&= (entry & V2_WRITE) !== 0n;
    const isLeaf = isV2Leaf(entry, level);
    if (isLeaf && write && !writeable) return EventCode.IoPageFault;
    const wanted = isLeaf && write ? V2_ACCESSED | V2_DIRTY : V2_ACCESSED;
    const error = mark(memory, locate, { at, entry, wanted });
    if (error !== undefined) return error;
    if (isLeaf) return leafOf(entry | wanted, level, writeable);
    next = v2Address(entry);
  }
}

/** An entry that has its marks is not written. */
function mark(
  memory: MemoryBus,
  locate: Locate,
  { at, entry, wanted }: { readonly at: Hpa; readonly entry: bigint; readonly wanted: bigint },
): EventCode | undefined {
  if ((entry & wanted) === wanted) return undefined;
  const place = locate(at, 'update');
  if (typeof place === 'number') return place;
  memory.write64(place, entry | wanted);
  return undefined;
}

function leafOf(entry: bigint, level: number, write: boolean): Leaf {
  const size = entrySpan(level);
  const address = v2Address(entry);
  const clean = (entry & V2_DIRTY) === 0n;
  return { address: address - (address % size), size, read: true, write, clean };
}
