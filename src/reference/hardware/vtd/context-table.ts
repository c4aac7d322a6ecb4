import type { Hpa, Rid } from '#formats/addresses.ts';

import type { MemoryBus } from '../bus.ts';
import { FaultReason } from './faults.ts';
import type { Refusal } from './faults.ts';
import { ADDRESS_MASK } from './root-table.ts';
import { levelsOfWidth } from './second-stage.ts';

const PRESENT = 1n << 0n;
const FAULT_PROCESSING_DISABLE = 1n << 1n;
const LOW_RESERVED = ~(ADDRESS_MASK | 0xfn);
/** Bits 7 and 63:24; bits 6:3 are left to software. */
const HIGH_RESERVED = ~0xff_ff7fn;
const ENTRY_SIZE = 16n;

export const TranslationType = { Untranslated: 0n, WithDeviceTlb: 1n, PassThrough: 2n } as const;

/** VT-d, 9.3 Context Entry. HW-VTD-03 */
export interface ContextEntry {
  readonly domainId: number;
  readonly passThrough: boolean;
  readonly secondStageTable: Hpa;
  readonly levels: 3 | 4;
  /** FPD: refusals are not recorded. */
  readonly silent: boolean;
}

export function contextEntryAddress(contextTable: Hpa, rid: Rid): Hpa {
  return contextTable + BigInt(rid & 0xff) * ENTRY_SIZE;
}

/** Both words of a present entry with a second-stage table. */
export function encodeContextEntry(
  entry: Pick<ContextEntry, 'domainId' | 'secondStageTable' | 'levels'>,
): { readonly low: bigint; readonly high: bigint } {
  const low = entry.secondStageTable | (TranslationType.Untranslated << 2n) | PRESENT;
  return { low, high: (BigInt(entry.domainId) << 8n) | BigInt(entry.levels - 2) };
}

/** VT-d, 3.4.3 Context-Table, and 9.3 Context Entry. */
export function readContextEntry(
  memory: MemoryBus,
  contextTable: Hpa,
  rid: Rid,
): ContextEntry | Refusal {
  const address = contextEntryAddress(contextTable, rid);
  const [low, high] = [memory.read64(address), memory.read64(address + 8n)];
  const silent = (low & FAULT_PROCESSING_DISABLE) !== 0n;
  if (!(low & PRESENT)) return { reason: FaultReason.ContextEntryNotPresent, silent };
  if (low & LOW_RESERVED || high & HIGH_RESERVED) {
    return { reason: FaultReason.ContextEntryReserved, silent };
  }
  const entry = decode(low, high, silent);
  return entry ?? { reason: FaultReason.ContextEntryInvalid, silent };
}

function decode(low: bigint, high: bigint, silent: boolean): ContextEntry | undefined {
  const type = (low >> 2n) & 3n;
  const levels = levelsOfWidth.get(high & 7n);
  if (type > TranslationType.PassThrough || levels === undefined) return undefined;
  return {
    domainId: Number((high >> 8n) & 0xffffn),
    passThrough: type === TranslationType.PassThrough,
    secondStageTable: low & ADDRESS_MASK,
    levels,
    silent,
  };
}
