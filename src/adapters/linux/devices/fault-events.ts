import type { Direction } from './fault-log.ts';

/** An access that came to nothing: whose, and of which kind, as far as QEMU says. */
export interface Refusal {
  readonly source?: number;
  readonly direction?: Direction;
}

/** Trace events of an IOMMU of QEMU: what to ask for, and what a line of them says. */
export interface FaultEvents {
  readonly names: readonly string[];
  refusals(line: string): readonly Refusal[];
}

const vtdFault = /^vtd_dmar_fault .*\bsid (0x[0-9a-f]+) .* write ([01])$/;
/** The kernel asked not to be told; QEMU does not say whose access it was. */
const vtdSilentFault = /^vtd_fault_disabled\b/;
const vtdCachedEntry = /^vtd_iotlb_page_hit .*\bsid (0x[0-9a-f]+) .*pte (0x[0-9a-f]+) /;
/** What a table entry permits: VT-d, second-stage paging entries. */
const permission: Readonly<Record<Direction, bigint>> = { read: 1n, write: 2n };

/** A cached translation without the permission raises no fault in QEMU: the access comes to nothing all the same. */
export const vtdEvents: FaultEvents = {
  names: ['vtd_dmar_fault', 'vtd_fault_disabled', 'vtd_iotlb_page_hit'],
  refusals(line) {
    if (vtdSilentFault.test(line)) return [{}];
    const [, faulty, write] = vtdFault.exec(line) ?? [];
    if (faulty !== undefined) {
      return [{ source: Number(faulty), direction: write === '1' ? 'write' : 'read' }];
    }
    const [, source, entry] = vtdCachedEntry.exec(line) ?? [];
    if (source === undefined || entry === undefined) return [];
    return (['read', 'write'] as const)
      .filter((direction) => (BigInt(entry) & permission[direction]) === 0n)
      .map((direction) => ({ source: Number(source), direction }));
  },
};

const smmuEvent = /^smmuv3_record_event .*\bsid=(0x[0-9a-f]+)$/;
/** A stream table entry that aborts: there is no event then. */
const smmuAbort = /^smmuv3_translate_abort .*\bsid=(0x[0-9a-f]+) abort .*is_write=([01])$/;

/** An event does not say of which kind the access was: a device has one at a time. */
export const smmuEvents: FaultEvents = {
  names: ['smmuv3_record_event', 'smmuv3_translate_abort'],
  refusals(line) {
    const [, source] = smmuEvent.exec(line) ?? [];
    if (source !== undefined) return [{ source: Number(source) }];
    const [, aborted, write] = smmuAbort.exec(line) ?? [];
    if (aborted === undefined) return [];
    return [{ source: Number(aborted), direction: write === '1' ? 'write' : 'read' }];
  },
};
