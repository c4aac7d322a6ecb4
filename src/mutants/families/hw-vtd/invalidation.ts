import type { DeviceTlbRange } from '#formats/pcie.ts';
import { Type, domainOf, typeOf } from '#formats/vtd/descriptors.ts';
import type { Descriptor } from '#formats/vtd/descriptors.ts';
import { mutants } from '#mutants/mutant.ts';
import type { Leaf } from '#reference/hardware/translation.ts';
import type { PasidIotlb } from '#reference/hardware/vtd/pasid-iotlb.ts';
import type { CacheTag } from '#reference/kernel/iommu/intel/cache-tags.ts';
import type { IovaRange } from '#reference/kernel/iommu/intel/queued-invalidation.ts';

const PAGE = 0x1000n;
const U64_MAX = (1n << 64n) - 1n;

type Pages = Parameters<PasidIotlb['invalidatePages']>;
type Flush = [iova: bigint, length: bigint, leavesOnly: boolean];

/** Descriptors of VT-d: which are sent, and how much of which cache each takes. */
export const entries = mutants(
  {
    id: 'SEED-1000',
    breaks: ['HW-VTD-43', 'HW-VTD-44', 'HW-VTD-45'],
    story: 'The driver of a VT-d flushes nothing at all.',
    like: 'qi_submit_sync() that returns at once',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        protected override submit(descriptor: Descriptor): void {
          if (typeOf(descriptor) === Type.PageGroupResponse) super.submit(descriptor);
        }
      },
  },
  {
    id: 'SEED-1001',
    breaks: ['HW-VTD-44'],
    story: 'An unmap flushes nothing, neither the IOTLB nor a device.',
    like: 'intel_iommu_tlb_sync() without cache_tag_flush_range()',
    bug: ({ intel }) =>
      class extends intel.PagingDomain {
        protected override flush(_iova: bigint, _length: bigint, _leavesOnly: boolean): void {}
      },
  },
  {
    id: 'SEED-1002',
    breaks: ['HW-VTD-43'],
    story: 'What a guest invalidates is looked at, and nothing is flushed.',
    like: 'intel_nested_cache_invalidate_user() without cache_tag_flush_range()',
    bug: ({ intel }) =>
      class extends intel.IntelNestedDomain {
        protected override flush(_first: bigint, _pages: bigint, _leavesOnly: boolean): void {}
      },
  },
  {
    id: 'SEED-1003',
    breaks: ['HW-VTD-38', 'HW-VTD-43'],
    story: 'What came by a first stage is never flushed: there are no invalidations of PASIDs.',
    like: 'cache_tag_flush_iotlb() without the branch of first stages',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushPasid(_domainId: number, _pasid: number): void {}
        override flushPasidRange(_domainId: number, _pasid: number, _range: IovaRange): void {}
      },
  },
  {
    id: 'SEED-1004',
    breaks: ['HW-VTD-35', 'HW-VTD-78'],
    story: 'No device is ever told to forget something.',
    like: 'qi_flush_dev_iotlb() and qi_flush_dev_iotlb_pasid() that do nothing',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushDevice(_rid: number, _pasid: number | undefined): void {}
      },
  },
  {
    id: 'SEED-1005',
    breaks: ['HW-VTD-43', 'HW-VTD-89'],
    story: 'What a guest invalidates is not invalidated in the device itself.',
    like: 'cache_tag_assign_domain() of a nested domain without its device TLB',
    bug: ({ intel }) =>
      class extends intel.IntelNestedDomain {
        protected override flush(first: bigint, pages: bigint, leavesOnly: boolean): void {
          const { tags } = this;
          Object.assign(this, { tags: withoutDevices(tags) });
          super.flush(first, pages, leavesOnly);
          Object.assign(this, { tags });
        }
      },
  },
  {
    id: 'SEED-1006',
    breaks: ['HW-VTD-78', 'HW-VTD-32'],
    story: "An unmap from a parent reaches no device that is on a guest's page table.",
    like: 'cache_tag_assign_domain() without __cache_tag_assign_parent_domain() of a device TLB',
    bug: ({ intel }) =>
      class extends intel.CacheTags {
        protected override flush(tag: CacheTag, ...range: Flush): void {
          if (tag.kind !== 'nesting-device') super.flush(tag, ...range);
        }
      },
  },
  {
    id: 'SEED-1007',
    breaks: ['HW-VTD-78', 'HW-VTD-32'],
    story:
      "A device on a guest's page table is told to forget the addresses of the parent, which it does not know.",
    like: 'CACHE_TAG_NESTING_DEVTLB flushed as CACHE_TAG_DEVTLB',
    bug: ({ intel }) =>
      class extends intel.CacheTags {
        protected override flush(tag: CacheTag, ...range: Flush): void {
          const isOfParent = tag.kind === 'nesting-device';
          super.flush(isOfParent ? { ...tag, kind: 'device' } : tag, ...range);
        }
      },
  },
  {
    id: 'SEED-1008',
    breaks: ['HW-VTD-40'],
    story: 'A device is told to forget what it keeps without a PASID, whatever the PASID is.',
    like: 'qi_flush_dev_iotlb() in place of qi_flush_dev_iotlb_pasid()',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushDevice(rid: number, _pasid: number | undefined, range?: IovaRange): void {
          super.flushDevice(rid, undefined, range);
        }
      },
  },
  {
    id: 'SEED-1009',
    breaks: ['HW-VTD-35', 'HW-VTD-42'],
    story: 'A device keeps the last page of what it is told to forget.',
    like: 'qi_desc_dev_iotlb() of one page less',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushDevice(rid: number, pasid: number | undefined, range?: IovaRange): void {
          const isLong = range !== undefined && range.length > PAGE && range.length < U64_MAX / 2n;
          const cut = isLong ? { ...range, length: range.length - PAGE } : range;
          super.flushDevice(rid, pasid, cut);
        }
      },
  },
  {
    id: 'SEED-1010',
    breaks: ['HW-VTD-42'],
    story: 'A device forgets twice as much as it is told to.',
    like: 'qi_desc_dev_iotlb() with a size order of one more',
    bug: ({ hardware }) =>
      class extends hardware.DeviceTlb {
        override invalidate(range: DeviceTlbRange): void {
          const { first, length } = range;
          if (length === undefined) super.invalidate(range);
          else
            super.invalidate({
              ...range,
              first: first - (first % (2n * length)),
              length: 2n * length,
            });
        }
      },
  },
  {
    id: 'SEED-1011',
    breaks: ['HW-VTD-40'],
    story: 'A device that is told to forget one PASID forgets all of them.',
    like: 'a device TLB that looks at the G bit the wrong way round',
    bug: ({ hardware }) =>
      class extends hardware.DeviceTlb {
        override invalidate(range: DeviceTlbRange): void {
          super.invalidate(typeof range.pasid === 'number' ? { ...range, pasid: 'any' } : range);
        }
      },
  },
  {
    id: 'SEED-1012',
    breaks: ['HW-VTD-38'],
    story: 'The last page of what a guest invalidates stays in the IOTLB.',
    like: 'qi_desc_piotlb() of one page less',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushPasidRange(
          domainId: number,
          pasid: number,
          { iova, length }: IovaRange,
          leavesOnly?: boolean,
        ): void {
          const cut = { iova, length: length > PAGE ? length - PAGE : length };
          super.flushPasidRange(domainId, pasid, cut, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1013',
    breaks: ['HW-VTD-70', 'HW-VTD-38'],
    story: 'An invalidation of pages of a PASID takes the next page along.',
    like: 'qi_desc_piotlb() of one page more',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushPasidRange(
          domainId: number,
          pasid: number,
          { iova, length }: IovaRange,
          leavesOnly?: boolean,
        ): void {
          super.flushPasidRange(domainId, pasid, { iova, length: length + PAGE }, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1014',
    breaks: ['HW-VTD-38'],
    story:
      'What a guest invalidates is as long as it should be, and begins at a multiple of its length.',
    like: 'iommu/vt-d: Calculate mask for non-aligned flushes',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushPasidRange(
          domainId: number,
          pasid: number,
          { iova, length }: IovaRange,
          leavesOnly?: boolean,
        ): void {
          let size = PAGE;
          while (size < length) size *= 2n;
          const range = { iova: iova - (iova % size), length: size };
          super.flushPasidRange(domainId, pasid, range, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1015',
    breaks: ['HW-VTD-43', 'HW-VTD-89'],
    story: 'Pages of a PASID are invalidated as if they were of PASID 0.',
    like: 'qi_desc_piotlb() with IOMMU_NO_PASID',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushPasidRange(
          domainId: number,
          _pasid: number,
          range: IovaRange,
          leavesOnly?: boolean,
        ): void {
          super.flushPasidRange(domainId, 0, range, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1016',
    breaks: ['HW-VTD-38'],
    story: 'An invalidation of pages of a PASID takes those of every domain.',
    like: 'an IOTLB that does not compare the domain id',
    bug: ({ vtd }) =>
      class extends vtd.PasidIotlb {
        override invalidatePages(...[, pasid, range]: Pages): void {
          for (const domainId of this.domains.keys()) super.invalidatePages(domainId, pasid, range);
        }
      },
  },
  {
    id: 'SEED-1017',
    breaks: ['HW-VTD-34'],
    story: 'Invalidating pages of a second stage leaves what came by both stages.',
    like: 'vtd_iotlb_page_invalidate() without the entries of first stages',
    bug: ({ vtd }) =>
      class extends vtd.InvalidationQueue {
        protected override invalidatePages(descriptor: Descriptor): boolean {
          const { pasidIotlb } = this.options;
          const kept = Reflect.get(pasidIotlb, 'domains') as Map<number, unknown>;
          const ofDomain = kept.get(domainOf(descriptor));
          const isGood = super.invalidatePages(descriptor);
          if (ofDomain !== undefined) kept.set(domainOf(descriptor), ofDomain);
          return isGood;
        }
      },
  },
  {
    id: 'SEED-1018',
    breaks: ['HW-VTD-34'],
    story: 'Invalidating one domain takes what came by both stages of every domain.',
    like: 'an IOTLB that is flushed as a whole',
    bug: ({ vtd }) =>
      class extends vtd.PasidIotlb {
        override invalidateDomain(_domainId: number): void {
          this.invalidateAll();
        }
      },
  },
  {
    id: 'SEED-1019',
    breaks: ['HW-VTD-39'],
    story: 'The cache of PASID entries is not told that an entry has changed.',
    like: 'intel_pasid_tear_down_entry() without pasid_cache_invalidation_with_pasid()',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushPasidCache(_domainId: number, _pasid: number): void {}
      },
  },
  {
    id: 'SEED-1020',
    breaks: ['HW-VTD-39'],
    story: 'The cache of PASID entries is told of the six lower bits of a PASID.',
    like: 'a PASID that is masked as the index of its table is',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushPasidCache(domainId: number, pasid: number): void {
          super.flushPasidCache(domainId, pasid % 64);
        }
      },
  },
  {
    id: 'SEED-1021',
    breaks: ['HW-VTD-33'],
    story: 'A context entry is cleared, and the unit goes on with the one that it has cached.',
    like: 'domain_context_clear_one() without a flush of the context cache',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushContext(_domainId: number, _rid: number): void {}
      },
  },
  {
    id: 'SEED-1022',
    breaks: ['HW-VTD-71'],
    story: 'An invalidation of no pages is one of all.',
    like: 'npages - 1 as the last page of a range',
    bug: ({ intel }) =>
      class extends intel.IntelNestedDomain {
        protected override flush(first: bigint, pages: bigint, leavesOnly: boolean): void {
          super.flush(pages === 0n ? 0n : first, pages === 0n ? U64_MAX : pages, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1023',
    breaks: ['HW-VTD-72'],
    story: 'A number of pages that has more than 52 bits is none.',
    like: 'check_shl_overflow() that skips the flush',
    bug: ({ intel }) =>
      class extends intel.IntelNestedDomain {
        protected override flush(first: bigint, pages: bigint, leavesOnly: boolean): void {
          if (pages === U64_MAX || pages >> 52n === 0n) super.flush(first, pages, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1024',
    breaks: ['HW-VTD-70'],
    story: 'Whatever a guest invalidates, all of its page table goes.',
    like: 'qi_desc_piotlb() with npages of -1',
    bug: ({ intel }) =>
      class extends intel.IntelNestedDomain {
        protected override flush(_first: bigint, _pages: bigint, leavesOnly: boolean): void {
          super.flush(0n, U64_MAX, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-1025',
    breaks: ['HW-VTD-35'],
    story: 'A message to one device to forget translations is heard by all.',
    like: 'a device TLB that is shared by the functions of a switch',
    bug: ({ hardware }) => {
      const every = new Set<{ invalidate(range: DeviceTlbRange): void }>();
      return class extends hardware.DeviceTlb {
        override invalidate(range: DeviceTlbRange): void {
          for (const other of every) other.invalidate(range);
          super.invalidate(range);
        }

        override insert(pasid: number | undefined, iova: bigint, leaf: Leaf): void {
          every.add({ invalidate: (range) => super.invalidate(range) });
          super.insert(pasid, iova, leaf);
        }
      };
    },
  },
);

/** Its tags, but for those of devices. */
function withoutDevices<T extends object>(tags: T): T {
  const copy = Object.create(tags) as T;
  const kept = (Reflect.get(tags, 'tags') as { tag: CacheTag }[]).filter(
    ({ tag }) => tag.kind !== 'device',
  );
  Object.defineProperty(copy, 'tags', { value: kept });
  return copy;
}
