import type { Iova, Rid } from '#formats/addresses.ts';

/** AMD IOMMU, 2.5 Event Logging: the codes of refused requests. */
export const EventCode = {
  IllegalDeviceTableEntry: 1,
  IoPageFault: 2,
  PageTableHardwareError: 4,
} as const;

export type EventCode = (typeof EventCode)[keyof typeof EventCode];

export interface Event {
  readonly code: EventCode;
  readonly rid: Rid;
  readonly address: Iova;
  readonly write: boolean;
}

/** Of the log in memory that Linux asks for: 512 entries. */
const CAPACITY = 512;

/** What was refused since software looked; events are lost while the log is full. */
export class EventLog {
  private readonly logged: Event[] = [];

  get events(): readonly Event[] {
    return this.logged;
  }

  log(event: Event): void {
    if (this.logged.length < CAPACITY) this.logged.push(event);
  }

  clear(): void {
    this.logged.length = 0;
  }
}
