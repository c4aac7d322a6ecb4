import { mutants } from '#mutants/mutant.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** What a reset does. */
export const entries = mutants(
  {
    id: 'SEED-2022',
    breaks: ['VFIO-RST2-01'],
    story: 'A reset succeeds and resets nothing.',
    like: 'pci_try_reset_function() without __pci_reset_function_locked()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override reset(): ErrnoName | void {
          return this.resetWorks ? undefined : 'EINVAL';
        }
      },
  },
  {
    id: 'SEED-2023',
    breaks: ['VFIO-RST2-01', 'VFIO-RST2-02'],
    story: 'After a reset the configuration space is as after power-on.',
    like: 'pci_try_reset_function() without pci_dev_restore()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override restoreState(): void {}
      },
  },
  {
    id: 'SEED-2024',
    breaks: ['VFIO-RST2-01'],
    story: 'A reset switches bus mastering off.',
    like: 'pci_restore_state() that writes the command register without it',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override restoreState(state: Uint8Array): void {
          super.restoreState(state);
          this.clearMaster();
        }
      },
  },
  {
    id: 'SEED-2025',
    breaks: ['VFIO-RST2-02'],
    story: 'A reset is refused while the registers are off.',
    like: 'vfio_pci_ioctl_reset() with __vfio_pci_memory_enabled()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override reset(): ErrnoName | void {
          return this.config.isMemoryEnabled ? super.reset() : 'EIO';
        }
      },
  },
  {
    id: 'SEED-2026',
    breaks: ['VFIO-RST2-04'],
    story: 'A reset disconnects interrupts.',
    like: 'vfio_pci_ioctl_reset() with vfio_pci_set_irqs_ioctl(DATA_NONE)',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override reset(): ErrnoName | void {
          if (this.resetWorks) this.interrupts.close();
          return super.reset();
        }
      },
  },
  {
    id: 'SEED-2027',
    breaks: ['VFIO-RST2-04'],
    story: 'Messages are not written into the device again after a reset.',
    like: 'pci_restore_state() without pci_restore_msi_state()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciMessages {
        override restore(): void {}
      },
  },
  {
    id: 'SEED-2028',
    breaks: ['VFIO-RST2-04'],
    story: 'A reset unmasks the pin.',
    like: 'pci_reset_function() that leaves INTx on, and a driver that believes it',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override reset(): ErrnoName | void {
          const error = super.reset();
          this.interrupts.intx.unmask();
          return error;
        }
      },
  },
  {
    id: 'SEED-2029',
    breaks: ['VFIO-RST2-05'],
    story: 'A device resets a bus that is not its own alone.',
    like: 'pci_parent_bus_reset() that does not look at its neighbours',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        protected override get isAloneOnBus(): boolean {
          return this.device.bus?.canReset === true;
        }
      },
  },
  {
    id: 'SEED-2030',
    breaks: ['VFIO-RST2-06'],
    story: 'Only the device itself is restored after a reset of its bus.',
    like: 'pci_reset_bus() that saves the one device which it is asked for',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        protected override resetBus(
          members: Parameters<InstanceType<typeof vfioPci.VfioPciHotReset>['resetBus']>[0],
        ): void {
          super.resetBus(members.filter(({ hardware }) => hardware === this.device));
        }
      },
  },
  {
    id: 'SEED-2031',
    breaks: ['VFIO-RST2-06'],
    story: 'The messages of other devices are lost with a reset of the bus.',
    like: 'pci_bus_restore_locked() without pci_restore_msi_state()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        override afterReset(): void {
          this.memoryIsBack();
        }
      },
  },
  {
    id: 'SEED-2032',
    breaks: ['VFIO-RST2-07'],
    story: 'A bus is not reset when its last device is closed.',
    like: 'vfio_pci_core_disable() without vfio_pci_dev_set_try_reset()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        override tryReset(): void {}
      },
  },
  {
    id: 'SEED-2033',
    breaks: ['VFIO-RST2-07'],
    story: 'A bus is reset when any of its devices is closed, whoever has the others.',
    like: 'vfio_pci_dev_set_needs_reset() without vfio_device_set_open_count()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        override tryReset(): void {
          if (this.canReset) this.resetBus(this.set.members());
        }
      },
  },
  {
    id: 'SEED-2224',
    breaks: ['VFIO-RST2-03'],
    story: 'A device that sleeps is not reset.',
    like: 'vfio_pci_ioctl_reset() without vfio_pci_set_power_state()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override reset(): ErrnoName | void {
          return this.pci.powerState === 0 ? super.reset() : 'EIO';
        }
      },
  },
  {
    id: 'SEED-2225',
    breaks: ['VFIO-RST2-08'],
    story: 'A reset without a method succeeds.',
    like: 'pci_try_reset_function() that returns 0 where it does nothing',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override reset(): ErrnoName | void {
          const error = super.reset();
          return error === 'ENOTTY' ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-2226',
    breaks: ['VFIO-RST2-09'],
    story: 'A reset does not mind who has the lock of the device.',
    like: 'pci_try_reset_function() without pci_dev_trylock()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override get isLocked(): boolean {
          return false;
        }
      },
  },
  {
    id: 'SEED-2227',
    breaks: ['VFIO-RST2-09'],
    story: 'A device without a reset cannot be opened while its driver is on its way out.',
    like: 'vfio_pci_core_enable() that takes the lock in any case',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        protected override openDriver(): ErrnoName | undefined {
          return this.hardware.isLocked === true ? 'EAGAIN' : super.openDriver();
        }
      },
  },
  {
    id: 'SEED-2228',
    breaks: ['VFIO-RST2-10'],
    story: 'A bus is reset under a driver that is on its way out.',
    like: '__pci_reset_bus() without pci_bus_trylock()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        protected override resetAll(
          ...all: Parameters<InstanceType<typeof vfioPci.VfioPciHotReset>['resetAll']>
        ): ErrnoName | undefined {
          const error = super.resetAll(...all);
          return error === 'EAGAIN' ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-2229',
    breaks: ['VFIO-RST2-10'],
    story: 'A bus is reset although one of its devices has no driver.',
    like: 'vfio_pci_is_device_in_set() that overlooks devices of nobody',
    bug: ({ vfio }) =>
      class extends vfio.VfioCore {
        protected override membersOf(
          ...all: Parameters<InstanceType<typeof vfio.VfioCore>['membersOf']>
        ): ReturnType<InstanceType<typeof vfio.VfioCore>['membersOf']> {
          return super.membersOf(...all).filter(({ isDriven }) => isDriven);
        }
      },
  },
);
