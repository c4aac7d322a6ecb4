import { pagesOf } from '#formats/vtd/descriptors.ts';
import type { Descriptor } from '#formats/vtd/descriptors.ts';
import { mutants } from '#mutants/mutant.ts';
import type { CacheTag } from '#reference/kernel/iommu/intel/cache-tags.ts';
import type { ScalableIommu } from '#reference/kernel/iommu/intel/scalable-iommu.ts';

type FlushEntry = Parameters<ScalableIommu['flushEntry']>;

/** What stays in the IOTLB of a VT-d that had to go. */
export const entries = mutants(
  {
    id: 'SEED-1801',
    breaks: ['HW-VTD-44', 'HW-VTD-34'],
    story:
      "Of two guests' page tables on one parent only the first is flushed where the parent changes.",
    like: 'cache_tage_match() that does not look at the domain id',
    bug: ({ intel }) =>
      class extends intel.CacheTags {
        override assign(tag: CacheTag): void {
          const known = this.tags.find((other) => other.tag.kind === 'nesting');
          const isNesting = known && tag.kind === 'nesting' && tag.pasid === known.tag.pasid;
          super.assign(isNesting ? known.tag : tag);
        }
      },
  },
  {
    id: 'SEED-1802',
    breaks: ['HW-VTD-45', 'HW-VTD-34'],
    story: 'Who leaves a second stage leaves in the IOTLB what it was translated by.',
    like: 'intel_pasid_tear_down_entry() with a flush of the PASID alone',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override flushEntry(...[place, , domainId]: FlushEntry): void {
          this.queue.flushPasidCache(domainId, place.pasid);
          this.queue.flushPasid(domainId, place.pasid);
          this.queue.flushDevice(place.device.pci.requesterId, place.pasid || undefined);
        }
      },
  },
  {
    id: 'SEED-1803',
    breaks: ['HW-VTD-34', 'HW-VTD-76'],
    story:
      'A VT-d takes no invalidation of as many pages of a second stage as it says that it can.',
    like: 'a mask that is compared with MAMV by >=',
    bug: ({ vtd }) =>
      class extends vtd.InvalidationQueue {
        protected override invalidatePages(descriptor: Descriptor): boolean {
          return pagesOf(descriptor).mask < 18n && super.invalidatePages(descriptor);
        }
      },
  },
);
