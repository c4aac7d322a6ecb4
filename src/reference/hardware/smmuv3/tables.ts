import type { Hpa } from '#formats/addresses.ts';
import { decodeContext } from '#formats/smmuv3/context-descriptor.ts';
import type { ContextDescriptor } from '#formats/smmuv3/context-descriptor.ts';
import { EventId } from '#formats/smmuv3/events.ts';
import {
  decodeLevel1,
  decodeSte,
  entryAddress,
  level1Address,
} from '#formats/smmuv3/stream-table-entry.ts';
import type { Ste, StreamId } from '#formats/smmuv3/stream-table-entry.ts';

import type { MemoryBus } from '../bus.ts';
import type { Fault } from './fault.ts';

/** 5.2: C_BAD_STREAMID where no table of the second level is there, C_BAD_STE. HW-SMU-01 */
export function readSte(
  memory: MemoryBus,
  table: Hpa,
  { stream, substreamBits }: { readonly stream: StreamId; readonly substreamBits: number },
): Ste | Fault {
  const level2 = decodeLevel1(memory.read64(level1Address(table, stream)), stream);
  if (level2 === undefined) return { id: EventId.BadStreamId };
  const address = entryAddress(level2, stream);
  const words = [0n, 8n, 16n, 24n].map((at) => memory.read64(address + at));
  return decodeSte(words, BigInt(substreamBits)) ?? { id: EventId.BadSte };
}

/** 5.4: C_BAD_CD, also for one with S where it may not be set. HW-SMU-05 25 */
export function readContext(
  memory: MemoryBus,
  address: Hpa,
  mayStall: boolean,
): ContextDescriptor | Fault {
  const context = decodeContext(memory.read64(address), memory.read64(address + 8n));
  const isBad = context === undefined || (context.stalls && !mayStall);
  return isBad ? { id: EventId.BadCd } : context;
}
