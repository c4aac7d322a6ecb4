import type { Hpa } from '#formats/addresses.ts';
import { EventId, FaultClass } from '#formats/smmuv3/events.ts';
import {
  ACCESS_FLAG,
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
export type Locate = (address: bigint, why: FaultClass) => Hpa | Fault;

/** Armv8-A, D8.2, stage 1. Each table is found by `locate`, through stage 2 where there is one. HW-SMU-07 09 */
export function walkStage1(
  memory: MemoryBus,
  table: TranslationTable,
  address: bigint,
  locate: Locate,
): Leaf | Fault {
  const rightsOf = (leaf: bigint, tables: bigint) => ({
    ...stage1Rights(leaf, tables),
    global: !(leaf & NOT_GLOBAL),
  });
  return walk({ memory, table, address, locate, rightsOf });
}

/** Armv8-A, D8.2, stage 2. HW-SMU-08 09 */
export function walkStage2(
  memory: MemoryBus,
  table: TranslationTable,
  address: bigint,
): Leaf | Fault {
  return walk({ memory, table, address, locate: (place) => place, rightsOf: stage2Rights });
}

interface Walk {
  readonly memory: MemoryBus;
  readonly table: TranslationTable;
  readonly address: bigint;
  readonly locate: Locate;
  readonly rightsOf: (leaf: bigint, tables: bigint) => Pick<Leaf, 'read' | 'write' | 'global'>;
}

function walk({ memory, table, address, locate, rightsOf }: Walk): Leaf | Fault {
  const { root, inputBits, startLevel, granule } = table;
  if (address >> inputBits) return { id: EventId.Translation };
  let [next, tables] = [root, 0n];
  for (let level = startLevel; ; level += 1) {
    const place = { level, granule, isFirst: level === startLevel };
    const at = locate(next + entryOffset(address, place), FaultClass.TableWalk);
    if (typeof at !== 'bigint') return at;
    const descriptor = memory.read64(at);
    if (!isValid(descriptor) || isMalformed(descriptor, level, granule)) {
      return { id: EventId.Translation };
    }
    next = addressIn(descriptor);
    if (next >> ADDRESS_BITS) return { id: EventId.AddressSize };
    if (isLeaf(descriptor, level)) {
      if (!(descriptor & ACCESS_FLAG)) return { id: EventId.Access };
      const size = spanOf(level, granule);
      return { address: next - (next % size), size, ...rightsOf(descriptor, tables) };
    }
    tables |= descriptor;
  }
}

/** SMMUv3, 3.4: the rights of a leaf, where the request wants more. */
export function checkRights(leaf: Leaf, write: boolean): Fault | undefined {
  return grants(leaf, { write }) ? undefined : { id: EventId.Permission };
}
