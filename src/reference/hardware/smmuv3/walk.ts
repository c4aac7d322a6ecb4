import type { Hpa } from '#formats/addresses.ts';
import { EventId, FaultClass } from '#formats/smmuv3/events.ts';
import {
  ACCESS_FLAG,
  DIRTY_MANAGED,
  READ_ONLY,
  TABLE_READ_ONLY,
  NOT_GLOBAL,
  addressIn,
  entryOffset,
  isLeaf,
  isMalformed,
  isValid,
  spanOf,
  stage1Rights,
  stage2Rights,
} from '#formats/smmuv3/translation-table.ts';
import type { TranslationTable } from '#formats/smmuv3/translation-table.ts';

import type { MemoryBus } from '../bus.ts';
import { grants } from '../translation.ts';
import type { Leaf } from '../translation.ts';
import type { Fault } from './fault.ts';
import { ADDRESS_BITS } from './identification.ts';

/** Where the output of stage 1 is in memory, for a read of its tables or of a context descriptor. */
export type Locate = (address: bigint, why: FaultClass, write?: boolean) => Hpa | Fault;

/** What a walk may write into a table: CD.HA and CD.HD, and whether the request is a write. */
export interface Updates {
  readonly access: boolean;
  readonly dirty: boolean;
  readonly write: boolean;
}

const noUpdates: Updates = { access: false, dirty: false, write: false };

/** Armv8-A, D8.2, stage 1. Each table is found by `locate`, through stage 2 where there is one. HW-SMU-07 09 */
export function walkStage1({
  memory,
  table,
  address,
  locate,
  updates,
}: Omit<Walk, 'rightsOf'>): Leaf | Fault {
  const rightsOf = (leaf: bigint, tables: bigint) => ({
    ...stage1Rights(leaf, tables),
    global: !(leaf & NOT_GLOBAL),
  });
  return walk({ memory, table, address, locate, updates, rightsOf });
}

/** Armv8-A, D8.2, stage 2. HW-SMU-08 09 */
export function walkStage2(
  memory: MemoryBus,
  table: TranslationTable,
  address: bigint,
): Leaf | Fault {
  const locate = (place: Hpa): Hpa => place;
  return walk({ memory, table, address, locate, updates: noUpdates, rightsOf: stage2Rights });
}

interface Walk {
  readonly memory: MemoryBus;
  readonly table: TranslationTable;
  readonly address: bigint;
  readonly locate: Locate;
  readonly updates: Updates;
  readonly rightsOf: (leaf: bigint, tables: bigint) => Pick<Leaf, 'read' | 'write' | 'global'>;
}

function walk(request: Walk): Leaf | Fault {
  const { memory, table, address, locate } = request;
  const { root, inputBits, startLevel, granule } = table;
  if (address >> inputBits) return { id: EventId.Translation };
  let [next, tables] = [root, 0n];
  for (let level = startLevel; ; level += 1) {
    const place = { level, granule, isFirst: level === startLevel };
    const entry = next + entryOffset(address, place);
    const at = locate(entry, FaultClass.TableWalk);
    if (typeof at !== 'bigint') return at;
    const descriptor = memory.read64(at);
    if (!isValid(descriptor) || isMalformed(descriptor, level, granule)) {
      return { id: EventId.Translation };
    }
    next = addressIn(descriptor);
    if (next >> ADDRESS_BITS) return { id: EventId.AddressSize };
    if (isLeaf(descriptor, level)) {
      const size = spanOf(level, granule);
      return leafOf(request, { entry, descriptor, tables, size });
    }
    tables |= descriptor;
  }
}

/** A descriptor that is a leaf: where it is, as stage 1 has it, and what the tables above it said. */
interface Found {
  readonly entry: bigint;
  readonly descriptor: bigint;
  readonly tables: bigint;
  readonly size: bigint;
}

/**
 * Armv8-A, D8.4.5 and D8.4.6, SMMUv3, 3.13: 1. the access flag is set, or missing. 2. A page with DBM that is read-only is
 * clean: it may be written, and a write makes it dirty. 3. What has changed is written back, by the right to do so.
 */
function leafOf(request: Walk, { entry, descriptor, tables, size }: Found): Leaf | Fault {
  const { updates, rightsOf } = request;
  if (!(descriptor & ACCESS_FLAG) && !updates.access) return { id: EventId.Access };
  const isManaged =
    updates.dirty && (descriptor & DIRTY_MANAGED) !== 0n && !(tables & TABLE_READ_ONLY);
  const dirty = isManaged ? descriptor & ~READ_ONLY : descriptor;
  const rights = rightsOf(dirty, tables);
  const written = (updates.write && rights.write ? dirty : descriptor) | ACCESS_FLAG;
  const fault = written === descriptor ? undefined : update(request, entry, written);
  if (fault) return fault;
  const next = addressIn(descriptor);
  const clean = isManaged && (written & READ_ONLY) !== 0n;
  return { address: next - (next % size), size, ...rights, ...(clean && { clean }) };
}

function update({ memory, locate }: Walk, entry: bigint, descriptor: bigint): Fault | undefined {
  const at = locate(entry, FaultClass.TableWalk, true);
  if (typeof at !== 'bigint') return at;
  memory.write64(at, descriptor);
  return undefined;
}

/** SMMUv3, 3.4: the rights of a leaf, where the request wants more. */
export function checkRights(leaf: Leaf, write: boolean): Fault | undefined {
  return grants(leaf, { write }) ? undefined : { id: EventId.Permission };
}
