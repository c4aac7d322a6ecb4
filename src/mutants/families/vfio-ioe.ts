import { mutants } from '#mutants/mutant.ts';
import type { Eventfd } from '#reference/kernel/fs/eventfd.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { PlacedBar } from '#reference/kernel/vfio/hardware.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** VFIO_DEVICE_IOEVENTFD. */
export const entries = mutants(
  {
    id: 'SEED-1913',
    breaks: ['VFIO-IOE-01'],
    story: 'A struct that is too small sets nothing, without an error.',
    like: 'vfio_pci_ioctl_ioeventfd() without a check of argsz',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIoeventfds {
        override set(task: Task, arg: bigint): ErrnoName | undefined {
          const head = task.memory.copyFromUser(arg, 4);
          if (typeof head === 'string' || (head[0] ?? 0) >= 28) return super.set(task, arg);
          return undefined;
        }
      },
  },
  {
    id: 'SEED-1914',
    breaks: ['VFIO-IOE-02', 'VFIO-IOE-03'],
    story: 'A write may leave its BAR at the end.',
    like: 'pos >= pci_resource_len() without the count',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIoeventfds {
        protected override writeAt(
          offset: bigint,
          data: bigint,
          size: number,
        ): ReturnType<InstanceType<typeof vfioPci.VfioPciIoeventfds>['writeAt']> {
          const write = super.writeAt(offset, data, 1);
          return typeof write === 'string' ? write : { ...write, size };
        }
      },
  },
  {
    id: 'SEED-1915',
    breaks: ['VFIO-IOE-03'],
    story: 'A write has to be aligned.',
    like: 'KVM_IOEVENTFD',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIoeventfds {
        protected override writeAt(
          offset: bigint,
          data: bigint,
          size: number,
        ): ReturnType<InstanceType<typeof vfioPci.VfioPciIoeventfds>['writeAt']> {
          return offset % BigInt(size) === 0n ? super.writeAt(offset, data, size) : 'EINVAL';
        }
      },
  },
  {
    id: 'SEED-1916',
    breaks: ['VFIO-IOE-05'],
    story: 'What is told apart is where it is written, and not what.',
    like: 'the key of an ioeventfd without its data',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIoeventfds {
        protected override keyOf(
          ...[write]: Parameters<InstanceType<typeof vfioPci.VfioPciIoeventfds>['keyOf']>
        ): string {
          return super.keyOf({ ...write, data: 0n });
        }
      },
  },
  {
    id: 'SEED-1917',
    breaks: ['VFIO-IOE-05'],
    story: 'What was removed is still written.',
    like: 'list_del() without vfio_virqfd_disable()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIoeventfds {
        protected override enable(
          ...all: Parameters<InstanceType<typeof vfioPci.VfioPciIoeventfds>['enable']>
        ): () => void {
          super.enable(...all);
          return () => undefined;
        }
      },
  },
  {
    id: 'SEED-1918',
    breaks: ['VFIO-IOE-06'],
    story: 'A device has as many ioeventfds as it likes.',
    like: 'vfio_pci_ioeventfd() without VFIO_PCI_IOEVENTFD_MAX',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIoeventfds {
        protected override get isFull(): boolean {
          return false;
        }
      },
  },
  {
    id: 'SEED-1919',
    breaks: ['VFIO-IOE-06'],
    story: 'A file that is no eventfd is taken for one that is not open.',
    like: 'eventfd_ctx_fdget() with one errno for both',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIoeventfds {
        override set(task: Task, arg: bigint): ErrnoName | undefined {
          const error = super.set(task, arg);
          return error === 'EBADF' ? 'EINVAL' : error;
        }
      },
  },
  {
    id: 'SEED-1920',
    breaks: ['VFIO-IOE-07'],
    story: 'The eventfd keeps its count when the device is written.',
    like: 'virqfd_wakeup() without eventfd_ctx_do_read()',
    bug: ({ vfio }) =>
      class extends vfio.Virqfd {
        protected override wakeup(_eventfd: Eventfd, handler: () => void): void {
          handler();
        }
      },
  },
  {
    id: 'SEED-1921',
    breaks: ['VFIO-IOE-07'],
    story: 'What was signalled before is written with the next signal only.',
    like: 'vfio_virqfd_enable() without its look at EPOLLIN',
    bug: ({ vfio }) =>
      class extends vfio.Virqfd {
        override enable(eventfd: Eventfd, handler: () => void): ErrnoName | undefined {
          let isEarly = eventfd.isReadable;
          return super.enable(eventfd, () => {
            if (!isEarly) handler();
            isEarly = false;
          });
        }
      },
  },
  {
    id: 'SEED-1922',
    breaks: ['VFIO-IOE-08'],
    story: 'What is signalled while the device does not answer ends its ioeventfds.',
    like: 'vfio_pci_ioeventfd_handler() that gives up',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIoeventfds {
        private isOver = false;

        protected override perform(
          ...[write]: Parameters<InstanceType<typeof vfioPci.VfioPciIoeventfds>['perform']>
        ): void {
          this.isOver ||= !this.isMemoryEnabled();
          if (!this.isOver) super.perform(write);
        }
      },
  },
  {
    id: 'SEED-1923',
    breaks: ['VFIO-IOE-09'],
    story: 'Ports are not written while memory decoding is off.',
    like: 'test_mem for every BAR',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIoeventfds {
        protected override perform(
          ...[write]: Parameters<InstanceType<typeof vfioPci.VfioPciIoeventfds>['perform']>
        ): void {
          if (this.isMemoryEnabled()) super.perform(write);
        }
      },
  },
  {
    id: 'SEED-1924',
    breaks: ['VFIO-IOE-10', 'VFIO-LIFE-10'],
    story: 'Doorbells of the owner before ring for the next one.',
    like: 'vfio_pci_core_disable() without its loop over ioeventfds_list',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIoeventfds {
        override close(): void {}
      },
  },
  {
    id: 'SEED-2128',
    breaks: ['VFIO-IOE-04'],
    story: 'An eventfd writes across the begin of the table of MSI-X.',
    like: 'vfio_pci_ioeventfd() with a look at its first byte only',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIoeventfds {
        protected override meetsTable(write: {
          bar: PlacedBar;
          at: bigint;
          data: bigint;
          size: number;
        }): boolean {
          return super.meetsTable({ ...write, size: 1 });
        }
      },
  },
);
