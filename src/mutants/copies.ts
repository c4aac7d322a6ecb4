import type { IommuDomain, IommuProtection } from '#reference/kernel/iommu/domain.ts';
import type { Accounting } from '#reference/kernel/iommufd/accounting.ts';
import type { IoptArea, PagesSlice } from '#reference/kernel/iommufd/area.ts';
import type { DmabufPagesOptions } from '#reference/kernel/iommufd/dmabuf-pages.ts';
import type { Kernel } from '#reference/machine/kernel.ts';
import { alignDown } from '#reference/kernel/lib/math.ts';
import { PAGE_SIZE } from '#reference/kernel/mm/user-memory.ts';
import type { Pfn } from '#reference/kernel/mm/user-memory.ts';
import type { Unmapped } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_ioas_copy, iommu_ioas_map_file } from '#uapi/iommufd/ioas.ts';

import { answering, mistaken } from './command.ts';
import { mutants } from './mutant.ts';

/** Files, dma-bufs and copies: features/iommufd/ioas-{map-file,map-dma-buf,copy}.feature. */
export const copies = mutants(
  {
    id: 'BUG-013',
    breaks: ['IOAS-FILE-22'],
    story: 'The revocation of a dma-buf reaches for a mapping of it that is gone.',
    like: 'iommufd: Destroy the pages content after detaching from dmabuf',
    parts: ({ DmabufPages }) => ({
      DmabufPages: class extends DmabufPages {
        override unmapDomain(area: IoptArea, domain: IommuDomain): void {
          const before = [...this.mapped];
          super.unmapDomain(area, domain);
          for (const stale of before) this.mapped.add(stale);
        }

        protected override release(): void {
          this.source.release();
        }
      },
    }),
  },
  {
    id: 'BUG-014',
    breaks: ['IOAS-FILE-19'],
    story: 'The second page table of an IOAS gets a dma-buf as if its pages had been pinned.',
    like: 'iommufd: Keep dmabuf PFNs MMIO when filling another domain',
    parts: ({ DmabufPages, IoptPages }) => ({
      DmabufPages: class extends DmabufPages {
        override mapDomain(area: IoptArea, domain: IommuDomain): ErrnoName | undefined {
          if (this.mapped.size === 0) return super.mapDomain(area, domain);
          return IoptPages.prototype.mapDomain.call(this, area, domain, true);
        }
      },
    }),
  },
  {
    id: 'BUG-015',
    breaks: ['IOAS-FILE-19'],
    story: 'An unmap that has come over a dma-buf takes the memory behind it for one as well.',
    like: 'iommufd: Initialize batch->kind in batch_clear()',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        private kind = '';

        override unmap(first: bigint, last: bigint): Unmapped {
          this.kind = '';
          return super.unmap(first, last);
        }

        protected override unpinArea(area: IoptArea): void {
          if (this.kind !== 'dmabuf') super.unpinArea(area);
          if (area.pages.source.kind === 'dmabuf') this.kind = 'dmabuf';
        }
      },
    }),
  },
  {
    id: 'BUG-202',
    breaks: ['IOAS-FILE-19'],
    story: 'The memory of a device is charged like memory of the process.',
    like: 'iommufd: Avoid including VM_PFNMAP memory from RLIMIT_MEMLOCK',
    parts: ({ DmabufPages }) => ({
      DmabufPages: class extends DmabufPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          return this.accounting.charge(BigInt(last - first + 1));
        }

        override unpin(first: number, last: number): void {
          this.accounting.uncharge(BigInt(last - first + 1));
        }
      },
    }),
  },
  {
    id: 'SEED-052',
    breaks: ['IOAS-FILE-22', 'IOAS-FILE-28'],
    story: 'The revocation of a dma-buf reaches the first page table only.',
    like: 'iopt_revoke_notify() that stops after one area',
    parts: ({ DmabufPages }) => ({
      DmabufPages: class extends DmabufPages {
        override invalidate(): void {
          const [, ...others] = this.mapped;
          for (const other of others) this.mapped.delete(other);
          super.invalidate();
        }
      },
    }),
  },
  {
    id: 'SEED-053',
    breaks: ['IOAS-FILE-28'],
    story: 'A copy of a dma-buf is not told of a revocation once the original is unmapped.',
    like: 'dma_buf_detach() with the first area in place of the last',
    parts: ({ DmabufPages }) => ({
      DmabufPages: class extends DmabufPages {
        private readonly told: DmabufPagesOptions['dmabuf'];

        constructor(kernel: Kernel, options: DmabufPagesOptions) {
          super(kernel, options);
          this.told = options.dmabuf;
        }

        override put(): void {
          super.put();
          if (this.mapped.size > 0) this.told.detach(this);
        }
      },
    }),
  },
  {
    id: 'SEED-054',
    breaks: ['IOAS-FILE-02', 'IOAS-FILE-03', 'IOAS-FILE-04'],
    story: 'IOMMU_IOAS_MAP_FILE looks at the file descriptor before everything else.',
    like: 'fget() at the top of the ioctl',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override mapFile(command: UserCommand<typeof iommu_ioas_map_file>): ErrnoName | undefined {
          const file = command.task.files.get(command.fields.fd);
          return file === 'EBADF' ? file : super.mapFile(command);
        }
      },
    }),
  },
  {
    id: 'SEED-055',
    breaks: ['IOAS-FILE-08'],
    story: 'A map that reaches beyond a file fails as one that has run out of memory.',
    like: 'the errno of the page cache in place of the check of the size',
    parts: ({ Memfd }) => ({
      Memfd: class extends Memfd {
        override pinPages(offset: bigint, count: number): readonly Pfn[] | ErrnoName {
          const pfns = super.pinPages(offset, count);
          return pfns === 'EINVAL' ? 'ENOMEM' : pfns;
        }
      },
    }),
  },
  {
    id: 'SEED-056',
    breaks: ['IOAS-FILE-10'],
    story: 'A map of a file begins at the beginning of a page.',
    like: 'start >> PAGE_SHIFT without the rest',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override mapFile(command: UserCommand<typeof iommu_ioas_map_file>): ErrnoName | undefined {
          const start = alignDown(command.fields.start, PAGE_SIZE);
          return super.mapFile(mistaken(command, { start }));
        }
      },
    }),
  },
  {
    id: 'SEED-058',
    breaks: ['IOAS-FILE-13'],
    story: 'A map of a file needs the process that made it, as a map of its memory does.',
    like: 'mmget_not_zero() also where no memory of a process is used',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          return this.accounting.memory.exited ? 'EFAULT' : super.pin(first, last);
        }
      },
    }),
  },
  {
    id: 'SEED-059',
    breaks: ['IOAS-FILE-15'],
    story: 'Pinned pages of a file are not charged.',
    like: "page cache that is nobody's",
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          if (this.source.kind === 'file') this.accounting = uncharged(this.accounting);
          return super.pin(first, last);
        }
      },
    }),
  },
  {
    id: 'SEED-060',
    breaks: ['IOAS-COPY-07'],
    story: 'A copy passes over a hole in the middle of its source.',
    like: 'iopt_get_pages() that does not ask whether the areas touch',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
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
    }),
  },
  {
    id: 'SEED-061',
    breaks: ['IOAS-COPY-08'],
    story: 'A copy of a part of a mapping leads to the beginning of the mapping.',
    like: 'iopt_get_pages() with start_byte of the area',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override slices(iova: bigint, length: bigint): PagesSlice[] | ErrnoName {
          const slices = super.slices(iova, length);
          const area = this.areas.intersecting(iova, iova);
          if (typeof slices === 'string' || !area) return slices;
          return slices.map((slice, index) =>
            index === 0 ? { ...slice, startByte: area.startByte } : slice,
          );
        }
      },
    }),
  },
  {
    id: 'SEED-062',
    breaks: ['IOAS-COPY-14'],
    story: 'A copy may be writeable whatever its memory was mapped for.',
    like: 'iopt_insert_area() without the test of pages->writable',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        protected override checkSlice(
          slice: PagesSlice,
          { read }: IommuProtection,
        ): ErrnoName | undefined {
          return super.checkSlice(slice, { read, write: false });
        }
      },
    }),
  },
  {
    id: 'SEED-063',
    breaks: ['IOAS-COPY-18'],
    story: 'Each mapping of a page is charged for it, not only the first.',
    like: 'do_update_pinned() with all pages in place of those that are new',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          const before = this.pinnedPages;
          const error = super.pin(first, last);
          const known = BigInt(last - first + 1) - (this.pinnedPages - before);
          return error ?? this.accounting.charge(known);
        }
      },
    }),
  },
  {
    id: 'SEED-064',
    breaks: ['IOAS-COPY-19'],
    story: 'Pages are unpinned with the first of the mappings that use them.',
    like: 'pages->npinned without a look at the other areas',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        protected override use(index: number, difference: 1 | -1): number {
          const users = super.use(index, difference);
          return difference === -1 ? 0 : users;
        }
      },
    }),
  },
  {
    id: 'SEED-065',
    breaks: ['IOAS-COPY-24'],
    story: 'A copy answers with src_iova set to where it went.',
    like: 'cmd->src_iova = iova',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override copy(command: UserCommand<typeof iommu_ioas_copy>): ErrnoName | undefined {
          const wrong = answering(command, ({ dst_iova = 0n }) => ({
            dst_iova,
            src_iova: dst_iova,
          }));
          return super.copy(wrong);
        }
      },
    }),
  },
);

function uncharged(accounting: Accounting): Accounting {
  const nothing = { value: () => undefined };
  return Object.create(accounting, { charge: nothing, uncharge: nothing }) as Accounting;
}
