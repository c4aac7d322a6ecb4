import type { Iova, Rid } from '../bus.ts';

/** VT-d, 7.1.3 Fault Conditions: reasons of legacy mode, and of a request with PASID that meets it. HW-VTD-51 52 */
export const FaultReason = {
  RootEntryNotPresent: 0x1,
  ContextEntryNotPresent: 0x2,
  ContextEntryInvalid: 0x3,
  BeyondAddressWidth: 0x4,
  NoWrite: 0x5,
  NoRead: 0x6,
  RootEntryReserved: 0xa,
  ContextEntryReserved: 0xb,
  PagingEntryReserved: 0xc,
  PasidInLegacyMode: 0x31,
} as const;

export type FaultReason = (typeof FaultReason)[keyof typeof FaultReason];

/** VT-d, 10.4.14 Fault Recording Registers. HW-VTD-50 */
export interface FaultRecord {
  readonly rid: Rid;
  /** Page of the refused access. */
  readonly address: Iova;
  readonly write: boolean;
  readonly reason: FaultReason;
}

const REGISTERS = 256;

/** VT-d, 7.2.1 Primary Fault Logging: faults are lost while all registers are taken. */
export class FaultRecording {
  private readonly taken: FaultRecord[] = [];
  private hasOverflowed = false;

  get records(): readonly FaultRecord[] {
    return this.taken;
  }

  /** FSTS.PFO */
  get overflowed(): boolean {
    return this.hasOverflowed;
  }

  record(fault: FaultRecord): void {
    if (this.taken.length === REGISTERS) this.hasOverflowed = true;
    else this.taken.push(fault);
  }

  /** Software read the records and clears them, and PFO. */
  clear(): void {
    this.taken.length = 0;
    this.hasOverflowed = false;
  }
}
