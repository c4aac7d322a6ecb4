import { contextEntryAddress } from '#formats/vtd/context-entry.ts';
import type { FaultRecord } from '#formats/vtd/fault-record.ts';
import { FaultReason } from '#formats/vtd/fault-reason.ts';
import { mutants } from '#mutants/mutant.ts';
import type { DmaRequest } from '#reference/hardware/bus.ts';
import type { Leaf } from '#reference/hardware/translation.ts';
import type { ScalableMode } from '#reference/hardware/vtd/scalable-mode.ts';
import type { VtdUnit } from '#reference/hardware/vtd/vtd-unit.ts';
import type { PagingDomain } from '#reference/kernel/iommu/intel/paging-domain.ts';

type LeafFor = VtdUnit['leafFor'];
type LocateTable = ScalableMode['locateTable'];
type EntryOf = ScalableMode['entryOf'];
type WalkTables = ScalableMode['walkTables'];

/** What a VT-d records of accesses that it refuses, and what its driver makes of that. */
export const entries = mutants(
  {
    id: 'SEED-1456',
    breaks: ['HW-VTD-50'],
    story: 'A VT-d records a write that it refuses as a read.',
    like: 'bit 62 of a fault record read the wrong way round',
    bug: ({ vtd }) =>
      class extends vtd.FaultRecording {
        override record(fault: FaultRecord): void {
          super.record({ ...fault, write: !fault.write });
        }
      },
  },
  {
    id: 'SEED-1457',
    breaks: ['HW-VTD-50'],
    story: 'A VT-d records no PASIDs.',
    like: 'a fault record without PP',
    bug: ({ vtd }) =>
      class extends vtd.FaultRecording {
        override record({ pasid: _pasid, ...fault }: FaultRecord): void {
          super.record(fault);
        }
      },
  },
  {
    id: 'SEED-1458',
    breaks: ['HW-VTD-50', 'HW-VTD-73'],
    story: 'The driver of a VT-d reads a fault record, and does not clear it.',
    like: 'dmar_fault() without writing DMA_FRCD_F',
    bug: ({ vtd }) =>
      class extends vtd.FaultRecording {
        override clearRecord(): void {}
      },
  },
  {
    id: 'SEED-1459',
    breaks: ['HW-VTD-73'],
    story: 'After an overflow a VT-d never records a fault again.',
    like: 'iommu/vt-d: Clear Primary Fault Overflow only with PPF, not written at all',
    bug: ({ vtd }) =>
      class extends vtd.FaultRecording {
        override clearStatus(): void {
          const overflowed = this.hasOverflowed;
          super.clearStatus();
          this.hasOverflowed = overflowed;
        }
      },
  },
  {
    id: 'SEED-1460',
    breaks: ['HW-VTD-73'],
    story: 'A VT-d writes a second fault over the first one, which nobody has read.',
    like: 'a fault recording register that is taken whatever F says',
    bug: ({ vtd }) =>
      class extends vtd.FaultRecording {
        override record(fault: FaultRecord): void {
          super.clearRecord(0);
          super.record(fault);
        }
      },
  },
  {
    id: 'SEED-1461',
    breaks: ['HW-VTD-52'],
    story:
      "A table of the guest that the parent does not lead to is reported as the guest's own fault.",
    like: 'one reason for all that is missing on a nested walk',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        protected override locateTable(...walk: Parameters<LocateTable>): ReturnType<LocateTable> {
          const place = super.locateTable(...walk);
          return typeof place === 'number' ? FaultReason.FirstStageNotPresent : place;
        }
      },
  },
  {
    id: 'SEED-1462',
    breaks: ['HW-VTD-52'],
    story: 'A PASID without an entry is reported as one whose entry makes no sense.',
    like: 'PASID entries whose present bit is one of the reserved bits',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        protected override entryOf(...place: Parameters<EntryOf>): ReturnType<EntryOf> {
          const entry = super.entryOf(...place);
          const { PasidEntryReserved: reason } = FaultReason;
          return 'reason' in entry ? { ...entry, reason } : entry;
        }
      },
  },
  {
    id: 'SEED-1463',
    breaks: ['HW-VTD-53'],
    story: 'A VT-d records each request for a translation that it has none for.',
    like: 'translation requests that are faults as other requests are',
    bug: ({ vtd }) =>
      class extends vtd.VtdUnit {
        override requestTranslation(request: DmaRequest): Leaf | undefined {
          const leaf = super.requestTranslation(request);
          const { iova: address, ...of } = request;
          const reason = FaultReason.FirstStageNotPresent;
          if (!leaf) this.faults.record({ ...of, address, reason });
          return leaf;
        }
      },
  },
  {
    id: 'SEED-1464',
    breaks: ['HW-VTD-53'],
    story: 'A VT-d records nothing of a request for a translation, whatever it meets.',
    like: 'every fault of a translation request taken for one that can be helped',
    bug: ({ vtd }) =>
      class extends vtd.VtdUnit {
        override requestTranslation(request: DmaRequest): Leaf | undefined {
          const before = this.faults.records.length;
          const leaf = super.requestTranslation(request);
          if (before === 0) this.faults.clear();
          return leaf;
        }
      },
  },
  {
    id: 'SEED-1465',
    breaks: ['HW-VTD-74'],
    story: 'A VT-d asks whether an entry may be written when it has looked at all of them.',
    like: 'a first-stage walk with R/W checked at its end',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        protected override walkTables(
          ...[table, access]: Parameters<WalkTables>
        ): ReturnType<WalkTables> {
          const read = super.walkTables(table, { ...access, write: false });
          return typeof read === 'number' ? read : super.walkTables(table, access);
        }
      },
  },
  {
    id: 'SEED-1466',
    breaks: ['HW-VTD-75'],
    story:
      'A VT-d in legacy mode reports an address beyond its tables as a page that may not be read.',
    like: 'a width that is only looked at by the walk',
    bug: ({ vtd }) =>
      class extends vtd.VtdUnit {
        protected override leafFor(...request: Parameters<LeafFor>): ReturnType<LeafFor> {
          const leaf = super.leafFor(...request);
          return leaf === FaultReason.BeyondAddressWidth ? FaultReason.NoRead : leaf;
        }
      },
  },
  {
    id: 'SEED-1467',
    breaks: ['HW-VTD-75'],
    story: 'A VT-d in legacy mode reports a write to a page that is not there as a read.',
    like: 'one reason for all that is not present',
    bug: ({ vtd }) =>
      class extends vtd.VtdUnit {
        protected override leafFor(...request: Parameters<LeafFor>): ReturnType<LeafFor> {
          const leaf = super.leafFor(...request);
          return leaf === FaultReason.NoWrite ? FaultReason.NoRead : leaf;
        }
      },
  },
  {
    id: 'SEED-1468',
    breaks: ['HW-VTD-50'],
    story: 'The driver of a VT-d leaves fault processing disabled in context entries.',
    like: 'domain_context_mapping_one() without context_set_fault_enable()',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        protected override setContext(rid: number, domain: PagingDomain): void {
          super.setContext(rid, domain);
          const at = contextEntryAddress(this.contextTable(rid), rid);
          const { memory } = this.pages;
          memory.write64(at, memory.read64(at) | 2n);
        }
      },
  },
  {
    id: 'SEED-1805',
    breaks: ['HW-VTD-50'],
    story: 'What another device was refused is logged as of the one that is asked about.',
    like: 'a log that is read without looking at the requester',
    bug: ({ intel }) =>
      class extends intel.FaultLog {
        private readonly requesters = new Set<number>();

        override take(rid: number): readonly FaultRecord[] {
          this.requesters.add(rid);
          return [...this.requesters].flatMap((each) => super.take(each));
        }
      },
  },
);
