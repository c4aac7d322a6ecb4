import type { Hpa } from '#formats/addresses.ts';
import { bits, field } from '#formats/bits.ts';

import type { MemoryBus } from '../bus.ts';
import { granuleIn, startLevel } from './descriptors.ts';
import { EventId } from './fault.ts';
import type { Fault } from './fault.ts';
import type { TranslationTable } from './walk.ts';

/** Bytes. */
export const DESCRIPTOR_SIZE = 64n;
const VALID = 1n << 31n;
const AARCH64 = 1n << 41n;
const RECORD = 1n << 45n;
const ABORT = 1n << 46n;
/** EPD0: TTB0 is not to be walked. */
const NO_WALK = 1n << 14n;
/** EPD1: nor is TTB1. */
const NO_UPPER_WALK = 1n << 30n;
const ASET = 1n << 47n;
const TABLE_ADDRESS = 0x000f_ffff_ffff_fff0n;

/** SMMUv3, 5.4 Context Descriptor: the stage-1 table of an address space. HW-SMU-05 */
export interface ContextDescriptor {
  readonly asid: number;
  readonly table: TranslationTable;
  readonly walks: boolean;
  /** R: faults are recorded. */
  readonly records: boolean;
}

/** Four words; the rest is 0. `control` is T0SZ to SH0 and IPS. */
export function encodeContext(context: {
  readonly asid: number;
  readonly control: bigint;
  readonly table: Hpa;
}): readonly bigint[] {
  const flags = VALID | AARCH64 | RECORD | ABORT | NO_UPPER_WALK | ASET;
  return [field(context.asid, 63, 48) | flags | context.control, context.table, 0n, 0n];
}

/** 5.4: C_BAD_CD. Two words tell all that this unit needs. */
export function readContext(memory: MemoryBus, address: Hpa): ContextDescriptor | Fault {
  const [low, table] = [memory.read64(address), memory.read64(address + 8n)];
  const granule = granuleIn(bits(low, 7, 6));
  const inputBits = 64n - bits(low, 5, 0);
  const fits = inputBits >= 25n && inputBits <= 48n;
  if (!(low & VALID) || !(low & AARCH64) || granule === undefined || !fits) {
    return { id: EventId.BadCd };
  }
  const root = table & TABLE_ADDRESS;
  return {
    asid: Number(bits(low, 63, 48)),
    table: { root, inputBits, startLevel: startLevel(inputBits, granule), granule },
    walks: (low & NO_WALK) === 0n,
    records: (low & RECORD) !== 0n,
  };
}
