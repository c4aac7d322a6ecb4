import { mutants } from '#mutants/mutant.ts';
import type { MemoryRegionSection } from '#vmm/address-space.ts';
import type { Container, DmaRange } from '#vmm/container.ts';

/** Which pages of a guest are dirty. */
export const entries = mutants(
  {
    id: 'SEED-2432',
    breaks: ['VMM-DRT-01'],
    story: 'What an IOMMU cannot tell counts as clean.',
    like: 'vfio_container_query_dirty_bitmap() without cpu_physical_memory_set_dirty_range()',
    bug: ({ vmm }) =>
      class extends vmm.DirtyLog {
        override sync(
          section: MemoryRegionSection,
          containers: readonly Container[],
        ): Promise<readonly bigint[]> {
          const able = containers.filter((container) => this.isTold(container));
          return super.sync(section, able);
        }
      },
  },
  {
    id: 'SEED-2433',
    breaks: ['VMM-DRT-02'],
    story: 'A log begins with what processors wrote before it.',
    like: 'a dirty bitmap that is not cleared at the start',
    bug: ({ vmm }) =>
      class extends vmm.DirtyLog {
        override note(gpa: bigint): void {
          this.written.add(gpa - (gpa % this.pageSize));
        }
      },
  },
  {
    id: 'SEED-2435',
    breaks: ['VMM-DRT-03'],
    story: 'A page that was dirty once is told dirty for ever.',
    like: 'IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR in each round',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        private before = new Uint8Array(0);

        override async queryDirtyBitmap(range: DmaRange): Promise<Uint8Array | number> {
          const bits = await super.queryDirtyBitmap(range);
          if (typeof bits === 'number') return bits;
          const all = bits.map((byte, index) => byte | (this.before[index] ?? 0));
          this.before = all;
          return all;
        }
      },
  },
  {
    id: 'SEED-2436',
    breaks: ['VMM-DRT-01'],
    story: 'One page table that tracks is enough for a container to count as one that does.',
    like: 'dirty_pages_supported, which QEMU sets where any device has it',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        override get tracksDirtyPages(): boolean {
          return this.hwpts.some(({ tracks }) => tracks);
        }
      },
  },
);
