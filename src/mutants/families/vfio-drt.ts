import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { Range } from '#reference/kernel/lib/range-counts.ts';
import type { UserMemory } from '#reference/kernel/mm/user-memory.ts';
import type { WantedBitmap } from '#reference/kernel/vfio/type1/dirty-bitmap.ts';
import type { VfioDma } from '#reference/kernel/vfio/type1/dma.ts';
import type { BitmapTarget } from '#reference/kernel/vfio/type1/type1.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Dirty pages of a container with type1. */
export const entries = mutants(
  {
    id: 'SEED-0173',
    breaks: ['VFIO-DRT-08'],
    story: 'A mapping for whose bitmap there is no memory stays.',
    like: 'vfio_dma_do_map() without vfio_remove_dma() after vfio_dma_bitmap_alloc()',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override add(dma: VfioDma): ErrnoName | undefined {
          const error = super.add(dma);
          if (error === 'ENOMEM' && this.isTracking) this.dmas.link(dma);
          return error;
        }
      },
  },
  {
    id: 'SEED-1764',
    breaks: ['VFIO-DRT-01'],
    story: 'Version 1 does not know the command.',
    like: 'vfio_iommu_type1_dirty_pages() with ENOTTY',
    bug: ({ type1 }) =>
      class extends type1.Type1Commands {
        protected override dirtyPages(task: Task, arg: bigint): ErrnoName | undefined {
          return this.iommu.v2 ? super.dirtyPages(task, arg) : 'ENOTTY';
        }
      },
  },
  {
    id: 'SEED-1765',
    breaks: ['VFIO-DRT-02'],
    story: 'Of two flags the first counts.',
    like: 'vfio_iommu_type1_dirty_pages() without __fls()',
    bug: ({ type1 }) =>
      class extends type1.Type1Commands {
        protected override isOneOrder(flags: number): boolean {
          return (flags & ~7) === 0;
        }
      },
  },
  {
    id: 'SEED-1766',
    breaks: ['VFIO-DRT-03'],
    story: 'Tracking cannot be started twice.',
    like: 'vfio_iommu_type1_dirty_pages() with EBUSY',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override startTracking(): ErrnoName | undefined {
          return this.isTracking ? 'EBUSY' : super.startTracking();
        }
      },
  },
  {
    id: 'SEED-1767',
    breaks: ['VFIO-DRT-03', 'VFIO-DRT-06'],
    story: 'Tracking goes on after it was stopped.',
    like: 'VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP that does nothing',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override stopTracking(): void {}
      },
  },
  {
    id: 'SEED-1768',
    breaks: ['VFIO-DRT-04', 'VFIO-DRT-02'],
    story: 'Whoever asks has started tracking.',
    like: 'VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP without the test of dirty_page_tracking',
    bug: ({ type1 }) =>
      class extends type1.Type1Commands {
        protected override getBitmap(
          task: Task,
          arg: bigint,
          argsz: number,
        ): ErrnoName | undefined {
          this.iommu.isTracking = true;
          return super.getBitmap(task, arg, argsz);
        }
      },
  },
  {
    id: 'SEED-1769',
    breaks: ['VFIO-DRT-05', 'VFIO-UNM-15'],
    story: 'A bitmap may be too small.',
    like: 'verify_bitmap_size() that returns 0',
    bug: ({ type1 }) =>
      class extends type1.DirtyBitmaps {
        override check(): undefined {}
      },
  },
  {
    id: 'SEED-1770',
    breaks: ['VFIO-DRT-05'],
    story: 'A range may cut a mapping.',
    like: 'vfio_iova_dirty_bitmap() without vfio_find_dma()',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override getDirty(range: Range, target: BitmapTarget): ErrnoName | undefined {
          for (const dma of this.reached(range)) this.reportDirty(dma, range.first, target);
          return undefined;
        }
      },
  },
  {
    id: 'SEED-1771',
    breaks: ['VFIO-DRT-06'],
    story: 'What was reported once is clean.',
    like: 'update_user_bitmap() without num_non_pinned_groups',
    bug: ({ type1 }) =>
      class extends type1.DirtyBitmaps {
        private readonly told = new WeakSet<object>();

        override write(
          memory: UserMemory,
          bitmap: WantedBitmap,
          about: Parameters<InstanceType<typeof type1.DirtyBitmaps>['write']>[2],
        ): ErrnoName | undefined {
          const isDirty = about.isDirty && !this.told.has(about.dma);
          this.told.add(about.dma);
          return super.write(memory, bitmap, { ...about, isDirty });
        }
      },
  },
  {
    id: 'SEED-1772',
    breaks: ['VFIO-DRT-06'],
    story: 'Words without mapped pages are cleared.',
    like: 'vfio_iova_dirty_bitmap() that begins with clear_user()',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override getDirty(range: Range, target: BitmapTarget): ErrnoName | undefined {
          const { memory, bitmap } = target;
          memory.copyToUser(bitmap.data, new Uint8Array(Number(bitmap.size)));
          return super.getDirty(range, target);
        }
      },
  },
  {
    id: 'SEED-1773',
    breaks: ['VFIO-DRT-07'],
    story: 'What emulated devices have not touched is dirty.',
    like: 'update_user_bitmap() without the test of iommu_mapped',
    bug: ({ type1 }) =>
      class extends type1.DirtyBitmaps {
        override write(
          memory: UserMemory,
          bitmap: WantedBitmap,
          about: Parameters<InstanceType<typeof type1.DirtyBitmaps>['write']>[2],
        ): ErrnoName | undefined {
          return super.write(memory, bitmap, { ...about, isDirty: true });
        }
      },
  },
  {
    id: 'SEED-1774',
    breaks: ['VFIO-DRT-08'],
    story: 'What is mapped while tracking is on is not reported.',
    like: 'vfio_dma_do_map() without vfio_dma_bitmap_alloc()',
    bug: ({ type1 }) => {
      const late = new WeakSet<object>();
      return [
        class extends type1.Type1Iommu {
          protected override add(dma: VfioDma): ErrnoName | undefined {
            if (this.isTracking) late.add(dma);
            return super.add(dma);
          }
        },
        class extends type1.DirtyBitmaps {
          override write(
            memory: UserMemory,
            bitmap: WantedBitmap,
            about: Parameters<InstanceType<typeof type1.DirtyBitmaps>['write']>[2],
          ): ErrnoName | undefined {
            return late.has(about.dma) ? undefined : super.write(memory, bitmap, about);
          }
        },
      ];
    },
  },
);
