import { mutants } from '#mutants/mutant.ts';
import type { FileOperations } from '#reference/kernel/fs/file.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { DmabufRange } from '#reference/kernel/mm/dmabuf.ts';
import type { PlacedBar } from '#reference/kernel/vfio/hardware.ts';
import { PowerState } from '#reference/kernel/vfio/pci/pci-function.ts';
import type { PowerEvents } from '#reference/kernel/vfio/pci/power.ts';
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
  {
    id: 'SEED-2110',
    breaks: ['VFIO-DBUF-08'],
    story: 'A device that its user lets sleep keeps its dma-bufs.',
    like: 'vfio_pci_runtime_pm_entry() without vfio_pci_dma_buf_move()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciPower {
        constructor(events: PowerEvents, canSuspend: boolean) {
          const { memoryIsBack, suspend, resume } = {
            memoryIsBack: () => events.memoryIsBack(),
            suspend: () => events.suspend(),
            resume: () => events.resume(),
          };
          super({ memoryGoes: () => undefined, memoryIsBack, suspend, resume }, canSuspend);
        }
      },
  },
  {
    id: 'SEED-2111',
    breaks: ['VFIO-DBUF-08'],
    story: 'A device in D3hot keeps its dma-bufs.',
    like: 'vfio_lock_and_set_power_state() without vfio_pci_dma_buf_move()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        override setPowerState(state: number): void {
          this.pci.setPowerState(state);
          this.memoryIsBack();
        }
      },
  },
  {
    id: 'SEED-2112',
    breaks: ['VFIO-DBUF-08'],
    story: 'A device that was reset alone keeps its dma-bufs.',
    like: 'vfio_pci_ioctl_reset() without vfio_pci_dma_buf_move()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override reset(): ErrnoName | void {
          return this.resetWorks ? this.pci.resetFunction() : 'EINVAL';
        }
      },
  },
  {
    id: 'SEED-2113',
    breaks: ['VFIO-DBUF-08'],
    story: 'A function that its user resets by its capability keeps its dma-bufs.',
    like: 'vfio_exp_config_write() without vfio_pci_dma_buf_move()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.ExpressAccess {
        protected override initiateReset(): void {
          this.control &= ~0x8000;
          this.space.pci.resetFunction();
        }
      },
  },
  {
    id: 'SEED-2114',
    breaks: ['VFIO-DBUF-08'],
    story: 'A reset of the bus leaves the dma-bufs of the other devices on it.',
    like: 'vfio_pci_dev_set_hot_reset() that revokes those of the caller alone',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        override beforeReset(): void {
          this.pci.setPowerState(PowerState.D0);
        }
      },
  },
  {
    id: 'SEED-2115',
    breaks: ['VFIO-DBUF-09'],
    story: 'A dma-buf that is made while the device does not answer can be mapped at once.',
    like: 'vfio_pci_core_feature_dma_buf() that begins with revoked = false',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciDmabufs {
        protected override readonly isMemoryEnabled = (): boolean => true;
      },
  },
  {
    id: 'SEED-2116',
    breaks: ['VFIO-DBUF-13'],
    story: 'A device that is made up fails as a wrong argument does, where a dma-buf is asked for.',
    like: 'mtty_ioctl() with EINVAL for what it does not know',
    bug: ({ vfio }) =>
      class extends vfio.VfioFeatures {
        override ioctl(task: Task, arg: bigint): number | ErrnoName | undefined {
          const result = super.ioctl(task, arg);
          return result === 'ENOTTY' ? 'EINVAL' : result;
        }
      },
  },
  {
    id: 'SEED-2159',
    breaks: ['VFIO-DBUF-10'],
    story: 'A reset that root asks for revokes the dma-bufs of the device.',
    like: 'vfio_pci_core_err_handlers with a reset_prepare() that calls vfio_pci_dma_buf_move()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        constructor(...args: ConstructorParameters<typeof vfioPci.VfioPciCore>) {
          super(...args);
          const [, pci] = args;
          const reset = pci.resetFunction.bind(pci);
          pci.resetFunction = () => {
            this.memoryGoes();
            const error = reset();
            this.memoryIsBack();
            return error;
          };
        }
      },
  },
);
