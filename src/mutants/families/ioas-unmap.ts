import { type RequestFields, RequestType } from '#formats/virtio/iommu-request.ts';
import { answering } from '#mutants/command.ts';
import { mutants } from '#mutants/mutant.ts';
import type { Leaf } from '#reference/hardware/translation.ts';
import type { CacheTag } from '#reference/kernel/iommu/intel/cache-tags.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { MapRequest, Unmapped } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import { ULONG_MAX } from '#reference/kernel/lib/math.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_ioas_unmap } from '#uapi/iommufd/ioas.ts';

type Unmap = UserCommand<typeof iommu_ioas_unmap>;

const PAGE = 0x1000n;

/** IOMMU_IOAS_UNMAP. */
export const entries = mutants(
  {
    id: 'BUG-003',
    breaks: ['IOAS-UNMAP-16', 'IOAS-UNMAP-17'],
    story: 'The walk of an unmap is still open when the next map comes, and takes it away.',
    like: 'iommufd: Fix a race with concurrent allocation and unmap',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        private walk: { first: bigint; last: bigint } | undefined;

        override unmap(first: bigint, last: bigint): Unmapped {
          this.walk = { first, last };
          return super.unmap(first, last);
        }

        override map(request: MapRequest): bigint | ErrnoName {
          const iova = super.map(request);
          if (this.walk) super.unmap(this.walk.first, this.walk.last);
          this.walk = undefined;
          return iova;
        }
      },
  },
  {
    id: 'BUG-005',
    breaks: ['IOAS-UNMAP-13'],
    story: 'After it has told the accesses, an unmap goes on with an area that is gone meanwhile.',
    like: 'iommufd: Do not access the area pointer after unlocking',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override evictAccesses(area: IoptArea): void {
          super.evictAccesses(area);
          this.unmapArea(area);
        }
      },
  },
  {
    id: 'BUG-135',
    breaks: ['IOAS-UNMAP-17'],
    story: 'The last page of what is unmapped is not flushed.',
    like: 'iommu: Switch gather->end to the inclusive end',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushRange(domainId: number, iova: bigint, length: bigint): void {
          for (let done = 0n; done < length - PAGE; done += PAGE)
            super.flushRange(domainId, iova + done, PAGE);
        }
      },
  },
  {
    id: 'BUG-141',
    breaks: ['IOAS-UNMAP-17'],
    story: 'An unmap is over before the IOMMU has forgotten the translation.',
    like: 'iommu/amd: Wait for completion instead of returning early',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        private late: () => void = () => undefined;

        override flushRange(domainId: number, iova: bigint, length: bigint): void {
          this.late();
          this.late = () => super.flushRange(domainId, iova, length);
        }
      },
  },
  {
    id: 'BUG-144',
    breaks: ['IOAS-UNMAP-17'],
    story: 'What a parent loses is flushed for the devices that are at the parent itself.',
    like: 'iommu/vt-d: Add missing iotlb flush for parent domain',
    bug: ({ intel }) =>
      class extends intel.CacheTags {
        protected override flush(
          tag: CacheTag,
          ...range: [iova: bigint, length: bigint, leavesOnly: boolean]
        ): void {
          if (tag.kind !== 'nesting') super.flush(tag, ...range);
        }
      },
  },
  {
    id: 'BUG-148',
    breaks: ['IOAS-UNMAP-17'],
    story: 'The flush of a range is as long as the range, but begins at a multiple of its length.',
    like: 'iommu/vt-d: Calculate mask for non-aligned flushes',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushRange(domainId: number, iova: bigint, length: bigint): void {
          let size = PAGE;
          while (size < length) size *= 2n;
          super.flushRange(domainId, iova - (iova % size), size);
        }
      },
  },
  {
    id: 'BUG-161',
    breaks: ['IOAS-UNMAP-17'],
    story: 'A flush reaches the translations of small pages only.',
    like: 'iommu/arm-smmu-v3: Set TTL invalidation hint better',
    bug: ({ hardware }) =>
      class extends hardware.Iotlb {
        private readonly large: { iova: bigint; leaf: Leaf; domainId: number }[] = [];

        override insert(domainId: number, iova: bigint, leaf: Leaf): void {
          super.insert(domainId, iova, leaf);
          if (leaf.size > PAGE) this.large.push({ domainId, iova, leaf });
        }

        override invalidatePages(domainId: number, first: bigint, length: bigint): void {
          super.invalidatePages(domainId, first, length);
          for (const kept of this.large) super.insert(kept.domainId, kept.iova, kept.leaf);
        }
      },
  },
  {
    id: 'SEED-0066',
    breaks: ['IOAS-UNMAP-04'],
    story: 'An unmap returns the length of the range, holes included.',
    like: '*unmapped = last - iova + 1',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override unmap(command: Unmap): ErrnoName | undefined {
          const asked = command.fields.length;
          return super.unmap(answering(command, () => ({ length: asked })));
        }
      },
  },
  {
    id: 'SEED-0067',
    breaks: ['IOAS-UNMAP-05'],
    story: 'An unmap that cuts the end of a mapping takes all of it.',
    like: 'a check for bisected mappings at the start of the range only',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override isCut(area: IoptArea, first: bigint, _last: bigint): boolean {
          return area.first < first;
        }
      },
  },
  {
    id: 'SEED-0068',
    breaks: ['IOAS-UNMAP-06'],
    story: 'An unmap that fails at a later mapping returns what it has done until then.',
    like: 'respond() on the way out, also of an error',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override unmap(command: Unmap): ErrnoName | undefined {
          const error = super.unmap(command);
          if (error) command.respond({ length: 0n });
          return error;
        }
      },
  },
  {
    id: 'SEED-0069',
    breaks: ['IOAS-UNMAP-11'],
    story: 'An unmap of everything fails where nothing is mapped.',
    like: 'ENOENT for no bytes, whatever was asked for',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override unmap(command: Unmap): ErrnoName | undefined {
          const ioas = this.ioas(command.fields.ioas_id);
          return ioas !== 'ENOENT' && ioas.iopt.areas.size === 0 ? 'ENOENT' : super.unmap(command);
        }
      },
  },
  {
    id: 'SEED-0070',
    breaks: ['IOAS-UNMAP-13'],
    story: 'Nobody asks the accesses to let go of what is unmapped.',
    like: 'iopt_unmap_iova_range() without iommufd_access_notify_unmap()',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override evictAccesses(_area: IoptArea): void {}
      },
  },
  {
    id: 'SEED-0071',
    breaks: ['IOAS-UNMAP-18'],
    story: 'An unmap is over after one mapping.',
    like: 'a loop that is left after its first turn',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override unmap(first: bigint, last: bigint): Unmapped {
          const area = this.areas.intersecting(first, last);
          return super.unmap(first, area && area.last < last ? area.last : last);
        }
      },
  },
  {
    id: 'SEED-0072',
    breaks: ['IOAS-UNMAP-19'],
    story: 'The ends of what is unmapped have to be aligned.',
    like: 'one check for map and unmap',
    bug: ({ iommufd }) =>
      class extends iommufd.Ioas {
        override unmapRange(iova: bigint, length: bigint): Unmapped {
          const unaligned = (iova | length) % this.iopt.iovaAlignment !== 0n;
          return unaligned ? { bytes: 0n, error: 'EINVAL' } : super.unmapRange(iova, length);
        }
      },
  },
  {
    id: 'SEED-0073',
    breaks: ['IOAS-UNMAP-20'],
    story: 'What an exited process was charged with is never given back.',
    like: 'update_unpinned() that returns early without the mm',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
        override uncharge(pages: bigint): void {
          if (!this.memory.exited) super.uncharge(pages);
        }
      },
  },
  {
    id: 'SEED-0106',
    breaks: ['IOAS-UNMAP-17'],
    story: 'An unmap flushes nothing.',
    like: 'iommu_unmap_fast() without iommu_iotlb_sync()',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override flushRange(_domainId: number, _iova: bigint, _length: bigint): void {}
      },
  },
  {
    id: 'SEED-0503',
    breaks: ['IOAS-UNMAP-21'],
    story: 'An unmap takes its buffer for frames from the heap and has none in reserve.',
    like: 'a temporary array without a backup on the stack',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override unmap(first: bigint, last: bigint): Unmapped {
          const error = this.kernel.faults.kmalloc();
          return error ? { bytes: 0n, error } : super.unmap(first, last);
        }
      },
  },
  {
    id: 'SEED-0543',
    breaks: ['IOAS-UNMAP-12'],
    story: 'An unmap of all but the last IOVA counts as one of everything.',
    like: 'a comparison with the last IOVA that can be mapped',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override unmap(command: Unmap): ErrnoName | undefined {
          const { fields } = command;
          if (fields.iova === 0n && fields.length === ULONG_MAX - 1n) fields.length = ULONG_MAX;
          return super.unmap(command);
        }
      },
  },
  {
    id: 'SEED-0544',
    breaks: ['IOAS-UNMAP-09'],
    story: 'An unmap from the last IOVA on finds nothing there.',
    like: 'a check for all ones in one field of two',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override unmap(command: Unmap): ErrnoName | undefined {
          const error = super.unmap(command);
          return error === 'EOVERFLOW' && command.fields.iova === ULONG_MAX ? 'ENOENT' : error;
        }
      },
  },
  {
    id: 'SEED-0695',
    breaks: ['IOAS-UNMAP-17'],
    story: 'A device with a cache of its own is not told of what was unmapped.',
    like: 'cache_tag_assign_domain() without CACHE_TAG_DEVTLB',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override deviceTags(): readonly CacheTag[] {
          return [];
        }
      },
  },
  {
    id: 'SEED-0740',
    breaks: ['IOAS-UNMAP-17', 'HWPT-37'],
    story: 'An unmap from the parent leaves what was cached for addresses of the guest.',
    like: 'arm_smmu_domain_inv_range() without TLBI_NH_ALL of a nesting parent',
    bug: ({ arm }) =>
      class extends arm.SmmuDomain {
        protected override flushGuests(): void {}
      },
  },
  {
    id: 'SEED-0760',
    breaks: ['IOAS-UNMAP-17'],
    story: 'A virtio-iommu is told of an unmap with the next request.',
    like: 'viommu_unmap_pages() without viommu_iotlb_sync()',
    bug: ({ virtio }) =>
      class extends virtio.RequestQueue {
        private last = 0;

        override add(type: number, fields: RequestFields): void {
          this.last = type;
          super.add(type, fields);
        }

        override sync(): void {
          if (this.last !== RequestType.Unmap) super.sync();
        }
      },
  },
  {
    id: 'SEED-0824',
    breaks: ['IOAS-UNMAP-04'],
    story: 'An unmap is content when it has removed five mappings.',
    like: 'a batch of areas that is not filled a second time',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override unmap(first: bigint, last: bigint): Unmapped {
          const fifth = [...this.areas.all()].filter((area) => area.first >= first)[4];
          return super.unmap(first, fifth && fifth.last < last ? fifth.last : last);
        }
      },
  },
  {
    id: 'SEED-0825',
    breaks: ['IOAS-UNMAP-06'],
    story: 'A range that cuts its seventh mapping leaves the first six as well.',
    like: 'a look at the whole range for the mapping that it cuts, before anything is removed',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override unmap(first: bigint, last: bigint): Unmapped {
          const areas = [...this.areas.all()].filter((area) => area.first >= first);
          const seventh = areas[6];
          if (seventh && seventh.first <= last && this.isCut(seventh, first, last)) {
            return { bytes: 0n, error: 'ENOENT' };
          }
          return super.unmap(first, last);
        }
      },
  },
  {
    id: 'SEED-0850',
    breaks: ['IOAS-UNMAP-13', 'IOAS-UNMAP-04'],
    story: 'What was unmapped before an access had to let go is not counted.',
    like: 'iopt_unmap_iova_range() that sets unmapped_bytes to 0 where it tries again',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        private before = 0n;

        override unmap(first: bigint, last: bigint): Unmapped {
          this.before = 0n;
          const all = [...this.areas.all()].filter(
            (area) => area.first >= first && area.last <= last,
          );
          const pinned = all.findLastIndex(({ accesses }) => accesses > 0);
          for (const area of all.slice(0, Math.max(pinned, 0))) this.before += area.length;
          const done = super.unmap(first, last);
          return done.error ? done : { bytes: done.bytes - this.before };
        }
      },
  },
  {
    id: 'SEED-0851',
    breaks: ['IOAS-UNMAP-13', 'IOAS-UNMAP-04'],
    story: 'An unmap ends with the first mapping that an access had to let go of.',
    like: 'iopt_unmap_iova_range() with a break in place of its goto again',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override unmap(first: bigint, last: bigint): Unmapped {
          const pinned = [...this.areas.all()].find(
            (area) => area.first >= first && area.accesses > 0,
          );
          return super.unmap(first, pinned && pinned.last < last ? pinned.last : last);
        }
      },
  },
);
