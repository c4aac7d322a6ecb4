import { setImmediate } from 'node:timers/promises';

import type { FaultEvents, Refusal } from './fault-events.ts';

export type Direction = 'read' | 'write';

/**
 * What an emulated IOMMU refused, from trace events of QEMU. The kernel's own messages are no substitute, as it prints
 * ten in five seconds at most.
 */
export class FaultLog {
  private readonly events: FaultEvents;
  private readonly refusals: Refusal[] = [];

  constructor(events: FaultEvents) {
    this.events = events;
  }

  /** A line of QEMU's standard error. */
  add(line: string): void {
    this.refusals.push(...this.events.refusals(line.replace(/^\d+@[\d.]+:/, '')));
  }

  /** Is this line of QEMU's standard error one of the events? */
  isEvent(line: string): boolean {
    return this.events.names.some((event) => line.includes(`${event} `));
  }

  /**
   * What was refused so far to the device with that bus, device and function number. QEMU wrote the line before the
   * device became idle, so it is in our pipe at the latest when the agent's answer is; one turn of the event loop reads
   * both.
   */
  async count(source: number, direction: Direction): Promise<number> {
    await setImmediate();
    await setImmediate();
    return this.refusals.filter(
      (refusal) =>
        (refusal.source ?? source) === source && (refusal.direction ?? direction) === direction,
    ).length;
  }
}
