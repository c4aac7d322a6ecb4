import { setImmediate } from 'node:timers/promises';

export type Direction = 'read' | 'write';

/** An access of a device that no memory or register answered, as its translation led nowhere. */
const refused = /^Invalid (read|write) at addr 0x[0-9A-F]+, /;

/** What makes QEMU tell of them: since version 10 an option of its own. */
export function faultArguments(qemuVersion: number): readonly string[] {
  return ['-d', qemuVersion < 10 ? 'guest_errors' : 'guest_errors,invalid_mem'];
}

/** Is this line of QEMU's standard error about such an access? */
export function isFault(line: string): boolean {
  return refused.test(line);
}

/**
 * What QEMU's emulated IOMMU refused, of whatever kind it is, and for whatever reason. The kernel's own messages are no
 * substitute, as it prints ten in five seconds at most. QEMU does not say whose access it was: one device moves at a time.
 */
export class FaultLog {
  private readonly counts: Record<Direction, number> = { read: 0, write: 0 };

  /** A line of QEMU's standard error. */
  add(line: string): void {
    const [, direction] = refused.exec(line) ?? [];
    if (direction === 'read' || direction === 'write') this.counts[direction]++;
  }

  /**
   * What was refused so far. QEMU wrote the line before the device became idle, so it is in our pipe at the latest when
   * the agent's answer is; one turn of the event loop reads both.
   */
  async count(direction: Direction): Promise<number> {
    await setImmediate();
    await setImmediate();
    return this.counts[direction];
  }
}
