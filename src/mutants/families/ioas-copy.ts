import { answering } from '#mutants/command.ts';
import { mutants } from '#mutants/mutant.ts';
import type { IommuProtection } from '#reference/kernel/iommu/domain.ts';
import type { IoptArea, PagesSlice } from '#reference/kernel/iommufd/area.ts';
import type { MapRequest } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { IoptPages } from '#reference/kernel/iommufd/pages.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_ioas_copy } from '#uapi/iommufd/ioas.ts';

type Copy = UserCommand<typeof iommu_ioas_copy>;

/** IOMMU_IOAS_COPY. */
export const entries = mutants(
  {
    id: 'SEED-0060',
    breaks: ['IOAS-COPY-07'],
    story: 'A copy passes over a hole in the middle of its source.',
    like: 'iopt_get_pages() that does not ask whether the areas touch',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override slices(iova: bigint, length: bigint): PagesSlice[] | ErrnoName {
          const whole = super.slices(iova, length);
          const last = iova + length - 1n;
          const below = this.areas.intersecting(iova, iova);
          const above = this.areas.intersecting(last, last);
          if (whole !== 'ENOENT' || !below || !above) return whole;
          const low = super.slices(iova, below.last - iova + 1n);
          const high = super.slices(above.first, last - above.first + 1n);
          return typeof low === 'string' || typeof high === 'string' ? whole : [...low, ...high];
        }
      },
  },
  {
    id: 'SEED-0061',
    breaks: ['IOAS-COPY-08'],
    story: 'A copy of a part of a mapping leads to the beginning of the mapping.',
    like: 'iopt_get_pages() with start_byte of the area',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override slices(iova: bigint, length: bigint): PagesSlice[] | ErrnoName {
          const slices = super.slices(iova, length);
          const area = this.areas.intersecting(iova, iova);
          if (typeof slices === 'string' || !area) return slices;
          return slices.map((slice, index) =>
            index === 0 ? { ...slice, startByte: area.startByte } : slice,
          );
        }
      },
  },
  {
    id: 'SEED-0062',
    breaks: ['IOAS-COPY-14'],
    story: 'A copy may be writeable whatever its memory was mapped for.',
    like: 'iopt_insert_area() without the test of pages->writable',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override checkSlice(
          slice: PagesSlice,
          { read }: IommuProtection,
        ): ErrnoName | undefined {
          return super.checkSlice(slice, { read, write: false });
        }
      },
  },
  {
    id: 'SEED-0063',
    breaks: ['IOAS-COPY-18'],
    story: 'Each mapping of a page is charged for it, not only the first.',
    like: 'do_update_pinned() with all pages in place of those that are new',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          const before = this.pinnedPages;
          const error = super.pin(first, last);
          const known = BigInt(last - first + 1) - (this.pinnedPages - before);
          return error ?? this.accounting.charge(known);
        }
      },
  },
  {
    id: 'SEED-0064',
    breaks: ['IOAS-COPY-19'],
    story: 'Pages are unpinned with the first of the mappings that use them.',
    like: 'pages->npinned without a look at the other areas',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        protected override use(index: number, difference: 1 | -1): number {
          const users = super.use(index, difference);
          return difference === -1 ? 0 : users;
        }
      },
  },
  {
    id: 'SEED-0065',
    breaks: ['IOAS-COPY-24'],
    story: 'A copy answers with src_iova set to where it went.',
    like: 'cmd->src_iova = iova',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override copy(command: Copy): ErrnoName | undefined {
          const wrong = answering(command, ({ dst_iova = 0n }) => ({
            dst_iova,
            src_iova: dst_iova,
          }));
          return super.copy(wrong);
        }
      },
  },
  {
    id: 'SEED-0538',
    breaks: ['IOAS-COPY-04'],
    story: 'A copy of no bytes is refused before its source is looked up.',
    like: 'a check of the length with those of the flags',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override copy(command: Copy): ErrnoName | undefined {
          const error = super.copy(command);
          return error === 'ENOENT' && command.fields.length === 0n ? 'EINVAL' : error;
        }
      },
  },
  {
    id: 'SEED-0539',
    breaks: ['IOAS-COPY-06'],
    story: 'A source that wraps is one that is not mapped.',
    like: 'a walk over areas that finds out by itself',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override slices(iova: bigint, length: bigint): PagesSlice[] | ErrnoName {
          const slices = super.slices(iova, length);
          return slices === 'EOVERFLOW' ? 'ENOENT' : slices;
        }
      },
  },
  {
    id: 'SEED-0540',
    breaks: ['IOAS-COPY-16', 'IOAS-COPY-15'],
    story: 'A copy has no right that its source lacks.',
    like: 'the rights of the area in place of those of its pages',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override copy(command: Copy): ErrnoName | undefined {
          const { src_ioas_id, src_iova, flags } = command.fields;
          const source = this.ioas(src_ioas_id);
          const area =
            typeof source !== 'string' && source.iopt.areas.intersecting(src_iova, src_iova);
          if (area && flags & 4 && !area.protection.read) return 'EPERM';
          if (area && flags & 2 && !area.protection.write) return 'EPERM';
          return super.copy(command);
        }
      },
  },
  {
    id: 'SEED-0541',
    breaks: ['IOAS-COPY-09'],
    story: 'The pieces of a copy cannot be unmapped one by one.',
    like: 'one area for the whole of a copy',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        private readonly joined: { first: bigint; last: bigint }[] = [];

        override map(request: MapRequest): bigint | ErrnoName {
          const iova = super.map(request);
          if (typeof iova !== 'string' && request.slices.length > 1) {
            this.joined.push({ first: iova, last: iova + request.length - 1n });
          }
          return iova;
        }

        protected override isCut(area: IoptArea, first: bigint, last: bigint): boolean {
          const whole = this.joined.find((one) => one.first <= area.first && area.last <= one.last);
          if (whole && (whole.first < first || whole.last > last)) return true;
          return super.isCut(area, first, last);
        }
      },
  },
  {
    id: 'SEED-0542',
    breaks: ['IOAS-COPY-22'],
    story: 'What a copy puts into a page table is pinned anew from its addresses.',
    like: 'pages that are looked up although they are pinned',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          const { source } = this;
          if (source.kind === 'user' && source.memory.exited) return 'EFAULT';
          return super.pin(first, last);
        }
      },
  },
  {
    id: 'SEED-0820',
    breaks: ['IOAS-COPY-14'],
    story: 'A copy of a copy may be writeable whatever its memory was mapped for.',
    like: 'a copy that takes its pages anew, with every right',
    bug: ({ iommufd }) => {
      const mapped = new WeakSet<IoptPages>();
      const copied = new WeakSet<IoptPages>();
      return class extends iommufd.IoPagetable {
        override map(request: MapRequest): bigint | ErrnoName {
          const iova = super.map(request);
          if (typeof iova === 'string') return iova;
          for (const { pages } of request.slices) {
            if (mapped.has(pages)) copied.add(pages);
            mapped.add(pages);
          }
          return iova;
        }

        protected override checkSlice(
          slice: PagesSlice,
          { read, write }: IommuProtection,
        ): ErrnoName | undefined {
          return super.checkSlice(slice, { read, write: write && !copied.has(slice.pages) });
        }
      };
    },
  },
  {
    id: 'SEED-0821',
    breaks: ['IOAS-COPY-09'],
    story: 'Of the pieces of a copy only the first four come to a page table.',
    like: 'a list of pieces with four entries',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override fillAreas(areas: readonly IoptArea[]): ErrnoName | undefined {
          return super.fillAreas(areas.slice(0, 4));
        }
      },
  },
  {
    id: 'SEED-0822',
    breaks: ['IOAS-COPY-14'],
    story: 'The rights of the fifth piece of a copy and of those behind it are not looked at.',
    like: 'a check in a loop with a bound of its own',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        private checked = 0;

        protected override insertAreas(request: MapRequest, iova: bigint): IoptArea[] | ErrnoName {
          this.checked = 0;
          return super.insertAreas(request, iova);
        }

        protected override checkSlice(
          slice: PagesSlice,
          { read, write }: IommuProtection,
        ): ErrnoName | undefined {
          return super.checkSlice(slice, { read, write: write && this.checked++ < 4 });
        }
      },
  },
  {
    id: 'SEED-0823',
    breaks: ['IOAS-COPY-21'],
    story: 'Pieces of a copy that were pinned stay so when a later one cannot be.',
    like: 'iopt_fill_domains_pages() without its way out',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override fillAreas(areas: readonly IoptArea[]): ErrnoName | undefined {
          for (const area of areas) {
            const error = this.fillArea(area);
            if (error) return error;
          }
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0837',
    breaks: ['IOAS-COPY-08'],
    story: 'Where a piece of a copy begins in its memory is kept in 32 bits.',
    like: 'an unsigned int for start_byte',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override slices(iova: bigint, length: bigint): PagesSlice[] | ErrnoName {
          const slices = super.slices(iova, length);
          if (typeof slices === 'string') return slices;
          return slices.map((slice) => ({
            ...slice,
            startByte: BigInt.asUintN(32, slice.startByte),
          }));
        }
      },
  },
  {
    id: 'SEED-0930',
    breaks: ['IOAS-COPY-05'],
    story: 'A copy of nothing finds nothing: ENOENT.',
    like: 'iopt_get_pages() that leaves a length of 0 to its walk over the areas',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override slices(iova: bigint, length: bigint): PagesSlice[] | ErrnoName {
          return length === 0n ? 'ENOENT' : super.slices(iova, length);
        }
      },
  },
);
