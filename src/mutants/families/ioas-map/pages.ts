import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { MapRequest } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { Mapping } from '#reference/kernel/iommufd/ioas-commands.ts';
import type { IoptPages } from '#reference/kernel/iommufd/pages.ts';
import { alignDown } from '#reference/kernel/lib/math.ts';
import { PAGE_SHIFT, PAGE_SIZE, type Pfn } from '#reference/kernel/mm/user-memory.ts';
import type { ErrnoName } from '#uapi/errno.ts';

type MapDomain = Parameters<IoptPages['mapDomain']>;

/** As many pages as the kernel handles together. */
const BATCH = 512;

/** IOMMU_IOAS_MAP: the pages behind a map, and their accounts. */
export const entries = mutants(
  {
    id: 'BUG-016',
    breaks: ['IOAS-MAP-43'],
    story: 'The page that a batch carries over to the next one is taken from the start of its run.',
    like: 'iommufd: Do not corrupt the pfn list when doing batch carry',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        protected override pageOf(
          ...[area, index]: Parameters<IoptPages['pageOf']>
        ): ReturnType<IoptPages['pageOf']> {
          const page = super.pageOf(area, index);
          const isCarried = index > 0 && index % BATCH === 0 && this.pinned.has(index - BATCH);
          return isCarried
            ? { ...page, physical: super.pageOf(area, index - BATCH).physical }
            : page;
        }
      },
  },
  {
    id: 'BUG-018',
    breaks: ['IOAS-MAP-43', 'IOAS-UNMAP-17'],
    story: 'The page that a batch carries over is forgotten when pages are unpinned.',
    like: 'iommufd: Set end correctly when doing batch carry',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override unpin(first: number, last: number): void {
          const carried = first + BATCH;
          super.unpin(first, Math.min(last, carried - 1));
          if (last > carried) super.unpin(carried + 1, last);
        }
      },
  },
  {
    id: 'BUG-169',
    breaks: ['IOAS-MAP-33'],
    story: 'A private mapping of a file is pinned as the page of the file.',
    like: 'vfio/container: Restrict dma_map_file() to shared RAM or RAM devices',
    bug: ({ mm }) =>
      class extends mm.AddressSpace {
        protected override pinPage(address: bigint, write: boolean): Pfn | undefined {
          const vma = this.vmas.find(address);
          if (!vma?.file || vma.shared) return super.pinPage(address, write);
          const pfn = this.faults.own({ ...vma, shared: true }, address >> PAGE_SHIFT);
          if (pfn === 'SIGBUS') return undefined;
          this.pages.pin(pfn);
          return pfn;
        }
      },
  },
  {
    id: 'BUG-194',
    breaks: ['IOAS-MAP-29'],
    story: 'A map that fails at one of its pages leaves its IOVAs occupied.',
    like: 'iommu: Handle unmap error when iommu_debug is enabled',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override removeAreas(_areas: readonly IoptArea[]): void {}
      },
  },
  {
    id: 'SEED-0044',
    breaks: ['IOAS-MAP-29'],
    story: 'The first page of a map that fails at a later one stays pinned.',
    like: 'pfn_reader_user_pin() without the unwind',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          const error = super.pin(first, last);
          if (error) super.pin(first, first);
          return error;
        }
      },
  },
  {
    id: 'SEED-0045',
    breaks: ['IOAS-MAP-30'],
    story: 'Memory that the process may only read is pinned for a writeable map.',
    like: 'pin_user_pages() without FOLL_WRITE',
    bug: ({ iommufd }) =>
      class extends iommufd.UserSource {
        override pin(index: number, count: number): readonly Pfn[] | ErrnoName {
          return super.pin(index, count, false);
        }
      },
  },
  {
    id: 'SEED-0046',
    breaks: ['IOAS-MAP-31'],
    story:
      'Memory is always pinned for writing, and memory that may only be read cannot be mapped.',
    like: 'pin_user_pages() with FOLL_WRITE whatever the map asks for',
    bug: ({ iommufd }) =>
      class extends iommufd.UserSource {
        override pin(index: number, count: number): readonly Pfn[] | ErrnoName {
          return super.pin(index, count, true);
        }
      },
  },
  {
    id: 'SEED-0047',
    breaks: ['IOAS-MAP-34', 'VFIO-LIFE-08'],
    story: 'Pages are mapped without being pinned, and are lost when the process gives them back.',
    like: 'get_user_pages() and put_page() before the map',
    bug: ({ mm }) =>
      class extends mm.Pages {
        override pin(_pfn: Pfn): void {}
        override unpinPages(_pfns: readonly Pfn[]): void {}
      },
  },
  {
    id: 'SEED-0048',
    breaks: ['IOAS-MAP-36'],
    story: 'A map reaches the first page table of an IOAS only.',
    like: 'iopt_area_fill_domains() that stops at the storage domain',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override mapDomain(...[area, domain, isLarge]: MapDomain): ErrnoName | undefined {
          if (this.reached.has(area)) return undefined;
          this.reached.add(area);
          return super.mapDomain(area, domain, isLarge);
        }

        private readonly reached = new WeakSet<IoptArea>();
      },
  },
  {
    id: 'SEED-0049',
    breaks: ['IOAS-MAP-37', 'IOAS-COPY-08'],
    story: 'A map that begins inside a page leads to the beginning of that page.',
    like: 'iopt_area_start_byte() without page_offset',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptArea {
        override byteAt(iova: bigint): bigint {
          return alignDown(this.startByte, PAGE_SIZE) + (iova - this.first);
        }
      },
  },
  {
    id: 'SEED-0050',
    breaks: ['IOAS-MAP-47'],
    story: 'Only pages that the process has touched can be mapped.',
    like: 'get_user_pages_fast_only() without the slow path',
    bug: ({ mm }) =>
      class extends mm.AddressSpace {
        protected override pinPage(address: bigint, write: boolean): Pfn | undefined {
          return this.physicalAddress(address) === undefined
            ? undefined
            : super.pinPage(address, write);
        }
      },
  },
  {
    id: 'SEED-0051',
    breaks: ['IOAS-MAP-28'],
    story: 'A page table that cannot be filled leaves what it reserved in the IOAS.',
    like: 'iopt_table_add_domain() without the removal of reserved ranges on failure',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override addDomain(domain: IommuDomain): ErrnoName | undefined {
          const error = super.addDomain(domain);
          if (error === 'EFAULT') this.reserveOutside(domain);
          return error;
        }
      },
  },
  {
    id: 'SEED-0086',
    breaks: ['IOAS-MAP-40'],
    story: 'The last page that RLIMIT_MEMLOCK allows cannot be pinned.',
    like: 'a >= where account_locked_vm() has a >',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
        protected override limit(): bigint {
          return super.limit() - 1n;
        }
      },
  },
  {
    id: 'SEED-0087',
    breaks: ['IOAS-MAP-40'],
    story: 'A map that exceeds RLIMIT_MEMLOCK has charged its pages all the same.',
    like: 'update_locked_vm() without the way back',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
        override charge(pages: bigint): ErrnoName | undefined {
          const error = super.charge(pages);
          if (error === 'ENOMEM') this.memory.pinnedVm += pages;
          return error;
        }
      },
  },
  {
    id: 'SEED-0500',
    breaks: ['IOAS-MAP-41'],
    story: 'A map that the second page table has no memory for stays in the first.',
    like: 'an error path that unpins, and leaves the entries',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override fillArea(area: IoptArea): ErrnoName | undefined {
          if (this.domains.size === 0) return undefined;
          const error = this.pinArea(area);
          if (error) return error;
          for (const domain of this.domains) {
            const mapError = area.pages.mapDomain(area, domain, this.largePages);
            if (!mapError) continue;
            this.unpinArea(area);
            return mapError;
          }
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0501',
    breaks: ['IOAS-MAP-41'],
    story: 'Of a copy whose second piece finds no memory the first one keeps its IOVAs.',
    like: 'a loop that returns in the middle',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override insertAreas(request: MapRequest, iova: bigint): IoptArea[] | ErrnoName {
          const areas: IoptArea[] = [];
          let next = iova;
          for (const slice of request.slices) {
            const error =
              this.kernel.faults.kmalloc() ?? this.checkSlice(slice, request.protection);
            if (error) return error;
            areas.push(this.insertArea(next, slice, request.protection));
            next += slice.length;
          }
          return areas;
        }
      },
  },
  {
    id: 'SEED-0510',
    breaks: ['IOAS-MAP-41'],
    story:
      'A map whose later pages do not follow each other stays in the page table up to where it failed.',
    like: 'an unmap of the range that was to be mapped, from where the loop stood',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override mapDomain(...[area, domain, isLarge]: MapDomain): ErrnoName | undefined {
          let error: ErrnoName | undefined;
          for (const { iova, physical, length } of this.runs(area)) {
            error =
              this.kernel.faults.allocPages(0) ??
              domain.map(iova, physical, length, area.protection, isLarge ? undefined : 4096n);
            if (error) break;
          }
          return error;
        }
      },
  },
  {
    id: 'SEED-0536',
    breaks: ['IOAS-MAP-27'],
    story: 'Memory that is not there is refused when it is mapped, though nothing is pinned.',
    like: 'an early access_ok() and a look at the first page',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override mapUser(task: Task, mapping: Mapping, address: bigint): bigint | ErrnoName {
          const placed = super.mapUser(task, mapping, address);
          if (typeof placed === 'string') return placed;
          return typeof task.memory.load(address, 1) === 'string' ? 'EFAULT' : placed;
        }
      },
  },
  {
    id: 'SEED-0903',
    breaks: ['IOAS-MAP-33'],
    story: 'Of a huge page that a process gets a copy of only the first 4 KiB are copied.',
    like: 'copy_user_highpage() in place of copy_user_large_folio()',
    bug: ({ mm }) =>
      class extends mm.Pages {
        override copy(from: Pfn, to: Pfn): void {
          super.copy(from, to, 0);
        }
      },
  },
  {
    id: 'SEED-0904',
    breaks: ['IOAS-MAP-29'],
    story: 'Behind the end of a file its memory begins anew.',
    like: 'shmem_fault() without i_size_read()',
    bug: ({ mm }) =>
      class extends mm.Memfd {
        override fault(page: bigint): Pfn | 'SIGBUS' {
          return super.fault(page % (this.size / PAGE_SIZE || 1n));
        }
      },
  },
  {
    id: 'SEED-0931',
    breaks: ['IOAS-MAP-41'],
    story:
      'Of pages that lie behind each other those stay in the page table that were mapped, page by page, before one failed.',
    like: 'batch_iommu_map_small() without its way out',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override mapDomain(...[area, domain, isLarge]: MapDomain): ErrnoName | undefined {
          if (isLarge) return super.mapDomain(area, domain, isLarge);
          let lastTable: bigint | undefined;
          for (const { iova, physical, length } of this.runs(area)) {
            for (let done = 0n; done < length; done += 4096n) {
              const table = (iova + done) >> 21n;
              const piece = length - done < 4096n ? length - done : 4096n;
              const error =
                (table === lastTable ? undefined : this.kernel.faults.allocPages(0)) ??
                domain.map(iova + done, physical + done, piece, area.protection, 4096n);
              lastTable = table;
              if (!error) continue;
              if (iova > area.first) domain.unmap(area.first, iova - area.first);
              return error;
            }
          }
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0932',
    breaks: ['IOAS-MAP-41', 'PIN-15'],
    story: 'A map that fails keeps its pins of the pages that had not come to be mapped yet.',
    like: 'pfn_reader_release_pins() without the pages that are in no batch',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override fillArea(area: IoptArea): ErrnoName | undefined {
          const error = super.fillArea(area);
          const [unmapped, last] = [area.indexAt(area.first) + 2, area.indexAt(area.last)];
          if (error && unmapped <= last) area.pages.pin(unmapped, last);
          return error;
        }
      },
  },
);
