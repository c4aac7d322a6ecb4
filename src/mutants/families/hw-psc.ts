import { domainOf, leavesOnlyOf, pasidOf } from '#formats/vtd/descriptors.ts';
import type { Descriptor } from '#formats/vtd/descriptors.ts';
import { mutants } from '#mutants/mutant.ts';
import type { PagingStructureCache } from '#reference/hardware/vtd/paging-structure-cache.ts';
import type { ScalableMode } from '#reference/hardware/vtd/scalable-mode.ts';
import type { CacheTag } from '#reference/kernel/iommu/intel/cache-tags.ts';

type SecondStage = Parameters<PagingStructureCache['invalidateSecondStage']>;
type FirstStage = Parameters<PagingStructureCache['invalidateFirstStage']>;
type Translate = ScalableMode['translate'];
type Flush = [iova: bigint, length: bigint, leavesOnly: boolean];

/** Paging-structure caches. */
export const entries = mutants(
  {
    id: 'SEED-1050',
    breaks: ['HW-PSC-05'],
    story: 'The driver always says that only leaves changed.',
    like: 'intel_iommu_tlb_sync() with an IH that is always set',
    bug: ({ intel }) =>
      class extends intel.CacheTags {
        protected override flush(tag: CacheTag, ...[iova, length]: Flush): void {
          super.flush(tag, iova, length, true);
        }
      },
  },
  {
    id: 'SEED-1051',
    breaks: ['HW-PSC-02', 'HW-PSC-04'],
    story: 'An invalidation of pages leaves the entries that lead to their tables.',
    like: 'a unit that takes IH=0 for IH=1',
    bug: ({ vtd }) =>
      class extends vtd.PagingStructureCache {
        override invalidateFirstStage(..._pages: FirstStage): void {}
      },
  },
  {
    id: 'SEED-1052',
    breaks: ['HW-PSC-02'],
    story: 'What a guest says of leaves is not passed on: the tables go with every invalidation.',
    like: 'intel_nested_cache_invalidate_user() that drops IOMMU_VTD_INV_FLAGS_LEAF',
    bug: ({ intel }) =>
      class extends intel.IntelNestedDomain {
        protected override flush(first: bigint, pages: bigint, _leavesOnly: boolean): void {
          super.flush(first, pages, false);
        }
      },
  },
  {
    id: 'SEED-1053',
    breaks: ['HW-PSC-04'],
    story: 'What a guest says of leaves is passed on turned round.',
    like: 'ih = !(flags & IOMMU_VTD_INV_FLAGS_LEAF)',
    bug: ({ intel }) =>
      class extends intel.IntelNestedDomain {
        protected override flush(first: bigint, pages: bigint, leavesOnly: boolean): void {
          super.flush(first, pages, !leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1054',
    breaks: ['HW-PSC-03'],
    story: 'IH counts where all of a PASID is invalidated.',
    like: 'a unit that keeps its paging-structure caches at a flush of a PASID',
    bug: ({ vtd }) =>
      class extends vtd.PagingStructureCache {
        override invalidatePasid(_domainId: number, _pasid: number): void {}
      },
  },
  {
    id: 'SEED-1055',
    breaks: ['HW-PSC-04'],
    story: 'An invalidation of pages drops the ways to all others as well.',
    like: 'a unit that flushes its paging-structure caches as a whole',
    bug: ({ vtd }) =>
      class extends vtd.InvalidationQueue {
        protected override invalidatePasidIotlb(descriptor: Descriptor): boolean {
          const [domainId, pasid] = [domainOf(descriptor), pasidOf(descriptor)];
          if (!leavesOnlyOf(descriptor)) this.options.tables.invalidatePasid(domainId, pasid);
          return super.invalidatePasidIotlb(descriptor);
        }
      },
  },
  {
    id: 'SEED-1056',
    breaks: ['HW-PSC-01'],
    story: 'A way to a page is dropped for every domain and PASID.',
    like: 'paging-structure caches without tags at invalidation',
    bug: ({ vtd }) =>
      class extends vtd.PagingStructureCache {
        override invalidateFirstStage(...[, , range]: FirstStage): void {
          for (const [domainId, pasids] of this.domains)
            for (const pasid of pasids.keys()) super.invalidateFirstStage(domainId, pasid, range);
        }
      },
  },
  {
    id: 'SEED-1057',
    breaks: ['HW-PSC-07'],
    story:
      "An unmap of the host that left its own tables alone leaves the ways to a guest's tables.",
    like: 'CACHE_TAG_NESTING_IOTLB with IH=1, and hardware that takes it by its word',
    bug: ({ vtd }) =>
      class extends vtd.PagingStructureCache {
        override invalidateSecondStage(...[domainId, range, leavesOnly]: SecondStage): void {
          if (!leavesOnly) super.invalidateSecondStage(domainId, range, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1058',
    breaks: ['HW-PSC-06'],
    story: 'Where only leaves changed, devices are not told.',
    like: 'cache_tag_flush_devtlb_psi() that is skipped with IH',
    bug: ({ intel }) =>
      class extends intel.CacheTags {
        protected override flush(tag: CacheTag, ...[iova, length, leavesOnly]: Flush): void {
          const isSkipped = leavesOnly && tag.kind.endsWith('device');
          if (!isSkipped) super.flush(tag, iova, length, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1059',
    breaks: ['HW-PSC-08', 'HW-VTD-31'],
    story: 'That there is no table is remembered.',
    like: 'a unit in caching mode that does not tell its software',
    bug: ({ hardware, vtd }) => {
      const misses = new Set<string>();
      return [
        class extends vtd.ScalableMode {
          override translate(...[request, root]: Parameters<Translate>): ReturnType<Translate> {
            const key = `${request.rid} ${request.pasid} ${request.iova >> 21n}`;
            const found = super.translate(request, root);
            const isMissing = 'reason' in found;
            if (isMissing) misses.add(key);
            return misses.has(key) ? { reason: 0x71, silent: true } : found;
          }
        },
        class extends hardware.Iotlb {
          override invalidateDomain(domainId: number): void {
            misses.clear();
            super.invalidateDomain(domainId);
          }
        },
      ];
    },
  },
);
