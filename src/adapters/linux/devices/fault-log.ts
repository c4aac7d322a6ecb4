import { setImmediate } from 'node:timers/promises';

export type Direction = 'read' | 'write';

const fault = /^vtd_dmar_fault .*\bsid (0x[0-9a-f]+) .* write ([01])$/;
/** The kernel asked not to be told; QEMU does not say whose access it was. */
const silentFault = /^vtd_fault_disabled\b/;
const cachedEntry = /^vtd_iotlb_page_hit .*\bsid (0x[0-9a-f]+) .*pte (0x[0-9a-f]+) /;
/** What a table entry permits: VT-d, second-stage paging entries. */
const permission: Readonly<Record<Direction, bigint>> = { read: 1n, write: 2n };

/** Trace events of QEMU that this log needs. */
export const faultEvents = ['vtd_dmar_fault', 'vtd_fault_disabled', 'vtd_iotlb_page_hit'] as const;

/** Is this line of QEMU's standard error one of these events? */
export function isFaultEvent(line: string): boolean {
  return faultEvents.some((event) => line.includes(`${event} `));
}

/**
 * What QEMU's emulated VT-d refused, from its trace events. The kernel's own messages are no substitute, as it prints
 * ten in five seconds at most. A cached translation without the permission raises no fault in QEMU: the access comes
 * to nothing all the same, and counts.
 */
export class FaultLog {
  private readonly counts: Record<Direction, Map<number, number>> = {
    read: new Map(),
    write: new Map(),
  };
  private anonymous = 0;

  /** A line of QEMU's standard error. */
  add(line: string): void {
    const event = line.replace(/^\d+@[\d.]+:/, '');
    if (silentFault.test(event)) this.anonymous++;
    const [, faulty, write] = fault.exec(event) ?? [];
    if (faulty !== undefined) return this.note(Number(faulty), write === '1' ? 'write' : 'read');
    const [, source, entry] = cachedEntry.exec(event) ?? [];
    if (source === undefined || entry === undefined) return;
    for (const direction of ['read', 'write'] as const) {
      if ((BigInt(entry) & permission[direction]) === 0n) this.note(Number(source), direction);
    }
  }

  private note(source: number, direction: Direction): void {
    const counts = this.counts[direction];
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }

  /**
   * What was refused so far to the device with that bus, device and function number. QEMU wrote the line before the
   * device became idle, so it is in our pipe at the latest when the agent's answer is; one turn of the event loop reads
   * both.
   */
  async count(source: number, direction: Direction): Promise<number> {
    await setImmediate();
    await setImmediate();
    return this.anonymous + (this.counts[direction].get(source) ?? 0);
  }
}
