import type { Hpa, Iova } from '#formats/addresses.ts';
import { entryIndex, entrySpan } from '#formats/page-table.ts';
import { FaultReason } from '#formats/vtd/fault-reason.ts';
import {
  FIRST_STAGE_WRITE,
  isLeaf,
  FIRST_STAGE_ACCESSED,
  addressIn,
  isFirstStagePresent,
  FIRST_STAGE_USER,
  FIRST_STAGE_DIRTY,
} from '#formats/vtd/paging-entry.ts';

import type { MemoryBus } from '../bus.ts';
import type { Leaf } from '../translation.ts';
import type { CachedTable, WalkMemory } from './paging-structure-cache.ts';
import { HOST_ADDRESS_BITS } from './second-stage.ts';

const LEVELS = 4;
/** Bits 47 and up are equal in a canonical address. */
const SIGN_BITS = 1n << 47n;

export interface FirstStageTable {
  readonly root: Hpa;
  /** Where an entry lies in memory: in a nested walk its table has an address of the guest. */
  locate(address: Hpa, use: 'root' | 'read' | 'update'): Hpa | FaultReason;
  readonly kept?: WalkMemory;
}

/** The entry that a walk ended at, and its address before `locate`. */
interface Found {
  readonly entry: bigint;
  readonly at: Hpa;
  readonly level: number;
  readonly writeable: boolean;
}

/**
 * VT-d, 3.6 First-Stage Translation, of requests of users. Each entry used is marked as accessed, the last one of a write
 * as dirty. HW-VTD-20 21
 */
export function walkFirstStage(
  memory: MemoryBus,
  table: FirstStageTable,
  { iova, write }: { readonly iova: Iova; readonly write: boolean },
): Leaf | FaultReason {
  if (!isCanonical(iova)) return FaultReason.NotCanonical;
  const start = table.kept?.nearest(iova) ?? rootOf(table);
  if (typeof start === 'number') return start;
  if (write && start.rights === 0n) return FaultReason.ScalableNoWrite;
  let here: CachedTable = start;
  for (;;) {
    const { level } = here;
    const offset = entryIndex(iova, level) * 8n;
    const entry = memory.read64(here.place + offset);
    const rights = here.rights & entry;
    const refused = check(entry, level, write && rights === 0n);
    if (refused !== undefined) return refused;
    const at = here.address + offset;
    if (isLeaf(entry, level)) {
      return finish(memory, table, { entry, at, level, writeable: rights !== 0n }, write);
    }
    const error = setBits(memory, table, { entry, at }, FIRST_STAGE_ACCESSED);
    if (error !== undefined) return error;
    const address = addressIn(entry);
    const place = table.locate(address, 'read');
    if (typeof place === 'number') return place;
    here = { level: level - 1, address, place, rights };
    table.kept?.keep(iova, here);
  }
}

function rootOf(table: FirstStageTable): CachedTable | FaultReason {
  const place = table.locate(table.root, 'root');
  if (typeof place === 'number') return place;
  return { level: LEVELS, address: table.root, place, rights: FIRST_STAGE_WRITE };
}

function isCanonical(iova: Iova): boolean {
  return iova < SIGN_BITS || iova >= (1n << 64n) - SIGN_BITS;
}

/** What is wrong with an entry, in the order in which it is looked at. HW-VTD-74 */
function check(entry: bigint, level: number, lacksWrite: boolean): FaultReason | undefined {
  if (!isFirstStagePresent(entry)) return FaultReason.FirstStageNotPresent;
  if (!(entry & FIRST_STAGE_USER)) return FaultReason.UserAccess;
  if (lacksWrite) return FaultReason.ScalableNoWrite;
  const address = addressIn(entry);
  const isLarge = level > 1 && isLeaf(entry, level);
  const isSkewed = isLarge && (level > 3 || address % entrySpan(level) !== 0n);
  return address >> HOST_ADDRESS_BITS || isSkewed ? FaultReason.FirstStageReserved : undefined;
}

function finish(
  memory: MemoryBus,
  table: FirstStageTable,
  found: Found,
  write: boolean,
): Leaf | FaultReason {
  const { entry, level, writeable } = found;
  const error = setBits(
    memory,
    table,
    found,
    write ? FIRST_STAGE_ACCESSED | FIRST_STAGE_DIRTY : FIRST_STAGE_ACCESSED,
  );
  if (error !== undefined) return error;
  return {
    address: addressIn(entry),
    size: entrySpan(level),
    read: true,
    write: writeable,
    clean: !write && (entry & FIRST_STAGE_DIRTY) === 0n,
  };
}

/** VT-d, 3.6.2: an entry that has its marks is not written. HW-VTD-23 */
function setBits(
  memory: MemoryBus,
  table: FirstStageTable,
  { entry, at }: Pick<Found, 'entry' | 'at'>,
  bits: bigint,
): FaultReason | undefined {
  if ((entry & bits) === bits) return undefined;
  const place = table.locate(at, 'update');
  if (typeof place === 'number') return place;
  memory.write64(place, entry | bits);
  return undefined;
}
