import type { Iova, Rid } from '#formats/addresses.ts';
import { type EventCode } from '#formats/amd/event-code.ts';

export interface Event {
  readonly code: EventCode;
  readonly rid: Rid;
  readonly address: Iova;
  readonly write: boolean;
}

/** AMD IOMMU, 2.5 Event Logging. Of the log in memory that Linux asks for: 512 entries. */
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
