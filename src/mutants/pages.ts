import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import { alignDown } from '#reference/kernel/lib/math.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '#reference/kernel/mm/user-memory.ts';
import type { Pfn } from '#reference/kernel/mm/user-memory.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mutants } from './mutant.ts';

/** As many pages as the kernel handles together. */
const BATCH = 512;

/** What is behind a map: features/iommufd/ioas-map-{device,pages}.feature. */
export const pages = mutants(
  {
    id: 'BUG-016',
    breaks: ['IOAS-MAP-43'],
    story: 'The page that a batch carries over to the next one is taken from the start of its run.',
    like: 'iommufd: Do not corrupt the pfn list when doing batch carry',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        protected override physical(index: number): bigint {
          const carried = index > 0 && index % BATCH === 0;
          return super.physical(carried && this.pinned.has(index - BATCH) ? index - BATCH : index);
        }
      },
    }),
  },
  {
    id: 'BUG-018',
    breaks: ['IOAS-MAP-43', 'IOAS-UNMAP-17'],
    story: 'The page that a batch carries over is forgotten when pages are unpinned.',
    like: 'iommufd: Set end correctly when doing batch carry',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        override unpin(first: number, last: number): void {
          const carried = first + BATCH;
          super.unpin(first, Math.min(last, carried - 1));
          if (last > carried) super.unpin(carried + 1, last);
        }
      },
    }),
  },
  {
    id: 'BUG-194',
    breaks: ['IOAS-MAP-29'],
    story: 'A map that fails at one of its pages leaves its IOVAs occupied.',
    like: 'iommu: Handle unmap error when iommu_debug is enabled',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        protected override removeAreas(_areas: readonly IoptArea[]): void {}
      },
    }),
  },
  {
    id: 'BUG-169',
    breaks: ['IOAS-MAP-33'],
    story: 'A private mapping of a file is pinned as the page of the file.',
    like: 'vfio/container: Restrict dma_map_file() to shared RAM or RAM devices',
    parts: ({ AddressSpace }) => ({
      AddressSpace: class extends AddressSpace {
        protected override pinPage(address: bigint, write: boolean): Pfn | undefined {
          const vma = this.vmas.find(address);
          if (!vma?.file || vma.shared) return super.pinPage(address, write);
          const pfn = this.faults.own({ ...vma, shared: true }, address >> PAGE_SHIFT);
          if (pfn === 'SIGBUS') return undefined;
          this.pages.pin(pfn);
          return pfn;
        }
      },
    }),
  },
  {
    id: 'SEED-044',
    breaks: ['IOAS-MAP-29'],
    story: 'The first page of a map that fails at a later one stays pinned.',
    like: 'pfn_reader_user_pin() without the unwind',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          const error = super.pin(first, last);
          if (error) super.pin(first, first);
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-045',
    breaks: ['IOAS-MAP-30'],
    story: 'Memory that the process may only read is pinned for a writeable map.',
    like: 'pin_user_pages() without FOLL_WRITE',
    parts: ({ UserSource }) => ({
      UserSource: class extends UserSource {
        override pin(index: number, count: number): readonly Pfn[] | ErrnoName {
          return super.pin(index, count, false);
        }
      },
    }),
  },
  {
    id: 'SEED-046',
    breaks: ['IOAS-MAP-31'],
    story:
      'Memory is always pinned for writing, and memory that may only be read cannot be mapped.',
    like: 'pin_user_pages() with FOLL_WRITE whatever the map asks for',
    parts: ({ UserSource }) => ({
      UserSource: class extends UserSource {
        override pin(index: number, count: number): readonly Pfn[] | ErrnoName {
          return super.pin(index, count, true);
        }
      },
    }),
  },
  {
    id: 'SEED-047',
    breaks: ['IOAS-MAP-34'],
    story: 'Pages are mapped without being pinned, and are lost when the process gives them back.',
    like: 'get_user_pages() and put_page() before the map',
    parts: ({ Pages }) => ({
      Pages: class extends Pages {
        override pin(_pfn: Pfn): void {}
        override unpinPages(_pfns: readonly Pfn[], _dirty: boolean): void {}
      },
    }),
  },
  {
    id: 'SEED-048',
    breaks: ['IOAS-MAP-36'],
    story: 'A map reaches the first page table of an IOAS only.',
    like: 'iopt_area_fill_domains() that stops at the storage domain',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        override mapDomain(
          area: IoptArea,
          domain: IommuDomain,
          largePages: boolean,
        ): ErrnoName | undefined {
          if (this.reached.has(area)) return undefined;
          this.reached.add(area);
          return super.mapDomain(area, domain, largePages);
        }

        private readonly reached = new WeakSet<IoptArea>();
      },
    }),
  },
  {
    id: 'SEED-049',
    breaks: ['IOAS-MAP-37', 'IOAS-COPY-08'],
    story: 'A map that begins inside a page leads to the beginning of that page.',
    like: 'iopt_area_start_byte() without page_offset',
    parts: ({ IoptArea }) => ({
      IoptArea: class extends IoptArea {
        override byteAt(iova: bigint): bigint {
          return alignDown(this.startByte, PAGE_SIZE) + (iova - this.first);
        }
      },
    }),
  },
  {
    id: 'SEED-050',
    breaks: ['IOAS-MAP-47'],
    story: 'Only pages that the process has touched can be mapped.',
    like: 'get_user_pages_fast_only() without the slow path',
    parts: ({ AddressSpace }) => ({
      AddressSpace: class extends AddressSpace {
        protected override pinPage(address: bigint, write: boolean): Pfn | undefined {
          return this.physicalAddress(address) === undefined
            ? undefined
            : super.pinPage(address, write);
        }
      },
    }),
  },
  {
    id: 'SEED-051',
    breaks: ['IOAS-MAP-28'],
    story: 'A page table that cannot be filled leaves what it reserved in the IOAS.',
    like: 'iopt_table_add_domain() without the removal of reserved ranges on failure',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override addDomain(domain: IommuDomain): ErrnoName | undefined {
          const error = super.addDomain(domain);
          if (error === 'EFAULT') this.reserveOutside(domain);
          return error;
        }
      },
    }),
  },
);
