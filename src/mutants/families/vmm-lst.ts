import { mutants } from '#mutants/mutant.ts';
import type { MemoryRegionSection } from '#vmm/address-space.ts';
import type { DmaMapping, DmaRange } from '#vmm/container.ts';

/** How what is mapped follows what a guest has. */
export const entries = mutants(
  {
    id: 'SEED-2425',
    breaks: ['VMM-LST-02'],
    story:
      'Memory that begins within a page is mapped from the next page on, at the wrong address.',
    like: 'vfio_listener_region_add() without the look at the offsets within the page',
    bug: ({ vmm }) =>
      class extends vmm.VfioListener {
        protected override pagesOf(section: MemoryRegionSection): DmaRange | undefined {
          const page = BigInt(this.container.pageSize);
          const gpa = (section.gpa / page) * page;
          return super.pagesOf({ ...section, gpa });
        }
      },
  },
  {
    id: 'SEED-2426',
    breaks: ['VMM-LST-03'],
    story: 'The last page of memory that ends within a page is mapped.',
    like: 'vfio_get_section_iova_range() that rounds the end up',
    bug: ({ vmm }) =>
      class extends vmm.VfioListener {
        protected override pagesOf(section: MemoryRegionSection): DmaRange | undefined {
          const page = BigInt(this.container.pageSize);
          const size = ((section.size + page - 1n) / page) * page;
          return super.pagesOf({ ...section, size });
        }
      },
  },
  {
    id: 'SEED-2427',
    breaks: ['VMM-LST-04'],
    story: 'Each page of memory is mapped by a call of its own.',
    like: 'a listener that takes the page size of the container for its unit',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        override async dmaMap(mapping: DmaMapping): Promise<number> {
          const size = BigInt(this.pageSize);
          for (let done = 0n; done < mapping.size; done += size) {
            const page = { iova: mapping.iova + done, address: mapping.address + done, size };
            const result = await super.dmaMap({ ...mapping, ...page });
            if (result < 0) return result;
          }
          return 0;
        }
      },
  },
  {
    id: 'SEED-2428',
    breaks: ['VMM-LST-08', 'VMM-CB-06'],
    story: 'Memory that a guest loses stays within reach of its devices.',
    like: 'a listener without region_del',
    bug: ({ vmm }) =>
      class extends vmm.VfioListener {
        override async regionDel(): Promise<void> {}
      },
  },
  {
    id: 'SEED-2429',
    breaks: ['VMM-LST-08'],
    story: 'Of memory that a guest loses the last page stays mapped.',
    like: 'an end that is included on one side and not on the other',
    bug: ({ vmm }) =>
      class extends vmm.LegacyContainer {
        override async dmaMap(mapping: DmaMapping): Promise<number> {
          const page = BigInt(this.pageSize);
          const most = mapping.size - page;
          if (most === 0n) return super.dmaMap(mapping);
          const result = await super.dmaMap({ ...mapping, size: most });
          if (result < 0) return result;
          const { iova, address } = mapping;
          return super.dmaMap({
            ...mapping,
            iova: iova + most,
            address: address + most,
            size: page,
          });
        }

        override dmaUnmap({ iova, size }: DmaRange): Promise<number> {
          const most = size - BigInt(this.pageSize);
          return super.dmaUnmap({ iova, size: most === 0n ? size : most });
        }
      },
  },
);
