import { mistaken } from '#mutants/command.ts';
import { mutants } from '#mutants/mutant.ts';
import type { OpenFile } from '#reference/kernel/fs/file.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { Accounting } from '#reference/kernel/iommufd/accounting.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { DmabufPagesOptions } from '#reference/kernel/iommufd/dmabuf-pages.ts';
import type { Unmapped } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import { alignDown } from '#reference/kernel/lib/math.ts';
import type { DmabufRange } from '#reference/kernel/mm/dmabuf.ts';
import { PAGE_SIZE, type Pfn } from '#reference/kernel/mm/user-memory.ts';
import type { IommufdKernel } from '#reference/kernel/iommufd/kernel.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_ioas_map_file } from '#uapi/iommufd/ioas.ts';

type MapFile = UserCommand<typeof iommu_ioas_map_file>;
interface Piece {
  readonly area: IoptArea;
  readonly first: bigint;
  readonly last: bigint;
}

/** IOMMU_IOAS_MAP_FILE. */
export const entries = mutants(
  {
    id: 'BUG-013',
    breaks: ['IOAS-FILE-22'],
    story: 'The revocation of a dma-buf reaches for a mapping of it that is gone.',
    like: 'iommufd: Destroy the pages content after detaching from dmabuf',
    bug: ({ iommufd }) =>
      class extends iommufd.DmabufPages {
        override unmapDomain(area: IoptArea, domain: IommuDomain): void {
          const before = [...this.mapped];
          super.unmapDomain(area, domain);
          for (const stale of before) this.mapped.add(stale);
        }

        protected override release(): void {
          this.source.release();
        }
      },
  },
  {
    id: 'BUG-014',
    breaks: ['IOAS-FILE-19'],
    story: 'The second page table of an IOAS gets a dma-buf as if its pages had been pinned.',
    like: 'iommufd: Keep dmabuf PFNs MMIO when filling another domain',
    bug: ({ iommufd }) =>
      class extends iommufd.DmabufPages {
        override mapDomain(area: IoptArea, domain: IommuDomain): ErrnoName | undefined {
          if (this.mapped.size === 0) return super.mapDomain(area, domain);
          return iommufd.IoptPages.prototype.mapDomain.call(this, area, domain, true);
        }
      },
  },
  {
    id: 'BUG-015',
    breaks: ['IOAS-FILE-19'],
    story: 'An unmap that has come over a dma-buf takes the memory behind it for one as well.',
    like: 'iommufd: Initialize batch->kind in batch_clear()',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
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
  },
  {
    id: 'BUG-202',
    breaks: ['IOAS-FILE-19'],
    story: 'The memory of a device is charged like memory of the process.',
    like: 'iommufd: Avoid including VM_PFNMAP memory from RLIMIT_MEMLOCK',
    bug: ({ iommufd }) =>
      class extends iommufd.DmabufPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          return this.accounting.charge(BigInt(last - first + 1));
        }

        override unpin(first: number, last: number): void {
          this.accounting.uncharge(BigInt(last - first + 1));
        }
      },
  },
  {
    id: 'SEED-0052',
    breaks: ['IOAS-FILE-22', 'IOAS-FILE-28'],
    story: 'The revocation of a dma-buf reaches the first page table only.',
    like: 'iopt_revoke_notify() that stops after one area',
    bug: ({ iommufd }) =>
      class extends iommufd.DmabufPages {
        override invalidate(): void {
          const [, ...others] = this.mapped;
          for (const other of others) this.mapped.delete(other);
          super.invalidate();
        }
      },
  },
  {
    id: 'SEED-0053',
    breaks: ['IOAS-FILE-28'],
    story: 'A copy of a dma-buf is not told of a revocation once the original is unmapped.',
    like: 'dma_buf_detach() with the first area in place of the last',
    bug: ({ iommufd }) =>
      class extends iommufd.DmabufPages {
        private readonly told: DmabufPagesOptions['dmabuf'];

        constructor(kernel: IommufdKernel, options: DmabufPagesOptions) {
          super(kernel, options);
          this.told = options.dmabuf;
        }

        override put(): void {
          super.put();
          if (this.mapped.size > 0) this.told.detach(this);
        }
      },
  },
  {
    id: 'SEED-0054',
    breaks: ['IOAS-FILE-02', 'IOAS-FILE-03', 'IOAS-FILE-04'],
    story: 'IOMMU_IOAS_MAP_FILE looks at the file descriptor before everything else.',
    like: 'fget() at the top of the ioctl',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override mapFile(command: MapFile): ErrnoName | undefined {
          const file = command.task.files.get(command.fields.fd);
          return file === 'EBADF' ? file : super.mapFile(command);
        }
      },
  },
  {
    id: 'SEED-0055',
    breaks: ['IOAS-FILE-08'],
    story: 'A map that reaches beyond a file fails as one that has run out of memory.',
    like: 'the errno of the page cache in place of the check of the size',
    bug: ({ mm }) =>
      class extends mm.Memfd {
        override pinPages(offset: bigint, count: number): readonly Pfn[] | ErrnoName {
          const pfns = super.pinPages(offset, count);
          return pfns === 'EINVAL' ? 'ENOMEM' : pfns;
        }
      },
  },
  {
    id: 'SEED-0056',
    breaks: ['IOAS-FILE-10'],
    story: 'A map of a file begins at the beginning of a page.',
    like: 'start >> PAGE_SHIFT without the rest',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override mapFile(command: MapFile): ErrnoName | undefined {
          const start = alignDown(command.fields.start, PAGE_SIZE);
          return super.mapFile(mistaken(command, { start }));
        }
      },
  },
  {
    id: 'SEED-0058',
    breaks: ['IOAS-FILE-13'],
    story: 'A map of a file needs the process that made it, as a map of its memory does.',
    like: 'mmget_not_zero() also where no memory of a process is used',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          return this.accounting.memory.exited ? 'EFAULT' : super.pin(first, last);
        }
      },
  },
  {
    id: 'SEED-0059',
    breaks: ['IOAS-FILE-15'],
    story: 'Pinned pages of a file are not charged.',
    like: "page cache that is nobody's",
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          if (this.source.kind === 'file') this.accounting = uncharged(this.accounting);
          return super.pin(first, last);
        }
      },
  },
  {
    id: 'SEED-0548',
    breaks: ['IOAS-FILE-06', 'IOAS-FILE-07'],
    story: 'A file that is no memory is refused when it is mapped.',
    like: 'a look at the file before it is needed',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override mapFile(command: MapFile): ErrnoName | undefined {
          const file = command.task.files.get(command.fields.fd);
          const error = super.mapFile(command);
          if (error || typeof file === 'string') return error;
          const { memory, dmabuf } = file.operations;
          return (memory ?? dmabuf) ? undefined : 'EINVAL';
        }
      },
  },
  {
    id: 'SEED-0549',
    breaks: ['IOAS-FILE-24'],
    story: 'An access can pin what is behind a dma-buf.',
    like: 'a dma-buf that is taken for pages',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        protected override pinPiece(piece: Piece): ErrnoName | undefined {
          if (piece.area.pages.source.kind !== 'dmabuf') return super.pinPiece(piece);
          piece.area.accesses++;
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0800',
    breaks: ['IOAS-FILE-18'],
    story: 'Of a dma-buf with several ranges the first one is mapped, and what lies behind it.',
    like: 'vfio/pci: the check of the number of ranges left out',
    bug: ({ mm }) =>
      class extends mm.Dmabuf {
        override mapForIommufd(): bigint | ErrnoName {
          const [first] = this.ranges;
          return first && !this.revoked ? first.physical : 'ENODEV';
        }
      },
  },
  {
    id: 'SEED-0801',
    breaks: ['IOAS-FILE-22', 'IOAS-FILE-28', 'VFIO-DBUF-08'],
    story: 'Registers that are switched off stay where they are mapped.',
    like: 'vfio/pci: the importers are not told when memory is switched off',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciDmabufs {
        override move(revoked: boolean): void {
          for (const dmabuf of this.exported) dmabuf.revoked = revoked;
        }
      },
  },
  {
    id: 'SEED-0802',
    breaks: ['IOAS-FILE-22'],
    story: 'Registers that are switched on again cannot be mapped any more.',
    like: 'vfio/pci: dma-bufs stay revoked when memory is switched on',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciDmabufs {
        override move(revoked: boolean): void {
          if (revoked) super.move(revoked);
        }
      },
  },
  {
    id: 'SEED-0803',
    breaks: ['IOAS-FILE-19'],
    story: 'A dma-buf begins one page behind the registers that were asked for.',
    like: 'vfio/pci: the offset of a range counted from the second page',
    bug: ({ mm }) =>
      class extends mm.Dmabuf {
        constructor(...ranges: readonly DmabufRange[]) {
          super(...ranges.map((range) => ({ ...range, physical: range.physical + 4096n })));
        }
      },
  },
  {
    id: 'SEED-0882',
    breaks: ['IOAS-FILE-29'],
    story:
      'The memory of a dma-buf is lost with its last file descriptor, also where it is mapped.',
    like: 'iopt_map_dmabuf() that does not keep the dma-buf',
    bug: ({ iommufd }) =>
      class extends iommufd.DmabufPages {
        constructor(kernel: IommufdKernel, options: DmabufPagesOptions) {
          super(kernel, options);
          afterClose(options.file, () => this.invalidate());
        }

        protected override release(): void {
          this.dmabuf.detach(this);
        }
      },
  },
  {
    id: 'SEED-0883',
    breaks: ['IOAS-FILE-29'],
    story: 'Its owner cannot take a dma-buf away any more when its last file descriptor is closed.',
    like: 'iopt_map_dmabuf() whose attachment goes with the file',
    bug: ({ iommufd }) =>
      class extends iommufd.DmabufPages {
        constructor(kernel: IommufdKernel, options: DmabufPagesOptions) {
          super(kernel, options);
          afterClose(options.file, () => this.dmabuf.detach(this));
        }

        protected override release(): void {
          this.dmabuf.detach(this);
        }
      },
  },
  {
    id: 'SEED-0884',
    breaks: ['IOAS-FILE-30', 'VFIO-DBUF-11', 'VFIO-LIFE-10'],
    story: 'Registers stay where they are mapped when their device is closed.',
    like: 'vfio/pci: vfio_pci_dma_buf_cleanup() left out of the close',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciDmabufs {
        override cleanUp(): void {
          this.exported.clear();
        }
      },
  },
  {
    id: 'SEED-0885',
    breaks: ['IOAS-FILE-30', 'VFIO-DBUF-11'],
    story: 'A dma-buf of a device that was closed can still be mapped.',
    like: 'vfio/pci: vfio_pci_dma_buf_cleanup() that tells the importers and marks nothing',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciDmabufs {
        override cleanUp(): void {
          const all = [...this.exported];
          super.cleanUp();
          for (const dmabuf of all) dmabuf.revoked = false;
        }
      },
  },
  {
    id: 'SEED-0892',
    breaks: ['IOAS-FILE-09'],
    story: 'The place in a file has 32 bits.',
    like: 'loff_t that becomes an unsigned int on its way to memfd_pin_folios()',
    bug: ({ iommufd }) =>
      class extends iommufd.FileSource {
        override pin(index: number, count: number): readonly Pfn[] | ErrnoName {
          const lost = this.start - BigInt.asUintN(32, this.start);
          return super.pin(index - Number(lost / PAGE_SIZE), count);
        }
      },
  },
  {
    id: 'SEED-0900',
    breaks: ['IOAS-FILE-31'],
    story: 'A process that has exited cannot be charged for a file that it has mapped.',
    like: 'update_mm_locked_vm() that asks for the mm also where the pages are those of a file',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
        protected override lock(pages: bigint): ErrnoName | undefined {
          return this.mode === 'mm' && this.memory.exited ? 'EINVAL' : super.lock(pages);
        }
      },
  },
  {
    id: 'SEED-0901',
    breaks: ['IOAS-FILE-31'],
    story:
      'What a process that has exited mapped of a file is pinned no more, for whomever it counts.',
    like: 'iopt_pages_update_pinned() that asks for the mm in every mode',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
        protected override lock(pages: bigint): ErrnoName | undefined {
          return this.memory.exited ? 'EINVAL' : super.lock(pages);
        }
      },
  },
);

function uncharged(accounting: Accounting): Accounting {
  const nothing = { value: () => undefined };
  return Object.create(accounting, { charge: nothing, uncharge: nothing }) as Accounting;
}

/** The mapping lets go of the file at once, and is told when the last file descriptor has gone. */
function afterClose(file: OpenFile, tell: () => void): void {
  const { operations } = file;
  const release = operations.release?.bind(operations);
  Object.assign(operations, {
    release: () => {
      tell();
      release?.();
    },
  });
  file.put();
}
