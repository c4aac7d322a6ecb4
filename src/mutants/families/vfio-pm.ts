import { mutants } from '#mutants/mutant.ts';
import type { Eventfd } from '#reference/kernel/fs/eventfd.ts';
import { eventfdOf } from '#reference/kernel/fs/eventfd.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { FeatureCall } from '#reference/kernel/vfio/check-feature.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Low power. */
export const entries = mutants(
  {
    id: 'SEED-2011',
    breaks: ['VFIO-PM-02'],
    story: 'Low power can be entered twice.',
    like: 'vfio_pci_runtime_pm_entry() without pm_runtime_engaged',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciPower {
        override enter(): ErrnoName | undefined {
          this.isEngaged = false;
          return super.enter();
        }
      },
  },
  {
    id: 'SEED-2012',
    breaks: ['VFIO-PM-03'],
    story: 'Mappings stay usable in low power.',
    like: 'vfio_pci_vmf_insert_pfn() without pm_runtime_engaged',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciPower {
        override get isLow(): boolean {
          return false;
        }
      },
  },
  {
    id: 'SEED-2013',
    breaks: ['VFIO-PM-03'],
    story: 'In low power configuration and registers cannot be read.',
    like: 'vfio_pci_core_do_io_rw() with the condition of the mappings',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        override write(...call: Parameters<InstanceType<typeof vfioPci.VfioPciCore>['write']>) {
          return this.power.isLow ? -5 : super.write(...call);
        }
      },
  },
  {
    id: 'SEED-2014',
    breaks: ['VFIO-PM-03', 'VFIO-PM-04'],
    story: 'Clearing and setting Memory Space ends low power for the mappings.',
    like: 'vfio_basic_config_write() that forgets pm_runtime_engaged',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        private wasGone = false;

        override memoryGoes(): void {
          if (this.power?.isLow) this.wasGone = true;
          super.memoryGoes();
        }

        override get isMemoryUsable(): boolean {
          return super.isMemoryUsable || (this.wasGone && this.config.isMemoryEnabled);
        }
      },
  },
  {
    id: 'SEED-2015',
    breaks: ['VFIO-PM-04'],
    story: 'Mappings are gone for good after low power.',
    like: 'vfio_pci_runtime_pm_exit() that leaves pm_runtime_engaged',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciPower {
        private wasLow = false;

        override get isLow(): boolean {
          this.wasLow ||= this.isEngaged;
          return this.wasLow;
        }
      },
  },
  {
    id: 'SEED-2016',
    breaks: ['VFIO-PM-05'],
    story: 'A negative eventfd stands for none.',
    like: 'vfio_pci_core_pm_entry_with_wakeup() as VFIO_DEVICE_SET_IRQS has it',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciPower {
        override enterUntil(call: FeatureCall): ErrnoName | undefined {
          const { task, address } = call;
          const fd = task.memory.copyFromUser(address, 4);
          if (isErrno(fd) || ((fd[3] ?? 0) & 0x80) === 0) return super.enterUntil(call);
          return this.enter();
        }
      },
  },
  {
    id: 'SEED-2017',
    breaks: ['VFIO-PM-05'],
    story: 'Reserved bytes have to be 0.',
    like: 'a check that the header does not ask for',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciPower {
        override enterUntil(call: FeatureCall): ErrnoName | undefined {
          const { task, address } = call;
          const reserved = task.memory.copyFromUser(address + 4n, 4);
          const isSet = !isErrno(reserved) && reserved.some((byte) => byte !== 0);
          return isSet ? 'EINVAL' : super.enterUntil(call);
        }
      },
  },
  {
    id: 'SEED-2018',
    breaks: ['VFIO-PM-09'],
    story: 'The end of low power is signalled, although its user has made it.',
    like: '__vfio_pci_runtime_pm_exit() with eventfd_signal()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciPower {
        private wakeup: Eventfd | undefined;

        override enterUntil(call: FeatureCall): ErrnoName | undefined {
          const { task, address } = call;
          const bytes = task.memory.copyFromUser(address, 4);
          const fd = isErrno(bytes) ? -1 : new DataView(bytes.buffer).getInt32(0, true);
          const eventfd = eventfdOf(task.files, fd);
          if (!isErrno(eventfd)) this.wakeup = eventfd;
          return super.enterUntil(call);
        }

        override exit(): void {
          this.wakeup?.signal();
          super.exit();
        }
      },
  },
  {
    id: 'SEED-2019',
    breaks: ['VFIO-PM-11'],
    story: 'The next owner of a device that was closed in low power finds it so.',
    like: 'vfio_pci_core_disable() without vfio_pci_runtime_pm_exit()',
    bug: ({ vfioPci }) => {
      const low = new WeakSet<object>();
      return class extends vfioPci.VfioPciCore {
        override close(): void {
          if (this.power.isLow) low.add(this.pci.bars);
          super.close();
        }

        override get isMemoryUsable(): boolean {
          return super.isMemoryUsable && !low.has(this.pci.bars);
        }
      };
    },
  },
);
