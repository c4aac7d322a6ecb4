import type { Iova, Rid } from '#formats/addresses.ts';
import type { FaultReason } from '#formats/vtd/fault-reason.ts';

/** A request that is not translated; `silent` ones (FPD) are not recorded. */
export interface Refusal {
  readonly reason: FaultReason;
  readonly silent: boolean;
}

export function isRefusal(found: object): found is Refusal {
  return 'reason' in found;
}

/** VT-d, 10.4.14 Fault Recording Registers. HW-VTD-50 */
export interface FaultRecord {
  readonly rid: Rid;
  readonly pasid?: number;
  /** Page of the refused access. */
  readonly address: Iova;
  readonly write: boolean;
  readonly reason: FaultReason;
}

const REGISTERS = 256;

/**
 * VT-d, 7.2.1 Primary Fault Logging. Of a requester that has a record, no other fault is recorded until that one is cleared;
 * with all registers taken there is an overflow, and nothing is recorded until software clears it. HW-VTD-50 73
 */
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
    const isPending = this.taken.some(({ rid }) => rid === fault.rid);
    if (this.hasOverflowed || isPending) return;
    if (this.taken.length === REGISTERS) this.hasOverflowed = true;
    else this.taken.push(fault);
  }

  /** Software read the records and clears them, and PFO. */
  clear(): void {
    this.taken.length = 0;
    this.hasOverflowed = false;
  }
}
