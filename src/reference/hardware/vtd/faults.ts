import type { FaultReason } from '#formats/vtd/fault-reason.ts';
import { decodeFaultRecord, encodeFaultRecord } from '#formats/vtd/fault-record.ts';
import type { FaultRecord } from '#formats/vtd/fault-record.ts';

/** A request that is not translated; `silent` ones (FPD) are not recorded. */
export interface Refusal {
  readonly reason: FaultReason;
  readonly silent: boolean;
}

export function isRefusal(found: object): found is Refusal {
  return 'reason' in found;
}

/** CAP.NFR says one less. */
const REGISTERS = 1;
const EMPTY = [0n, 0n] as const;

/**
 * VT-d, 7.2.1 Primary Fault Logging. Of a requester that has a record, no other fault is recorded until that one is cleared.
 * Where the next register is taken by another requester there is an overflow, and nothing is recorded until software clears
 * it. HW-VTD-50 73
 */
export class FaultRecording {
  private readonly registers: (readonly [bigint, bigint])[] = Array.from(
    { length: REGISTERS },
    () => EMPTY,
  );
  private next = 0;
  protected hasOverflowed = false;
  private isPending = false;
  private interrupt: () => void = () => undefined;

  /** Those that software has not cleared. */
  get records(): readonly FaultRecord[] {
    return this.registers.flatMap((words) => decodeFaultRecord(...words) ?? []);
  }

  /** FSTS.PFO */
  get overflowed(): boolean {
    return this.hasOverflowed;
  }

  /** FSTS.PPF, which is followed by an interrupt where it was not set. */
  get pending(): boolean {
    return this.isPending;
  }

  /** FEDATA and the registers beside it: where the interrupt goes. */
  enable(interrupt: () => void): void {
    this.interrupt = interrupt;
  }

  record(fault: FaultRecord): void {
    if (this.hasOverflowed || this.isRecorded(fault)) return;
    if (this.read(this.next)) {
      this.hasOverflowed = true;
      return;
    }
    this.registers[this.next] = encodeFaultRecord(fault);
    this.next = (this.next + 1) % REGISTERS;
    if (this.isPending) return;
    this.isPending = true;
    this.interrupt();
  }

  /** A fault recording register, undefined without F. */
  read(index: number): FaultRecord | undefined {
    return decodeFaultRecord(...(this.registers[index] ?? EMPTY));
  }

  /** How many there are. */
  get count(): number {
    return REGISTERS;
  }

  /** F, by writing 1. */
  clearRecord(index: number): void {
    this.registers[index] = EMPTY;
  }

  /** PFO and PPF, by writing 1. */
  clearStatus(): void {
    [this.hasOverflowed, this.isPending] = [false, false];
  }

  /** Software read the records and clears them, and PFO. */
  clear(): void {
    this.registers.fill(EMPTY);
    this.next = 0;
    this.clearStatus();
  }

  /** One of that requester waits for software. */
  protected isRecorded({ rid }: FaultRecord): boolean {
    return this.records.some((other) => other.rid === rid);
  }
}
