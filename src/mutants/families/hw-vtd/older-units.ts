import type { DeviceTlbRange } from '#formats/pcie.ts';
import { mutants } from '#mutants/mutant.ts';
import type { Leaf } from '#reference/hardware/translation.ts';
import type { CacheTag } from '#reference/kernel/iommu/intel/cache-tags.ts';
import type { IntelDevice } from '#reference/kernel/iommu/intel/intel-device.ts';
import type { PagingDomain } from '#reference/kernel/iommu/intel/paging-domain.ts';
import { disableAts } from '#reference/kernel/iommu/pci-ats.ts';

const PAGE = 0x1000n;

/** What a VT-d in caching mode remembers, and when devices may keep translations. */
export const entries = mutants(
  {
    id: 'SEED-1430',
    breaks: ['HW-VTD-31'],
    story: 'A unit in caching mode is not told of pages that are mapped.',
    like: 'intel_iommu_iotlb_sync_map() without cache_tag_flush_range_np()',
    bug: ({ intel }) =>
      class extends intel.CacheTags {
        override flushNew(_iova: bigint, _length: bigint): void {}
      },
  },
  {
    id: 'SEED-1431',
    breaks: ['HW-VTD-31'],
    story: 'A unit in caching mode is told of the first page of what is mapped.',
    like: 'cache_tag_flush_range_np() with the start twice',
    bug: ({ intel }) =>
      class extends intel.CacheTags {
        override flushNew(iova: bigint, _length: bigint): void {
          super.flushNew(iova, PAGE);
        }
      },
  },
  {
    id: 'SEED-1432',
    breaks: ['HW-VTD-31'],
    story: 'A unit in caching mode is not told of a new context entry.',
    like: 'context_present_cache_flush() that does nothing',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        protected override flushAbsent(_domainId: number, _rid: number): void {}
      },
  },
  {
    id: 'SEED-1433',
    breaks: ['HW-VTD-86'],
    story:
      'A device that is told to forget what it keeps without a PASID answers for its PASIDs by what it keeps without one, later on.',
    like: 'a device TLB that loses the valid bit of its PASIDs',
    bug: ({ hardware }) =>
      class extends hardware.DeviceTlb {
        private hasLost = false;

        override invalidate(range: DeviceTlbRange): void {
          super.invalidate(range);
          if (range.pasid === 'none') this.hasLost = true;
        }

        override insert(pasid: number | undefined, iova: bigint, leaf: Leaf): void {
          super.insert(this.hasLost ? undefined : pasid, iova, leaf);
        }

        override lookup(pasid: number | undefined, iova: bigint): Leaf | undefined {
          return super.lookup(this.hasLost ? undefined : pasid, iova);
        }
      },
  },
  {
    id: 'SEED-1434',
    breaks: ['HW-VTD-87'],
    story: 'In legacy mode ATS stays on when the device is detached.',
    like: 'domain_context_clear() without iommu_disable_pci_ats()',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        override block(device: IntelDevice): void {
          for (const rid of device.requesterIds) this.clearContext(rid);
        }
      },
  },
  {
    id: 'SEED-1435',
    breaks: ['HW-VTD-87'],
    story: 'In scalable mode ATS is off while the device is attached to nothing.',
    like: 'iommu/vt-d: Do not toggle ATS with translation in scalable mode',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override block(device: IntelDevice): void {
          super.block(device);
          disableAts(device.pci);
        }
      },
  },
  {
    id: 'SEED-1436',
    breaks: ['HW-VTD-35', 'HW-VTD-87'],
    story: 'In legacy mode a device is not told of what is unmapped.',
    like: 'cache_tag_assign_domain() before ATS is on',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        protected override contextTags(domainId: number, rid: number): readonly CacheTag[] {
          return super.contextTags(domainId, rid).filter(({ kind }) => kind !== 'device');
        }
      },
  },
  {
    id: 'SEED-1437',
    breaks: ['HW-VTD-87'],
    story: 'In legacy mode a device that moves takes along what it keeps.',
    like: 'intel_context_flush_no_pasid() without __context_flush_dev_iotlb()',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        protected override flushCaches(domainId: number, rid: number): void {
          this.queue.flushContext(domainId, rid);
          this.queue.flushDomain(domainId);
        }
      },
  },
  {
    id: 'SEED-1438',
    breaks: ['HW-VTD-03'],
    story: 'ATS of a device is on, and its context entry answers no request for translations.',
    like: 'domain_context_mapping_one() with CONTEXT_TT_MULTI_LEVEL throughout',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        protected override setContext(rid: number, domain: PagingDomain): void {
          this.withAts.delete(rid);
          super.setContext(rid, domain);
        }
      },
  },
);
