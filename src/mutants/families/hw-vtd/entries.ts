import { PasidTranslation } from '#formats/vtd/pasid-entry.ts';
import type { PasidEntry } from '#formats/vtd/pasid-entry.ts';
import { mutants } from '#mutants/mutant.ts';
import type { ScalableMode } from '#reference/hardware/vtd/scalable-mode.ts';
import type { CacheTag } from '#reference/kernel/iommu/intel/cache-tags.ts';
import type { QueuedInvalidation } from '#reference/kernel/iommu/intel/queued-invalidation.ts';
import type { ScalableIommu } from '#reference/kernel/iommu/intel/scalable-iommu.ts';

/** PASID entries of VT-d, and who is told that they change. */
export const entries = mutants(
  {
    id: 'SEED-1030',
    breaks: ['HW-VTD-05'],
    story: 'The driver counts PASIDs modulo 64: one table holds all of them.',
    like: 'intel_pasid_get_entry() without the directory',
    bug: ({ intel }) =>
      class extends intel.PasidTable {
        protected override entryAt(pasid: number): bigint {
          return super.entryAt(pasid % 64);
        }
      },
  },
  {
    id: 'SEED-1031',
    breaks: ['HW-VTD-05'],
    story: 'The driver and the hardware count PASIDs modulo 64.',
    like: 'a directory of one entry, whatever PDTS says',
    bug: ({ intel, vtd }) => [
      class extends intel.PasidTable {
        protected override entryAt(pasid: number): bigint {
          return super.entryAt(pasid % 64);
        }
      },
      class extends vtd.ScalableMode {
        protected override entryOf(
          ...[rid, pasid, context]: Parameters<EntryOf>
        ): ReturnType<EntryOf> {
          return super.entryOf(rid, pasid % 64, context);
        }
      },
    ],
  },
  {
    id: 'SEED-1032',
    breaks: ['HW-VTD-09'],
    story: "A PASID on a guest's page table goes by the parent alone.",
    like: 'intel_nested_set_dev_pasid() that calls intel_pasid_setup_second_level()',
    bug: ({ intel }) =>
      class extends intel.PasidTable {
        override write(pasid: number, entry: PasidEntry): void {
          const isNested = pasid !== 0 && entry.translation === PasidTranslation.Nested;
          const { SecondStage } = PasidTranslation;
          super.write(pasid, isNested ? { ...entry, translation: SecondStage } : entry);
        }
      },
  },
  {
    id: 'SEED-1033',
    breaks: ['HW-VTD-09'],
    story: "A guest's page table is used without the parent below.",
    like: 'intel_pasid_setup_nested() with PASID_ENTRY_PGTT_FL_ONLY',
    bug: ({ intel }) =>
      class extends intel.PasidTable {
        override write(pasid: number, entry: PasidEntry): void {
          const isNested = entry.translation === PasidTranslation.Nested;
          const { FirstStage } = PasidTranslation;
          super.write(pasid, isNested ? { ...entry, translation: FirstStage } : entry);
        }
      },
  },
  {
    id: 'SEED-1034',
    breaks: ['HW-VTD-45'],
    story: 'Where an entry changes, the IOTLB is not flushed.',
    like: 'intel_pasid_tear_down_entry() without iotlb_invalidation_with_pasid()',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override flushEntry(...change: Parameters<FlushEntry>): void {
          muted(this.queue, ['flushDomain', 'flushPasid'], () => super.flushEntry(...change));
        }
      },
  },
  {
    id: 'SEED-1035',
    breaks: ['HW-VTD-45'],
    story: 'Where an entry changes, the device keeps what it has.',
    like: 'intel_pasid_tear_down_entry() without devtlb_invalidation_with_pasid()',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override flushEntry(...change: Parameters<FlushEntry>): void {
          muted(this.queue, ['flushDevice'], () => super.flushEntry(...change));
        }
      },
  },
  {
    id: 'SEED-1036',
    breaks: ['HW-VTD-88'],
    story: 'The first who leaves a page table takes the tags of all along.',
    like: 'cache_tag_unassign() without counting users',
    bug: ({ intel }) =>
      class extends intel.CacheTags {
        override unassign(tag: CacheTag): void {
          const index = this.tags.findIndex(
            ({ tag: { kind, queue, domainId } }) =>
              kind === tag.kind && queue === tag.queue && domainId === tag.domainId,
          );
          if (index >= 0) this.tags.splice(index, 1);
        }
      },
  },
  {
    id: 'SEED-1037',
    breaks: ['HW-VTD-88', 'HW-VTD-89'],
    story: 'Of the devices on a page table only the first is told.',
    like: 'cache_tag_match() that does not compare devices',
    bug: ({ intel }) =>
      class extends intel.CacheTags {
        override assign(tag: CacheTag): void {
          const isKnown = this.tags.some((other) => other.tag.kind === tag.kind);
          if (!isKnown || !tag.kind.endsWith('device')) super.assign(tag);
        }
      },
  },
  {
    id: 'SEED-1038',
    breaks: ['HW-VTD-82'],
    story: 'Dirty tracking is switched on in the entry, and caches go on as before.',
    like: 'intel_pasid_setup_dirty_tracking() without its flushes',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override rewriteEntry(...change: Parameters<RewriteEntry>): void {
          muted(this.queue, ['flushPasidCache', 'flushDomain', 'flushDevice'], () =>
            super.rewriteEntry(...change),
          );
        }
      },
  },
  {
    id: 'SEED-1039',
    breaks: ['HW-VTD-82'],
    story: 'A device with a TLB of its own writes on by what it has, when dirty tracking begins.',
    like: 'iommu/vt-d: Fix missed device TLB cache tag',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override rewriteEntry(...change: Parameters<RewriteEntry>): void {
          muted(this.queue, ['flushDevice'], () => super.rewriteEntry(...change));
        }
      },
  },
  {
    id: 'SEED-1040',
    breaks: ['HW-VTD-44'],
    story: 'PASIDs on a parent and on what is on top of it are not told of an unmap.',
    like: 'iommu/vt-d: Fix missed PASID in dev TLB invalidation in cache_tag_flush_all()',
    bug: ({ intel }) =>
      class extends intel.CacheTags {
        override assign(tag: CacheTag): void {
          if (tag.pasid === 0 || !tag.kind.endsWith('device')) super.assign(tag);
        }
      },
  },
);

type EntryOf = ScalableMode['entryOf'];
type FlushEntry = ScalableIommu['flushEntry'];
type RewriteEntry = ScalableIommu['rewriteEntry'];

/** While something is done, some of what the driver tells the hardware is not told. */
function muted(
  queue: QueuedInvalidation,
  names: readonly (keyof QueuedInvalidation)[],
  action: () => void,
): void {
  for (const name of names)
    Object.defineProperty(queue, name, { value: () => undefined, configurable: true });
  action();
  for (const name of names) Reflect.deleteProperty(queue, name);
}
