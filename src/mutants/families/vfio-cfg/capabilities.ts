import { mutants } from '#mutants/mutant.ts';
import type { ConfigAccess } from '#reference/kernel/vfio/pci/config-access.ts';

/** The command register, and its bit of memory decoding. */
const COMMAND = 4;
const MEMORY = 2;
const MSIX = 0x11;

/** Capabilities in the configuration space of a device. */
export const entries = mutants(
  {
    id: 'SEED-1898',
    breaks: ['VFIO-CFG-21'],
    story: 'A user finds that the device raises power management events.',
    like: 'vfio_update_pm_vconfig_bytes() left out',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PowerAccess {
        protected override hide(): void {}
      },
  },
  {
    id: 'SEED-1899',
    breaks: ['VFIO-CFG-22'],
    story: 'A write of the upper byte of the power management control register sets a state.',
    like: 'vfio_pm_config_write() without a look at the offset',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PowerAccess {
        override write(at: number, bytes: Uint8Array): void {
          super.write(at, bytes);
          if (at > this.start + 4) this.events.setPowerState((bytes[0] ?? 0) & 3);
        }
      },
  },
  {
    id: 'SEED-1900',
    breaks: ['VFIO-CFG-23'],
    story: 'A device in D3hot is read, as its memory decoding says.',
    like: '__vfio_pci_memory_enabled() without current_state',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        override get isMemoryEnabled(): boolean {
          return ((this.shown[COMMAND] ?? 0) & MEMORY) !== 0;
        }
      },
  },
  {
    id: 'SEED-1901',
    breaks: ['VFIO-CFG-25'],
    story: 'A device that was closed in D3hot is left there.',
    like: 'vfio_pci_core_disable() without vfio_pci_set_power_state()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override setPowerState(state: number): void {
          if (state !== 0) super.setPowerState(state);
        }
      },
  },
  {
    id: 'SEED-1902',
    breaks: ['VFIO-CFG-30'],
    story: 'The head of a capability reads as it was written.',
    like: 'p_setb(PCI_CAP_LIST_NEXT) with ALL_WRITE, and the ID beside it',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PowerAccess {
        protected override virtual(at: number): number {
          return at < this.start + 2 ? 0xff : super.virtual(at);
        }

        protected override writable(at: number): number {
          return at < this.start + 2 ? 0xff : super.writable(at);
        }
      },
  },
  {
    id: 'SEED-1903',
    breaks: ['VFIO-CFG-31'],
    story: 'Phantom functions and ARI forwarding can be switched on.',
    like: 'init_pci_cap_exp_perm() with ALL_WRITE',
    bug: ({ vfioPci }) =>
      class extends vfioPci.ExpressAccess {
        protected override writable(at: number): number {
          return super.writable(at) === 0 ? 0 : 0xff;
        }
      },
  },
  {
    id: 'SEED-1904',
    breaks: ['VFIO-CFG-32'],
    story: 'The bit that initiates a function level reset is kept, and does nothing.',
    like: 'vfio_exp_config_write() without pci_try_reset_function()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.ExpressAccess {
        protected override initiateReset(): void {}
      },
  },
  {
    id: 'SEED-1905',
    breaks: ['VFIO-CFG-32'],
    story: 'A function level reset leaves the command register as after power-on.',
    like: 'the bit written to the device, without pci_restore_state()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        override resetFunction() {
          const error = super.resetFunction();
          this.pci.command = 0;
          return error;
        }
      },
  },
  {
    id: 'SEED-1906',
    breaks: ['VFIO-CFG-43'],
    story: 'A device with a function reset is not reset for its next owner.',
    like: 'vfio_pci_core_enable() and vfio_pci_core_disable() without pci_try_reset_function()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override get canReset(): boolean {
          return false;
        }
      },
  },
  {
    id: 'SEED-1927',
    breaks: ['VFIO-CFG-29'],
    story: 'A user switches MSI-X on in the device.',
    like: 'vfio_raw_config_write() for PCI_CAP_ID_MSIX',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        protected override accessOf(id: number, start: number): ConfigAccess {
          const access = super.accessOf(id, start);
          if (id !== MSIX) return access;
          return {
            read: (at, count) => access.read(at, count),
            write: (at, bytes) => this.pci.write(at, bytes),
          };
        }
      },
  },
  {
    id: 'SEED-1939',
    breaks: ['VFIO-CFG-26'],
    story: 'A user switches MSI on before there are vectors.',
    like: 'vfio_msi_config_write() without a look at irq_type',
    bug: ({ vfioPci }) =>
      class extends vfioPci.MsiAccess {
        protected override allowed(flags: number): number {
          return super.allowed(flags) | (flags & 1);
        }
      },
  },
  {
    id: 'SEED-1940',
    breaks: ['VFIO-CFG-27'],
    story: 'A user does not switch MSI of the device.',
    like: 'vfio_msi_config_write() that writes the virtual register alone',
    bug: ({ vfioPci }) =>
      class extends vfioPci.MsiAccess {
        override write(at: number, bytes: Uint8Array): void {
          const before = this.space.pci.read(this.start + 2, 2);
          super.write(at, bytes);
          this.space.pci.write(this.start + 2, before);
        }
      },
  },
  {
    id: 'SEED-1941',
    breaks: ['VFIO-CFG-28', 'VFIO-CFG-27'],
    story: 'The address of MSI is written to the device.',
    like: 'PCI_MSI_ADDRESS_LO with NO_VIRT',
    bug: ({ vfioPci }) =>
      class extends vfioPci.MsiAccess {
        protected override virtual(at: number): number {
          return at >= this.start + 4 && at < this.start + 8 ? 0 : super.virtual(at);
        }
      },
  },
  {
    id: 'SEED-2144',
    breaks: ['VFIO-CFG-33'],
    story: 'A user resets a function by its capability while the lock of the device is taken.',
    like: 'vfio_exp_config_write() with __pci_reset_function_locked()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.ExpressAccess {
        protected override initiateReset(): void {
          super.initiateReset();
          if (this.space.pci.isLocked) this.space.pci.device.pci.reset();
        }
      },
  },
);
