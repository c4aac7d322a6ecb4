import { mutants } from '#mutants/mutant.ts';
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
  {
    id: 'SEED-2250',
    breaks: ['VFIO-PM-06'],
    story: 'A device that is closed stays awake.',
    like: 'vfio_pci_core_disable() without pm_runtime_put()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        override close(): void {
          super.close();
          this.pci.resume();
        }
      },
  },
  {
    id: 'SEED-2251',
    breaks: ['VFIO-PM-07'],
    story: 'A device that was woken stays awake.',
    like: 'vfio_device_pm_runtime_put() that only counts',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciPower {
        protected woken = false;

        override wake(): void {
          this.woken ||= this.isSuspended;
          super.wake();
        }

        protected override suspend(): void {
          if (!this.woken) super.suspend();
        }
      },
  },
  {
    id: 'SEED-2252',
    breaks: ['VFIO-PM-08'],
    story: 'Whoever wants to know when a device wakes up is told each time.',
    like: 'vfio_pci_core_runtime_resume() without __vfio_pci_runtime_pm_exit()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciPower {
        override exit(): void {
          const { wakeup } = this;
          super.exit();
          this.wakeup = wakeup;
          this.isEngaged = wakeup !== undefined;
        }
      },
  },
  {
    id: 'SEED-2253',
    breaks: ['VFIO-PM-08'],
    story: 'Nobody is told that a device wakes up.',
    like: 'vfio_pci_core_runtime_resume() without eventfd_signal()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciPower {
        override wake(): void {
          const { wakeup } = this;
          this.wakeup = undefined;
          super.wake();
          if (wakeup && !this.isSuspended) this.exit();
        }
      },
  },
  {
    id: 'SEED-2254',
    breaks: ['VFIO-PM-10'],
    story: 'A device that its user has put into D3hot is there still when it wakes up.',
    like: 'vfio_pci_core_runtime_suspend() without vfio_pci_set_power_state()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected wasAsleep = false;

        override suspend(): void {
          this.wasAsleep ||= this.pci.powerState !== 0;
          super.suspend();
        }

        override resume(): void {
          super.resume();
          if (this.wasAsleep) this.pci.setPowerState(3);
        }
      },
  },
  {
    id: 'SEED-2255',
    breaks: ['VFIO-PM-12'],
    story: 'A device that wakes up has its pin unmasked, whoever had masked it.',
    like: 'vfio_pci_core_runtime_resume() without pm_intx_masked',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        override resume(): void {
          this.pinWasMasked = true;
          super.resume();
        }
      },
  },
  {
    id: 'SEED-2256',
    breaks: ['VFIO-PM-12'],
    story: 'The pin of a device that wakes up stays masked.',
    like: 'vfio_pci_core_runtime_resume() without vfio_pci_intx_unmask()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        override resume(): void {
          this.pinWasMasked = false;
          super.resume();
        }
      },
  },
);
