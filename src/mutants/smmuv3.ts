import { bits, field } from '#reference/hardware/smmuv3/bits.ts';
import { Opcode, opcodeOf } from '#reference/hardware/smmuv3/commands.ts';
import type { Command } from '#reference/hardware/smmuv3/commands.ts';
import type { SteWords } from '#reference/hardware/smmuv3/stream-table.ts';
import type { SmmuNestedDomain } from '#reference/kernel/iommu/arm/nested-domain.ts';
import type { SmmuMaster } from '#reference/kernel/iommu/arm/smmu-master.ts';
import type {
  DeviceCapabilities,
  HardwareInfo,
  Invalidated,
  NestedDomain,
  PagingOptions,
  ReservedRegion,
} from '#reference/kernel/iommu/domain.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { UserData, UserDataArray } from '#reference/kernel/iommu/user-data.ts';
import type { ViommuCore, ViommuOps } from '#reference/kernel/iommu/viommu.ts';
import { iommu_hwpt_arm_smmuv3 } from '#uapi/iommufd/hwpt.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mutants } from './mutant.ts';

/** features/hardware/smmuv3/. */
export const smmuv3 = mutants(
  {
    id: 'SEED-740',
    breaks: ['IOAS-UNMAP-17', 'HWPT-37'],
    story: 'An unmap from the parent leaves what was cached for addresses of the guest.',
    like: 'arm_smmu_domain_inv_range() without TLBI_NH_ALL of a nesting parent',
    parts: ({ SmmuDomain }) => ({
      SmmuDomain: class extends SmmuDomain {
        protected override flushGuests(): void {}
      },
    }),
  },
  {
    id: 'BUG-157',
    breaks: ['VDEV-10'],
    story:
      'A device with two streams can be a device of a guest, whose commands reach one of them.',
    like: 'iommu/arm-smmu-v3-iommufd: Require exactly one Stream ID for a vDEVICE',
    parts: ({ Vsmmu }) => ({
      Vsmmu: class extends Vsmmu {
        override initVdevice(): undefined {}
      },
    }),
  },
  {
    id: 'SEED-720',
    breaks: ['HWPT-33'],
    story: 'An entry that is not valid is looked at all the same.',
    like: 'arm_smmu_validate_vste() that does not begin with V',
    parts: ({ Vsmmu }) => ({
      Vsmmu: class extends Vsmmu {
        override allocNestedDomain(flags: number, data: UserData): NestedDomain | ErrnoName {
          const [first = 1n] = entryAt(data);
          return first & 1n ? super.allocNestedDomain(flags, data) : 'EIO';
        }
      },
    }),
  },
  {
    id: 'SEED-721',
    breaks: ['HWPT-34'],
    story: 'A guest may set any bit of the second word of its entry.',
    like: 'arm_smmu_validate_vste() that checks ste[0] only',
    parts: ({ Vsmmu, SmmuNestedDomain }) => ({
      Vsmmu: class extends Vsmmu {
        override allocNestedDomain(flags: number, data: UserData): NestedDomain | ErrnoName {
          const made = super.allocNestedDomain(flags, data);
          const [first = 0n, second = 0n] = entryAt(data);
          const isBad = made === 'EIO' && second !== 0n;
          return isBad ? new SmmuNestedDomain(this, [first, second]) : made;
        }
      },
    }),
  },
  {
    id: 'SEED-722',
    breaks: ['HWPT-35'],
    story: 'A nested page table may have the PASID flag.',
    like: 'arm_vsmmu_alloc_domain_nested() that ignores its flags',
    parts: ({ Vsmmu }) => ({
      Vsmmu: class extends Vsmmu {
        override allocNestedDomain(_flags: number, data: UserData): NestedDomain | ErrnoName {
          return super.allocNestedDomain(0, data);
        }
      },
    }),
  },
  {
    id: 'SEED-723',
    breaks: ['HWPT-36'],
    story: 'A nesting parent with the PASID flag is made as one without.',
    like: 'flags tested one by one rather than as a whole',
    parts: ({ ArmSmmuV3 }) => ({
      ArmSmmuV3: class extends ArmSmmuV3 {
        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          return super.allocPagingDomain(
            options.nestParent ? { ...options, pasid: false } : options,
          );
        }
      },
    }),
  },
  {
    id: 'SEED-724',
    breaks: ['HWPT-37', 'VDEV-06'],
    story: 'A device can be translated by a guest that does not know it.',
    like: 'a vmaster that is made only where there is a vDEVICE',
    parts: ({ ArmSmmuV3 }) => ({
      ArmSmmuV3: class extends ArmSmmuV3 {
        protected override attachNested(
          master: SmmuMaster,
          domain: SmmuNestedDomain,
        ): ErrnoName | undefined {
          const error = super.attachNested(master, domain);
          if (error !== 'ENOENT') return error;
          for (const stream of master.streams)
            this.move(stream, domain.vsmmu.parent, () => domain.entryWords);
          return undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-725',
    breaks: ['HWPT-37', 'HWPT-33'],
    story: "A guest's bypass is one past the second stage as well.",
    like: 'arm_smmu_make_bypass_ste() for a nested domain',
    parts: ({ SmmuNestedDomain }) => ({
      SmmuNestedDomain: class extends SmmuNestedDomain {
        override get entryWords(): SteWords {
          const isBypass = this.config === 4n;
          return isBypass ? [0x9n, 0n, 0n, 0n, 0n, 0n, 0n, 0n] : super.entryWords;
        }
      },
    }),
  },
  {
    id: 'SEED-726',
    breaks: ['INV-20'],
    story: 'A batch tells that all of it was done when a command was refused.',
    like: 'array->entry_num that is set before the loop',
    parts: ({ Vsmmu }) => ({
      Vsmmu: class extends Vsmmu {
        override invalidate(array: UserDataArray): Invalidated {
          const { done, error } = super.invalidate(array);
          return { done: error === 'EIO' ? array.entries : done, error };
        }
      },
    }),
  },
  {
    id: 'SEED-727',
    breaks: ['INV-20'],
    story: 'A guest can name a stream of the host.',
    like: 'a command that is issued with the vSID where no vDEVICE has it',
    parts: ({ Vsmmu }) => ({
      Vsmmu: class extends Vsmmu {
        protected override streamOf(virtualId: bigint): number | undefined {
          return super.streamOf(virtualId) ?? Number(virtualId & 0xffffn);
        }
      },
    }),
  },
  {
    id: 'SEED-728',
    breaks: ['INV-20', 'INV-21'],
    story: 'The VMID of a command is the one that the guest wrote.',
    like: 'arm_vsmmu_convert_user_cmd() without a VMID of its own',
    parts: ({ Vsmmu }) => ({
      Vsmmu: class extends Vsmmu {
        protected override convert(command: Command): Command | undefined {
          const converted = super.convert(command);
          const isOfVmid = converted !== undefined && opcodeOf(command) >= 0x10n;
          if (!isOfVmid || opcodeOf(command) === Opcode.TlbiNsnhAll) return converted;
          const vmid = field(bits(command[0], 47, 32), 47, 32);
          return [(converted[0] & ~field(0xffff, 47, 32)) | vmid, converted[1]];
        }
      },
    }),
  },
  {
    id: 'SEED-729',
    breaks: ['INV-21'],
    story: 'TLBI_NSNH_ALL of a guest is one of the host.',
    like: 'a command that is passed on without being rewritten',
    parts: ({ Vsmmu }) => ({
      Vsmmu: class extends Vsmmu {
        protected override convert(command: Command): Command | undefined {
          const isAll = opcodeOf(command) === Opcode.TlbiNsnhAll;
          return isAll ? [Opcode.TlbiNsnhAll, 0n] : super.convert(command);
        }
      },
    }),
  },
  {
    id: 'SEED-730',
    breaks: ['INV-23'],
    story: 'The commands before one that is refused are counted, but never reach the hardware.',
    like: 'arm_vsmmu_cache_invalidate() that leaves its loop before it issues what it has converted',
    parts: ({ Vsmmu }) => ({
      Vsmmu: class extends Vsmmu {
        override invalidate(array: UserDataArray): Invalidated {
          const commands = this.copyCommands(array);
          if (typeof commands === 'string') return super.invalidate(array);
          const refused = commands.findIndex((command) => this.convert(command) === undefined);
          return refused < 0 ? super.invalidate(array) : { done: refused, error: 'EIO' };
        }
      },
    }),
  },
  {
    id: 'SEED-731',
    breaks: ['VIOMMU-11'],
    story: 'A parent of another unit is taken for a virtual SMMU.',
    like: 'arm_vsmmu_init() without a look at s2_parent->smmu',
    parts: ({ ArmSmmuV3 }) => ({
      ArmSmmuV3: class extends ArmSmmuV3 {
        protected override initViommu(core: ViommuCore): ViommuOps | ErrnoName {
          const parent = this.allocPagingDomain({ nestParent: true });
          const made = super.initViommu(core);
          if (made !== 'EINVAL' || typeof parent === 'string') return made;
          return super.initViommu({ ...core, parent });
        }
      },
    }),
  },
  {
    id: 'SEED-732',
    breaks: ['VIOMMU-12'],
    story: 'A guest gets a virtual SMMU whose devices can go past the caches.',
    like: 'arm_smmu_get_viommu_size() before it asked for CANWBS or S2FWB',
    parts: ({ ArmSmmuV3 }) => ({
      ArmSmmuV3: class extends ArmSmmuV3 {
        protected override canNest(): boolean {
          return this.unit.model.secondStage;
        }
      },
    }),
  },
  {
    id: 'SEED-733',
    breaks: ['VEVQ-21'],
    story: 'An event names the StreamID of the host.',
    like: 'arm_vmaster_report_event() that copies evt[0]',
    parts: ({ Vsmmu }) => ({
      Vsmmu: class extends Vsmmu {
        override reportEvent(words: readonly bigint[], _virtualId: bigint): ErrnoName | undefined {
          return super.reportEvent(words, bits(words[0] ?? 0n, 63, 32));
        }
      },
    }),
  },
  {
    id: 'SEED-734',
    breaks: ['VEVQ-21'],
    story: 'A guest is told of faults of the second stage.',
    like: 'arm_smmu_handle_event() without a look at S2',
    parts: ({ SmmuEvents }) => ({
      SmmuEvents: class extends SmmuEvents {
        protected override handle([first = 0n, second = 0n, ...rest]: readonly bigint[]): void {
          super.handle([first, second & ~field(1, 39, 39), ...rest]);
        }
      },
    }),
  },
  {
    id: 'SEED-735',
    breaks: ['DEV-14'],
    story: 'A unit says that it snoops the caches when it does not.',
    like: 'IOMMU_CAP_CACHE_COHERENCY that is true for every SMMU',
    parts: ({ ArmSmmuV3 }) => ({
      ArmSmmuV3: class extends ArmSmmuV3 {
        override capabilities(): DeviceCapabilities {
          return { ...super.capabilities(), cacheCoherent: true };
        }
      },
    }),
  },
  {
    id: 'SEED-736',
    breaks: ['DEV-43'],
    story: 'The window of the doorbells is not reserved.',
    like: 'arm_smmu_get_resv_regions() without IOMMU_RESV_SW_MSI',
    parts: ({ ArmSmmuV3 }) => ({
      ArmSmmuV3: class extends ArmSmmuV3 {
        override reservedRegions(): readonly ReservedRegion[] {
          return [];
        }
      },
    }),
  },
  {
    id: 'SEED-737',
    breaks: ['HWINFO-16'],
    story: 'The identification registers are those of a unit with one stage.',
    like: 'arm_smmu_hw_info() that reads what the driver uses rather than what there is',
    parts: ({ ArmSmmuV3 }) => ({
      ArmSmmuV3: class extends ArmSmmuV3 {
        override hardwareInfo(): HardwareInfo {
          const { type, data } = super.hardwareInfo();
          const idr0 = data.slice();
          idr0[8] = (idr0[8] ?? 0) & ~2;
          return { type, data: idr0 };
        }
      },
    }),
  },
  {
    id: 'SEED-738',
    breaks: ['HWPT-37', 'DEV-27'],
    story: 'The hardware is not told that the entry of a stream has changed.',
    like: 'arm_smmu_write_ste() without CFGI_STE',
    parts: ({ ConfigurationCache }) => ({
      ConfigurationCache: class extends ConfigurationCache {
        override forgetStream(_stream: number): void {}
      },
    }),
  },
  {
    id: 'SEED-739',
    breaks: ['INV-05'],
    story: 'A nested page table says that it was invalidated.',
    like: 'cache_invalidate_user() that does nothing',
    parts: ({ SmmuNestedDomain }) => ({
      SmmuNestedDomain: class extends SmmuNestedDomain {
        invalidate({ entries }: UserDataArray): Invalidated {
          return { done: entries };
        }
      },
    }),
  },
);

function entryAt({ task, address, length }: UserData): readonly bigint[] {
  const bytes = task.memory.copyFromUser(address, length);
  const isWhole = typeof bytes !== 'string' && length === iommu_hwpt_arm_smmuv3.size;
  return isWhole ? iommu_hwpt_arm_smmuv3.unpack(bytes).ste : [];
}
