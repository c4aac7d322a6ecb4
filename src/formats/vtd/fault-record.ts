import type { Iova, Rid } from '../addresses.ts';
import { bits, field } from '../bits.ts';
import { PAGE_MASK } from '../page.ts';
import type { FaultReason } from './fault-reason.ts';

const FAULT = 1n << 63n;
const READ = 1n << 62n;
const PASID_PRESENT = 1n << 31n;
const [REASON, PASID, SOURCE] = [
  [39, 32],
  [59, 40],
  [15, 0],
] as const;

/** A refused access, as a fault recording register tells it. */
export interface FaultRecord {
  readonly rid: Rid;
  readonly pasid?: number;
  /** Page of the refused access. */
  readonly address: Iova;
  readonly write: boolean;
  readonly reason: FaultReason;
}

/** VT-d, 11.4.14 Fault Recording Registers: two words, of which the second one has F. HW-VTD-50 */
export function encodeFaultRecord(record: FaultRecord): readonly [bigint, bigint] {
  const { rid, pasid, address, write, reason } = record;
  const withPasid = pasid === undefined ? 0n : PASID_PRESENT | field(pasid, ...PASID);
  const kind = write ? 0n : READ;
  return [
    BigInt.asUintN(64, address & PAGE_MASK),
    FAULT | kind | withPasid | field(reason, ...REASON) | field(rid, ...SOURCE),
  ];
}

/** Undefined where software has cleared F, or nothing was recorded. */
export function decodeFaultRecord(low: bigint, high: bigint): FaultRecord | undefined {
  if (!(high & FAULT)) return undefined;
  return {
    rid: Number(bits(high, ...SOURCE)),
    ...(high & PASID_PRESENT ? { pasid: Number(bits(high, ...PASID)) } : {}),
    address: low,
    write: (high & READ) === 0n,
    reason: Number(bits(high, ...REASON)) as FaultReason,
  };
}
