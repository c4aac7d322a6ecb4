import { mutants } from '#mutants/mutant.ts';
import type { ConfigAccess } from '#reference/kernel/vfio/pci/config-access.ts';
import type { Transfer } from '#reference/kernel/fs/file.ts';

const EXTENDED_FIRST = 0x100;
const DVSEC = 0x23;
/** Of vital product data: the upper byte of its address. */
const [UPPER, FLAG] = [3, 0x80];

/** Which capabilities a user finds, and what can be done with them. */
export const entries = mutants(
  {
    id: 'SEED-2130',
    breaks: ['VFIO-CFG-34'],
    story: 'The reset of the advanced features is not begun.',
    like: 'vfio_af_config_write() that drops all writes',
    bug: ({ vfioPci }) =>
      class extends vfioPci.AdvancedFeaturesAccess {
        override write(): void {}
      },
  },
  {
    id: 'SEED-2131',
    breaks: ['VFIO-CFG-34'],
    story: 'The bit of the advanced features stays set.',
    like: 'vfio_af_config_write() without clearing it',
    bug: ({ vfioPci }) =>
      class extends vfioPci.AdvancedFeaturesAccess {
        override write(at: number, bytes: Uint8Array): void {
          super.write(at, bytes);
          if (at - this.start === 4) this.space.shown[at] = (bytes[0] ?? 0) & 1;
        }
      },
  },
  {
    id: 'SEED-2132',
    breaks: ['VFIO-CFG-35'],
    story: 'The flag of vital product data turns also where a word was not written.',
    like: 'vfio_vpd_config_write() without a look at what pci_write_vpd() returned',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VitalProductDataAccess {
        protected override move(): void {
          const { shown } = this.space;
          const at = this.start + UPPER;
          const before = shown[at] ?? 0;
          super.move();
          shown[at] = before ^ FLAG;
        }
      },
  },
  {
    id: 'SEED-2133',
    breaks: ['VFIO-CFG-35'],
    story: 'Any write of the address of vital product data moves a word.',
    like: 'vfio_vpd_config_write() without a look at the offset',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VitalProductDataAccess {
        override write(at: number, bytes: Uint8Array): void {
          super.write(at, bytes);
          if (at - this.start === UPPER - 1 && bytes.length === 1) this.move();
        }
      },
  },
  {
    id: 'SEED-2134',
    breaks: ['VFIO-CFG-35'],
    story: 'The capability of a vendor cannot be written.',
    like: 'cap_perms[] without that of a vendor',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VendorAccess {
        override write(): void {}
      },
  },
  {
    id: 'SEED-2135',
    breaks: ['VFIO-CFG-36'],
    story: 'Each of several extended capabilities of one kind has a head of its own.',
    like: 'vfio_find_cap_start() that looks at the lengths',
    bug: ({ vfioPci }) =>
      class extends vfioPci.ConfigChains {
        override startOf(at: number): number {
          return this.map[at] === DVSEC ? at & ~0xf : super.startOf(at);
        }
      },
  },
  {
    id: 'SEED-2136',
    breaks: ['VFIO-CFG-37'],
    story: 'A capability that nobody knows is in the list.',
    like: 'vfio_cap_init() without a look at pci_cap_length[]',
    bug: ({ vfioPci }) =>
      class extends vfioPci.ConfigChains {
        protected override lengthOf(id: number, at: number): number {
          return super.lengthOf(id, at) || 4;
        }
      },
  },
  {
    id: 'SEED-2137',
    breaks: ['VFIO-CFG-38'],
    story: 'An extended capability that nobody knows is in the list.',
    like: 'vfio_ecap_init() without a look at pci_ext_cap_length[]',
    bug: ({ vfioPci }) =>
      class extends vfioPci.ConfigChains {
        protected override extendedLengthOf(id: number, at: number): number {
          return super.extendedLengthOf(id, at) || 4;
        }
      },
  },
  {
    id: 'SEED-2138',
    breaks: ['VFIO-CFG-38'],
    story: 'Where the first extended capability is hidden the list is empty.',
    like: 'vfio_ecap_init() that clears all of the first head',
    bug: ({ vfioPci }) =>
      class extends vfioPci.ConfigChains {
        protected override extended(): void {
          super.extended();
          const { shown } = this.space;
          if (shown[EXTENDED_FIRST] === 0) shown.fill(0, EXTENDED_FIRST, EXTENDED_FIRST + 4);
        }
      },
  },
  {
    id: 'SEED-2139',
    breaks: ['VFIO-CFG-39'],
    story: 'Any bit of the masks of errors can be written.',
    like: 'init_pci_ext_cap_err_perm() with ALL_WRITE',
    bug: ({ vfioPci }) =>
      class extends vfioPci.ErrorReportingAccess {
        protected override writable(at: number): number {
          return at - this.start < 4 ? 0 : 0xff;
        }
      },
  },
  {
    id: 'SEED-2140',
    breaks: ['VFIO-CFG-39'],
    story: 'Extended capabilities can be written, whatever they are.',
    like: 'ecap_perms[] with vfio_raw_config_write() for all',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        protected override extendedAccessOf(_id: number, start: number): ConfigAccess {
          return new vfioPci.VendorAccess(this, start);
        }
      },
  },
  {
    id: 'SEED-2141',
    breaks: ['VFIO-CFG-40'],
    story: 'What has no extended capabilities ends in bytes that cannot be written.',
    like: 'vfio_config_do_rw() with the permissions of a capability for what is behind the first 256 bytes',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        override write(transfer: Transfer, offset: bigint): number {
          return offset < BigInt(EXTENDED_FIRST) ? super.write(transfer, offset) : transfer.length;
        }
      },
  },
  {
    id: 'SEED-2146',
    breaks: ['VFIO-CFG-24'],
    story: 'A device whose virtual functions are enabled is put to sleep.',
    like: 'vfio_pci_set_power_state() without a look at pci_num_vf()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override get maySleep(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-2147',
    breaks: ['VFIO-CFG-41'],
    story: 'The memory of a virtual function can be switched off.',
    like: '__vfio_pci_memory_enabled() without no_command_memory',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        override get isMemoryEnabled(): boolean {
          return super.isMemoryEnabled && ((this.shown[4] ?? 0) & 2) !== 0;
        }
      },
  },
  {
    id: 'SEED-2148',
    breaks: ['VFIO-CFG-41'],
    story: 'A virtual function shows the identity that it has of its own, which is none.',
    like: 'vfio_config_init() without is_virtfn',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        protected override fillVirtual(): void {}
      },
  },
  {
    id: 'SEED-2149',
    breaks: ['VFIO-CFG-41'],
    story: 'Any token will do for a virtual function.',
    like: 'vfio_pci_validate_vf_token() without uuid_equal()',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override checkToken(told: Uint8Array | undefined): 'EACCES' | 'EINVAL' | undefined {
          return this.hardware.owner && told ? undefined : super.checkToken(told);
        }
      },
  },
);
