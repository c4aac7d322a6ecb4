import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { Range } from '#reference/kernel/lib/range-counts.ts';
import type { WantedBitmap } from '#reference/kernel/vfio/type1/dirty-bitmap.ts';
import type { VfioDma } from '#reference/kernel/vfio/type1/dma.ts';
import type { UnmapRequest, Unmapped } from '#reference/kernel/vfio/type1/type1.ts';
import type { Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type {
  vfio_iommu_type1_dma_map,
  vfio_iommu_type1_dma_unmap,
} from '#uapi/vfio/iommu-type1.ts';

type MapFields = Value<typeof vfio_iommu_type1_dma_map>;
type UnmapFields = Value<typeof vfio_iommu_type1_dma_unmap>;

const ALL = 2;

/** Unmaps of a container with type1, and new addresses. */
export const entries = mutants(
  {
    id: 'SEED-1744',
    breaks: ['VFIO-UNM-01'],
    story: 'A bitmap is taken with ALL and with VADDR.',
    like: 'vfio_iommu_type1_unmap_dma() without the test of flags that exclude each other',
    bug: ({ type1 }) =>
      class extends type1.Type1Commands {
        protected override areCompatible(flags: number): boolean {
          return (flags & ~7) === 0;
        }
      },
  },
  {
    id: 'SEED-1745',
    breaks: ['VFIO-UNM-02'],
    story: 'Half of a page at the end does not count.',
    like: 'vfio_dma_do_unmap() that rounds the size down',
    bug: ({ type1 }) =>
      class extends type1.Type1Commands {
        protected override rangeOf(iova: bigint, size: bigint): Range | ErrnoName {
          return super.rangeOf(iova, size & ~0xfffn || size);
        }
      },
  },
  {
    id: 'SEED-1746',
    breaks: ['VFIO-UNM-03', 'VFIO-UNM-05'],
    story: 'The size that was asked for is returned.',
    like: 'vfio_iommu_type1_unmap_dma() without unmap->size = unmapped',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override unmap(request: UnmapRequest): Unmapped {
          const { first, last } = request.range;
          const unmapped = super.unmap(request);
          return request.all ? unmapped : { ...unmapped, bytes: last - first + 1n };
        }
      },
  },
  {
    id: 'SEED-1747',
    breaks: ['VFIO-UNM-04'],
    story: 'A mapping that is cut goes as a whole.',
    like: 'vfio_dma_do_unmap() of version 1 for both',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override isCut(): boolean {
          return false;
        }
      },
  },
  {
    id: 'SEED-1748',
    breaks: ['VFIO-UNM-04', 'VFIO-CMP-09'],
    story: 'Only the begin of a range may not cut a mapping.',
    like: 'vfio_dma_do_unmap() without the second vfio_find_dma()',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override isCut({ first }: Range): boolean {
          return super.isCut({ first, last: first - 1n });
        }
      },
  },
  {
    id: 'SEED-1749',
    breaks: ['VFIO-UNM-05'],
    story: 'One mapping is removed by each call.',
    like: 'vfio_dma_do_unmap() without the loop',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override *reached(range: Range): Generator<VfioDma> {
          for (const dma of super.reached(range)) {
            yield dma;
            return;
          }
        }
      },
  },
  {
    id: 'SEED-1750',
    breaks: ['VFIO-UNM-05'],
    story: 'Devices still reach the last page of what was removed.',
    like: 'vfio_unmap_unpin() that is a page short',
    bug: ({ type1 }) =>
      class extends type1.Pinning {
        override unmapAndUnpin(dma: VfioDma, domains: Iterable<IommuDomain>): void {
          const cut = dma.size > 0x1000n ? dma.size - 0x1000n : dma.size;
          const short = [...domains].map((domain) => ({
            ...domain,
            unmap: (iova: bigint) => domain.unmap(iova, cut),
          }));
          super.unmapAndUnpin(dma, short);
        }
      },
  },
  {
    id: 'SEED-1751',
    breaks: ['VFIO-UNM-06'],
    story: 'A range without mappings is not found.',
    like: 'vfio_dma_do_unmap() with ENOENT as iommufd has it for IOMMU_IOAS_UNMAP',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override unmap(request: UnmapRequest): Unmapped {
          const unmapped = super.unmap(request);
          return unmapped.bytes === 0n && !unmapped.error
            ? { bytes: 0n, error: 'ENOENT' }
            : unmapped;
        }
      },
  },
  {
    id: 'SEED-1752',
    breaks: ['VFIO-UNM-07', 'VFIO-CMP-07'],
    story: 'Version 1 refuses what version 2 refuses.',
    like: 'vfio_dma_do_unmap() without the test of v2',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override unmap(request: UnmapRequest): Unmapped {
          const isCut = !request.all && this.isCut(request.range);
          return isCut ? { bytes: 0n, error: 'EINVAL' } : super.unmap(request);
        }
      },
  },
  {
    id: 'SEED-1753',
    breaks: ['VFIO-UNM-08', 'VFIO-CMP-07'],
    story: 'Version 1 leaves what is not covered as a whole.',
    like: 'vfio_dma_do_unmap() that stops before a mapping that ends later',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override *reached(range: Range): Generator<VfioDma> {
          for (const dma of super.reached(range)) if (dma.last <= range.last) yield dma;
        }
      },
  },
  {
    id: 'SEED-1754',
    breaks: ['VFIO-UNM-09'],
    story: 'ALL takes a range, and ignores it.',
    like: 'vfio_dma_do_unmap() without the test of iova and size',
    bug: ({ type1 }) =>
      class extends type1.Type1Commands {
        protected override requestOf(
          task: Task,
          fields: UnmapFields,
          bitmap: WantedBitmap | undefined,
        ): UnmapRequest | ErrnoName {
          const whole = fields.flags & ALL ? { ...fields, iova: 0n, size: 0n } : fields;
          return super.requestOf(task, whole, bitmap);
        }
      },
  },
  {
    id: 'SEED-1755',
    breaks: ['VFIO-UNM-09'],
    story: 'ALL ends at 4 GiB.',
    like: 'VFIO_DMA_UNMAP_FLAG_ALL with an end of 32 bits',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override unmap(request: UnmapRequest): Unmapped {
          const range = { first: 0n, last: 0xffff_ffffn };
          return super.unmap(request.all ? { ...request, range } : request);
        }
      },
  },
  {
    id: 'SEED-1756',
    breaks: ['VFIO-UNM-10'],
    story: 'What loses its address is unmapped.',
    like: 'vfio_dma_do_unmap() that goes on after vaddr_invalid',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override invalidateVaddr(request: UnmapRequest): Unmapped {
          return this.unmap(request);
        }
      },
  },
  {
    id: 'SEED-1757',
    breaks: ['VFIO-UNM-11'],
    story: 'What was marked before the failure stays marked.',
    like: 'vfio_dma_do_unmap() without the loop that rolls back',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        private rollsBack = true;

        override invalidateVaddr(request: UnmapRequest): Unmapped {
          this.rollsBack = false;
          const marked = super.invalidateVaddr(request);
          this.rollsBack = true;
          return marked;
        }

        protected override unmark(dmas: readonly VfioDma[]): void {
          if (this.rollsBack) super.unmark(dmas);
        }
      },
  },
  {
    id: 'SEED-1758',
    breaks: ['VFIO-UNM-12'],
    story: 'Addresses become invalid under emulated devices.',
    like: 'vfio_dma_do_unmap() without the test of emulated_iommu_groups',
    bug: ({ type1 }) =>
      class extends type1.Type1Commands {
        protected override get mayInvalidate(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-1759',
    breaks: ['VFIO-UNM-13'],
    story: 'A new address may be told of a part of a mapping.',
    like: 'vfio_dma_do_map() without the test of dma->size',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override updateVaddr(
          task: Task,
          fields: MapFields,
          dma: VfioDma | undefined,
        ): ErrnoName | undefined {
          return super.updateVaddr(task, { ...fields, size: dma?.size ?? 0n }, dma);
        }
      },
  },
  {
    id: 'SEED-1760',
    breaks: ['VFIO-UNM-13'],
    story: 'A valid address may be replaced.',
    like: 'vfio_dma_do_map() without the test of vaddr_invalid',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override updateVaddr(
          task: Task,
          fields: MapFields,
          dma: VfioDma | undefined,
        ): ErrnoName | undefined {
          return dma && !dma.vaddrInvalid ? undefined : super.updateVaddr(task, fields, dma);
        }
      },
  },
  {
    id: 'SEED-1761',
    breaks: ['VFIO-UNM-14'],
    story: 'The charge stays with the process that mapped.',
    like: 'vfio_dma_do_map() before vfio_change_dma_owner()',
    bug: ({ type1 }) =>
      class extends type1.LockedMemory {
        override move(): undefined {}
      },
  },
  {
    id: 'SEED-1762',
    breaks: ['VFIO-UNM-14'],
    story: 'The limit of the process that takes over does not matter.',
    like: 'vfio_change_dma_owner() with a lock_cap of true',
    bug: ({ type1 }) =>
      class extends type1.LockedMemory {
        override move(dma: VfioDma, task: Task): ErrnoName | undefined {
          return super.move(dma, { ...task, capabilities: new Set(['IPC_LOCK']) });
        }
      },
  },
  {
    id: 'SEED-1763',
    breaks: ['VFIO-UNM-15'],
    story: 'What is removed tells nothing of what was dirty.',
    like: 'vfio_dma_do_unmap() without update_user_bitmap()',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override unmap(request: UnmapRequest): Unmapped {
          return super.unmap({ ...request, dirty: undefined });
        }
      },
  },
);
