import { mutants } from '#mutants/mutant.ts';
import type { Transfer } from '#reference/kernel/fs/file.ts';

/** The command register, and its bits of decoding; a BAR. */
const COMMAND = 4;
const [BUS_MASTER, INTX_DISABLE] = [4, 0x400];
const STATUS = 6;
const FIRST_BAR = 0x10;
const [CACHE_LINE_SIZE, LINE] = [0x0c, 0x3c];

/** The header of the configuration space of a device, as a user has it. */
export const entries = mutants(
  {
    id: 'SEED-1850',
    breaks: ['VFIO-CFG-01'],
    story: 'A read behind the end of the configuration space fails as one of a BAR does.',
    like: 'vfio_pci_config_rw_single() with EINVAL',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        override read(transfer: Transfer, offset: bigint): number {
          return offset >= BigInt(this.size) ? -22 : super.read(transfer, offset);
        }
      },
  },
  {
    id: 'SEED-1851',
    breaks: ['VFIO-CFG-02'],
    story: 'An access across the end of the configuration space moves what is before it.',
    like: 'vfio_pci_config_rw_single() that clamps its count, as vfio_pci_bar_rw() does',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        override read(transfer: Transfer, offset: bigint): number {
          const length = Math.min(transfer.length, Math.max(1, this.size - Number(offset)));
          return super.read({ ...transfer, length }, offset);
        }
      },
  },
  {
    id: 'SEED-1852',
    breaks: ['VFIO-CFG-03'],
    story: 'Reading nothing of a region that does not exist fails.',
    like: 'vfio_pci_core_read() that looks at the index before the count',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override read(transfer: Transfer, offset: bigint): number {
          if (transfer.length > 0 || this.get(Number(offset >> 40n)))
            return super.read(transfer, offset);
          return -22;
        }
      },
  },
  {
    id: 'SEED-1853',
    breaks: ['VFIO-CFG-04', 'VFIO-CFG-14'],
    story: 'A write of a word that is not the first of its register goes to the first one.',
    like: 'vfio_default_config_write() that rounds the offset down',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        override write(at: number, bytes: Uint8Array): void {
          super.write(bytes.length === 2 ? at & ~3 : at, bytes);
        }
      },
  },
  {
    id: 'SEED-1854',
    breaks: ['VFIO-CFG-05'],
    story: 'A write whose buffer ends too early writes nothing of what there is.',
    like: 'vfio_pci_config_rw() that copies all of the buffer first',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        override write(transfer: Transfer, offset: bigint): number {
          const { task, address, length } = transfer;
          const all = task.memory.copyFromUser(address, length);
          return typeof all === 'string' ? -14 : super.write(transfer, offset);
        }
      },
  },
  {
    id: 'SEED-1855',
    breaks: ['VFIO-CFG-08', 'VFIO-CFG-42'],
    story: 'A device that was left without memory decoding has none for its next owner.',
    like: 'vfio_pci_core_enable() without pci_enable_device(), vfio_pci_core_disable() without its restore',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override enable(): void {}

        override restoreState(): void {}
      },
  },
  {
    id: 'SEED-1856',
    breaks: ['VFIO-CFG-09'],
    story: 'INTx disable is written to the device in place of the virtual register.',
    like: 'init_pci_cap_basic_perm() with NO_VIRT for the command register',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        override read(at: number, count: number): Uint8Array {
          const bytes = super.read(at, count);
          if (at === COMMAND && count > 1) bytes[1] = (bytes[1] ?? 0) & ~(INTX_DISABLE >> 8);
          return bytes;
        }
      },
  },
  {
    id: 'SEED-1857',
    breaks: ['VFIO-CFG-11', 'VFIO-CFG-06'],
    story: 'The class of a device can be written.',
    like: 'init_pci_cap_basic_perm() without NO_WRITE',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        protected override virtual(at: number): number {
          return at > 8 && at < CACHE_LINE_SIZE ? 0xff : super.virtual(at);
        }

        protected override writable(at: number): number {
          return at > 8 && at < CACHE_LINE_SIZE ? 0xff : super.writable(at);
        }
      },
  },
  {
    id: 'SEED-1858',
    breaks: ['VFIO-CFG-12'],
    story: 'The interrupt line cannot be written.',
    like: 'PCI_INTERRUPT_LINE with NO_WRITE',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        protected override writable(at: number): number {
          return at === LINE ? 0 : super.writable(at);
        }
      },
  },
  {
    id: 'SEED-1859',
    breaks: ['VFIO-CFG-14'],
    story: 'A BAR keeps each bit that is written to it.',
    like: 'vfio_bar_fixup() left out',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        protected override fixBars(): void {}
      },
  },
  {
    id: 'SEED-1860',
    breaks: ['VFIO-CFG-14'],
    story: 'A BAR is moved in the device.',
    like: 'BARs with NO_VIRT',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        protected override virtual(at: number): number {
          return at >= FIRST_BAR && at < FIRST_BAR + 4 ? 0 : super.virtual(at);
        }
      },
  },
  {
    id: 'SEED-1861',
    breaks: ['VFIO-CFG-16'],
    story: 'A device that does not answer reads ones, without an error.',
    like: 'vfio_pci_core_do_io_rw() without test_mem',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override answers(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-1862',
    breaks: ['VFIO-CFG-17', 'VFIO-MAP2-11'],
    story: 'Mappings of a device stay while it does not answer.',
    like: 'CVE-2020-12888',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override mapped(
          ...all: Parameters<InstanceType<typeof vfioPci.VfioPciRegions>['mapped']>
        ): ReturnType<InstanceType<typeof vfioPci.VfioPciRegions>['mapped']> {
          return { ...super.mapped(...all), fault: () => undefined };
        }
      },
  },
  {
    id: 'SEED-1863',
    breaks: ['VFIO-CFG-18', 'VFIO-CFG-08', 'VFIO-LIFE-03'],
    story: 'A device that may reach memory still may for its next owner.',
    like: 'vfio_pci_core_enable() and vfio_pci_core_disable() without pci_clear_master()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override clearMaster(): void {}

        override restoreState(state: Uint8Array): void {
          const kept = this.command & BUS_MASTER;
          super.restoreState(state);
          this.command |= kept;
        }
      },
  },
  {
    id: 'SEED-1864',
    breaks: ['VFIO-CFG-18'],
    story: 'A device moves bytes whether or not it is a bus master.',
    like: 'a device model without a look at its command register',
    bug: ({ pci }) =>
      class extends pci.PciDevice {
        override get isBusMaster(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-1865',
    breaks: ['VFIO-CFG-20'],
    story: 'Bytes of no register read 0.',
    like: 'unassigned_perms with vfio_virt_config_read()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        protected override accessAt(
          at: number,
        ): ReturnType<InstanceType<typeof vfioPci.VfioPciConfig>['accessAt']> {
          if (this.chains.map[at] !== 0xff) return super.accessAt(at);
          return { read: (_, count) => new Uint8Array(count) };
        }
      },
  },
  {
    id: 'SEED-1866',
    breaks: ['VFIO-CFG-42'],
    story: 'What a user wrote to the cache line size stays for the next owner.',
    like: 'vfio_pci_core_disable() without pci_load_and_free_saved_state()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override restoreState(state: Uint8Array): void {
          const size = this.read(CACHE_LINE_SIZE, 1);
          super.restoreState(state);
          this.write(CACHE_LINE_SIZE, size);
        }
      },
  },
  {
    id: 'SEED-1867',
    breaks: ['VFIO-CFG-43'],
    story: 'A device is reset at its last close, though it has no reset.',
    like: 'pci_reset_function() by a method that the device lacks',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override get canReset(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-1868',
    breaks: ['VFIO-CFG-07', 'VFIO-CFG-06'],
    story: 'The vendor ID can be written.',
    like: 'PCI_VENDOR_ID with ALL_WRITE',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        protected override writable(at: number): number {
          return at < COMMAND ? 0xff : super.writable(at);
        }
      },
  },
  {
    id: 'SEED-1869',
    breaks: ['VFIO-CFG-16'],
    story: 'An offset behind the end of a BAR fails as an access to a device that does not answer.',
    like: 'vfio_pci_bar_rw() that looks at memory decoding first',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override read(transfer: Transfer, offset: bigint): number {
          const isBar = offset >> 40n < 6n && transfer.length > 0;
          return isBar && !this.config.isMemoryEnabled ? -5 : super.read(transfer, offset);
        }
      },
  },
  {
    id: 'SEED-1870',
    breaks: ['VFIO-CFG-15'],
    story: 'The ROM register of a device without a ROM holds what is written.',
    like: 'vfio_bar_fixup() without its last part',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        protected override fixRom(): void {}
      },
  },
  {
    id: 'SEED-1871',
    breaks: ['VFIO-CFG-13', 'VFIO-CFG-11'],
    story: 'The interrupt pin of a device with an interrupt reads 0.',
    like: 'vfio_config_init() that takes each device for one without',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        override read(at: number, count: number): Uint8Array {
          const bytes = super.read(at, count);
          if (at === LINE + 1) bytes[0] = 0;
          return bytes;
        }
      },
  },
  {
    id: 'SEED-1925',
    breaks: ['VFIO-CFG-10'],
    story: 'The status register holds what is written to it.',
    like: 'PCI_STATUS with ALL_VIRT and ALL_WRITE',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        protected override virtual(at: number): number {
          return at === STATUS ? 0xff : super.virtual(at);
        }

        protected override writable(at: number): number {
          return at === STATUS ? 0xff : super.writable(at);
        }
      },
  },
  {
    id: 'SEED-1926',
    breaks: ['VFIO-CFG-10'],
    story: 'The status register is that of the time when the device was opened.',
    like: 'PCI_STATUS with ALL_VIRT',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        protected override virtual(at: number): number {
          return at === STATUS ? 0xff : super.virtual(at);
        }
      },
  },
  {
    id: 'SEED-2117',
    breaks: ['VFIO-CFG-19'],
    story: 'INTx that VFIO masks shows as if the user had disabled it.',
    like: 'p_setw(PCI_COMMAND) without the virtual bit of INTx disable',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        override read(at: number, count: number): Uint8Array {
          const bytes = super.read(at, count);
          const own = COMMAND + 1 - at;
          if (own >= 0 && own < count) bytes[own] = this.space.pci.get(COMMAND + 1, 1);
          return bytes;
        }
      },
  },
  {
    id: 'SEED-2142',
    breaks: ['VFIO-CFG-44'],
    story: 'The BARs of a device that was reset behind the back of VFIO stay lost.',
    like: 'vfio_basic_config_write() without vfio_bar_restore()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.HeaderAccess {
        protected override restoreBars(): void {}
      },
  },
  {
    id: 'SEED-2143',
    breaks: ['VFIO-CFG-44'],
    story: 'Accesses are refused as the command register of the device says.',
    like: '__vfio_pci_memory_enabled() with a look at the device',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        override get isMemoryEnabled(): boolean {
          return super.isMemoryEnabled && (this.pci.command & 2) !== 0;
        }
      },
  },
);
