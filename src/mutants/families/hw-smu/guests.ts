import { bits, field } from '#formats/bits.ts';
import { type Command, Opcode, opcodeOf, sync } from '#formats/smmuv3/commands.ts';
import type { FaultClass } from '#formats/smmuv3/events.ts';
import type { Stage2Config } from '#formats/smmuv3/stream-table-entry.ts';
import { mutants } from '#mutants/mutant.ts';
import type { DmaRequest } from '#reference/hardware/bus.ts';
import type { Fault } from '#reference/hardware/smmuv3/fault.ts';
import type { StreamConfigurationOptions } from '#reference/hardware/smmuv3/stream-configuration.ts';
import { type Leaf, type Translation, untranslated } from '#reference/hardware/translation.ts';
import type { VsmmuOptions } from '#reference/kernel/iommu/arm/vsmmu.ts';
import type {
  IommuProtection,
  NestedDomain,
  ReservedRegion,
} from '#reference/kernel/iommu/domain.ts';
import { type UserData, copyUserData } from '#reference/kernel/iommu/user-data.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { iommu_hwpt_arm_smmuv3 } from '#uapi/iommufd/hwpt.ts';

interface Tag {
  readonly vmid: number;
  readonly asid: number | undefined;
}

const EL2_ALL = 0x20n;
const EL2_VAA = 0x23n;
const PRI_RESP = 0x41n;
const STALL_TERM = 0x45n;

/** What a guest may say, what becomes of it, and what it is told. */
export const entries = mutants(
  {
    id: 'SEED-1500',
    breaks: ['HW-SMU-01'],
    story: 'An entry may have more substreams than the unit.',
    like: 'a decoder that takes S1CDMax as it is',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.StreamConfiguration {
        constructor(options: StreamConfigurationOptions) {
          super({ ...options, substreamBits: 31 });
        }
      },
  },
  {
    id: 'SEED-1501',
    breaks: ['HW-SMU-02'],
    story: 'A guest must not say that its device does not stall.',
    like: 'STRTAB_STE_1_NESTING_ALLOWED without S1STALLD',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        override allocNestedDomain(flags: number, data: UserData): NestedDomain | ErrnoName {
          const fields = copyUserData(data, iommu_hwpt_arm_smmuv3, iommu_hwpt_arm_smmuv3.size);
          const second = typeof fields === 'string' ? 0n : (fields.ste[1] ?? 0n);
          return bits(second, 27, 27) ? 'EIO' : super.allocNestedDomain(flags, data);
        }
      },
  },
  {
    id: 'SEED-1502',
    breaks: ['HW-SMU-08'],
    story: 'A second stage lets be read whatever may be written.',
    like: 'arm_lpae_prot_to_pte() that makes a writable page readable',
    bug: ({ arm }) =>
      class extends arm.SmmuDomain {
        protected override rightsOf(protection: IommuProtection): bigint {
          return super.rightsOf({ ...protection, read: protection.read || protection.write });
        }
      },
  },
  {
    id: 'SEED-1503',
    breaks: ['HW-SMU-08'],
    story: 'The second stage looks at 39 bits of an address.',
    like: 'a walk that begins at level 1, whatever SL0 says',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.SmmuUnit {
        protected override walkSecond(
          stage2: Stage2Config | undefined,
          address: bigint,
          why: FaultClass,
        ): Leaf | Fault {
          return super.walkSecond(stage2, address & ((1n << 39n) - 1n), why);
        }
      },
  },
  {
    id: 'SEED-1504',
    breaks: ['HW-SMU-10'],
    story: 'The second vIOMMU on a parent has a VMID of its own.',
    like: 'arm_vsmmu_init() that allocates a VMID',
    bug: ({ arm }) => {
      const first = new WeakMap<object, object>();
      return class extends arm.Vsmmu {
        constructor(options: VsmmuOptions) {
          super(options);
          if (!first.has(this.parent)) first.set(this.parent, this);
        }

        protected override convert(command: Command): Command | undefined {
          const converted = super.convert(command);
          const isOfTags = opcodeOf(command) >= Opcode.TlbiNhAll;
          if (!converted || !isOfTags || first.get(this.parent) === this) return converted;
          return [converted[0] ^ field(0x100, 47, 32), converted[1]];
        }
      };
    },
  },
  {
    id: 'SEED-1505',
    breaks: ['HW-SMU-10'],
    story: 'Translations are kept by the ASID alone.',
    like: 'smmu_get_iotlb_key() without the VMID',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override lookup(_vmid: number, asid: number | undefined, address: bigint) {
          return super.lookup(0, asid, address);
        }

        override insert({ asid }: Tag, address: bigint, leaf: Leaf): void {
          super.insert({ vmid: 0, asid }, address, leaf);
        }
      },
  },
  {
    id: 'SEED-1506',
    breaks: ['HW-SMU-19'],
    story: 'Commands about EL2 of a guest are taken for those about EL1.',
    like: 'a guest that is thought to run at EL2',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override convert(command: Command): Command | undefined {
          const opcode = opcodeOf(command);
          if (opcode < EL2_ALL || opcode > EL2_VAA) return super.convert(command);
          return super.convert([command[0] - 0x10n, command[1]]);
        }
      },
  },
  {
    id: 'SEED-1507',
    breaks: ['HW-SMU-24', 'HW-SMU-26'],
    story: 'Commands of a guest that end a stall or a page request are taken, and thrown away.',
    like: 'a list of commands that ignores what it does not know',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override convert(command: Command): Command | undefined {
          const opcode = opcodeOf(command);
          const isAnswer = opcode >= PRI_RESP && opcode <= STALL_TERM;
          return isAnswer ? sync : super.convert(command);
        }
      },
  },
  {
    id: 'SEED-1508',
    breaks: ['HW-SMU-27'],
    story: 'An event does not tell whether it was a read.',
    like: 'an event record of which one word is copied',
    bug: ({ arm }) =>
      class extends arm.SmmuEvents {
        protected override handle([first = 0n, second = 0n, ...rest]: readonly bigint[]): void {
          super.handle([first, second & ~field(1, 35, 35), ...rest]);
        }
      },
  },
  {
    id: 'SEED-1509',
    breaks: ['HW-SMU-27'],
    story: 'An event does not tell the substream.',
    like: 'a StreamID that is put in place of all above it',
    bug: ({ arm }) =>
      class extends arm.SmmuEvents {
        protected override handle([first = 0n, ...rest]: readonly bigint[]): void {
          super.handle([first & ~field(0x1f_ffff, 31, 11), ...rest]);
        }
      },
  },
  {
    id: 'SEED-1521',
    breaks: ['HW-SMU-30'],
    story: 'The window of the doorbells is a page short.',
    like: 'MSI_IOVA_LENGTH that is taken for the last address of a range of pages',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override reservedRegions(): readonly ReservedRegion[] {
          const regions = super.reservedRegions();
          return regions.map((region) => ({ ...region, last: region.last - 0x1000n }));
        }
      },
  },
  {
    id: 'SEED-1522',
    breaks: ['HW-SMU-30'],
    story: 'What a device writes to the window of the doorbells goes past both stages.',
    like: 'an interrupt range of x86 on a unit that translates interrupts',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.SmmuUnit {
        override translate(request: DmaRequest): Translation | undefined {
          const isDoorbell = request.iova >> 20n === 0x80n;
          return isDoorbell ? untranslated(request.iova) : super.translate(request);
        }
      },
  },
);
