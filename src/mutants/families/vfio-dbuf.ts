import { mutants } from '#mutants/mutant.ts';
import type { FileOperations } from '#reference/kernel/fs/file.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { DmabufRange } from '#reference/kernel/mm/dmabuf.ts';
import type { PlacedBar } from '#reference/kernel/vfio/hardware.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Ranges in memory of the caller. */
interface List {
  readonly address: bigint;
  readonly count: number;
}

/** dma-bufs of regions. */
export const entries = mutants(
  {
    id: 'SEED-1928',
    breaks: ['VFIO-DBUF-02'],
    story: 'An absent BAR fails as a wrong argument does.',
    like: 'vfio_pci_core_feature_dma_buf() with one errno for all',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciDmabufs {
        override export(
          ...all: Parameters<InstanceType<typeof vfioPci.VfioPciDmabufs>['export']>
        ): number | ErrnoName {
          const fd = super.export(...all);
          return fd === 'ENODEV' ? 'EINVAL' : fd;
        }
      },
  },
  {
    id: 'SEED-1929',
    breaks: ['VFIO-DBUF-03'],
    story: 'A range may leave the BAR at its end.',
    like: 'offset >= pci_resource_len() without the length',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciDmabufs {
        protected override rangesFrom(
          task: Task,
          bar: PlacedBar,
          list: List,
        ): DmabufRange[] | ErrnoName {
          const size = bar.window.size + 0x1000n;
          return super.rangesFrom(task, { ...bar, window: { ...bar.window, size } }, list);
        }
      },
  },
  {
    id: 'SEED-1930',
    breaks: ['VFIO-DBUF-04'],
    story: 'Ranges that overlap are refused.',
    like: 'validate_dmabuf_input() that sorts its ranges',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciDmabufs {
        protected override rangesFrom(
          task: Task,
          bar: PlacedBar,
          list: List,
        ): DmabufRange[] | ErrnoName {
          const ranges = super.rangesFrom(task, bar, list);
          if (typeof ranges === 'string') return ranges;
          const overlaps = ranges.some((one, index) =>
            ranges
              .slice(0, index)
              .some(
                (other) =>
                  one.physical < other.physical + other.size &&
                  other.physical < one.physical + one.size,
              ),
          );
          return overlaps ? 'EINVAL' : ranges;
        }
      },
  },
  {
    id: 'SEED-1931',
    breaks: ['VFIO-DBUF-05'],
    story: 'The file of a dma-buf of a BAR has no mmap at all.',
    like: 'dma_buf_fops without mmap',
    bug: ({ fs }) =>
      class extends fs.OpenFile {
        constructor(operations: FileOperations, flags: number) {
          const { mapDevice: _, ...others } = operations;
          super(operations.dmabuf ? others : operations, flags);
        }
      },
  },
  {
    id: 'SEED-1932',
    breaks: ['VFIO-DBUF-06'],
    story: 'A dma-buf of several ranges is mapped as if they lay beside each other.',
    like: 'vfio_pci_dma_buf_iommufd_map() without a look at nr_ranges',
    bug: ({ mm }) =>
      class extends mm.Dmabuf {
        override mapForIommufd(): bigint | ErrnoName {
          const [first] = this.ranges;
          return this.revoked || !first ? 'ENODEV' : first.physical;
        }
      },
  },
  {
    id: 'SEED-1933',
    breaks: ['VFIO-DBUF-07'],
    story: 'A dma-buf of a BAR leads to the page behind its begin.',
    like: 'phys_vec[0].paddr with an offset that is added twice',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciDmabufs {
        protected override rangesFrom(
          task: Task,
          bar: PlacedBar,
          list: List,
        ): DmabufRange[] | ErrnoName {
          const ranges = super.rangesFrom(task, bar, list);
          if (typeof ranges === 'string') return ranges;
          return ranges.map((each) => ({ ...each, physical: each.physical + 0x1000n }));
        }
      },
  },
  {
    id: 'SEED-1934',
    breaks: ['VFIO-DBUF-09'],
    story: 'A dma-buf is mapped while its device does not answer.',
    like: 'vfio_pci_dma_buf_iommufd_map() without a look at revoked',
    bug: ({ mm }) =>
      class extends mm.Dmabuf {
        override mapForIommufd(): bigint | ErrnoName {
          const [only] = this.ranges;
          return only?.physical ?? 'ENODEV';
        }
      },
  },
);
