import { bits, field } from '#formats/bits.ts';
import { type Command, Opcode, opcodeOf } from '#formats/smmuv3/commands.ts';
import { mutants } from '#mutants/mutant.ts';
import type { DomainUser } from '#reference/kernel/iommu/arm/smmu-domain.ts';
import type { Invalidated } from '#reference/kernel/iommu/domain.ts';
import type { UserDataArray } from '#reference/kernel/iommu/user-data.ts';

/** What the driver of an SMMUv3 issues, and what it lets a guest issue. */
export const entries = mutants(
  {
    id: 'SEED-1104',
    breaks: ['HW-SMU-12'],
    story: 'A stream table entry is changed, and CFGI_STE is not issued.',
    like: 'arm_smmu_ste_writer_sync_entry() that does nothing',
    bug: ({ arm }) =>
      class extends arm.SmmuCommands {
        override issue(...commands: readonly Command[]): void {
          super.issue(...commands.filter((each) => opcodeOf(each) !== Opcode.CfgiSte));
        }
      },
  },
  {
    id: 'SEED-1105',
    breaks: ['HW-SMU-13'],
    story: 'CFGI_ALL of a guest is passed on.',
    like: 'a command that is let through by its class',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override convert(command: Command): Command | undefined {
          return opcodeOf(command) === Opcode.CfgiSteRange ? command : super.convert(command);
        }
      },
  },
  {
    id: 'SEED-1106',
    breaks: ['HW-SMU-15', 'HW-SMU-22'],
    story: "Commands of a guest keep VMID 0, which is the host's.",
    like: 'arm_vsmmu_convert_user_cmd() that masks VMID and puts none in',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override convert(command: Command): Command | undefined {
          const converted = super.convert(command);
          const isOfAll = opcodeOf(converted ?? command) === Opcode.TlbiNhAll;
          return converted && isOfAll ? [Opcode.TlbiNhAll, 0n] : converted;
        }
      },
  },
  {
    id: 'SEED-1107',
    breaks: ['HW-SMU-20'],
    story: 'The last device leaves a second stage, and what is cached under its VMID stays.',
    like: 'arm_smmu_inv_flush_iotlb_tag() that knows ASIDs only',
    bug: ({ arm }) =>
      class extends arm.SmmuDomain {
        protected override flushAll(): void {
          if (this.stage === 1) super.flushAll();
        }
      },
  },
  {
    id: 'SEED-1108',
    breaks: ['HW-SMU-16'],
    story: 'The last device leaves a first stage, and what is cached under its ASID stays.',
    like: 'arm_smmu_domain_free() that gives an ASID back unflushed',
    bug: ({ arm }) =>
      class extends arm.SmmuDomain {
        protected override flushAll(): void {
          if (this.stage === 2) super.flushAll();
        }
      },
  },
  {
    id: 'SEED-1109',
    breaks: ['HW-SMU-20'],
    story: 'A device that leaves ends the invalidations for the others.',
    like: 'a reference count that goes with the first',
    bug: ({ arm }) =>
      class extends arm.SmmuDomain {
        override leave(user: Pick<DomainUser, 'stream' | 'substream'>): void {
          super.leave(user);
          this.users.clear();
        }
      },
  },
  {
    id: 'SEED-1110',
    breaks: ['HW-SMU-20'],
    story: 'TLBI_S12_VMALL of a guest is passed on.',
    like: 'a list of commands that has those of the second stage',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override convert(command: Command): Command | undefined {
          return opcodeOf(command) === Opcode.TlbiS12Vmall ? command : super.convert(command);
        }
      },
  },
  {
    id: 'SEED-1111',
    breaks: ['HW-SMU-21', 'IOAS-UNMAP-17'],
    story:
      'An unmap from a second stage drops what guests have cached by it, and not the stage itself.',
    like: '__arm_smmu_domain_inv_range() without its TLBI_S2_IPA',
    bug: ({ arm }) =>
      class extends arm.SmmuCommands {
        override issue(...commands: readonly Command[]): void {
          super.issue(...commands.filter((each) => opcodeOf(each) !== Opcode.TlbiS2Ipa));
        }
      },
  },
  {
    id: 'SEED-1112',
    breaks: ['HW-SMU-21'],
    story: 'TLBI_S2_IPA of a guest is passed on.',
    like: 'a list of commands that has those of the second stage',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override convert(command: Command): Command | undefined {
          return opcodeOf(command) === Opcode.TlbiS2Ipa ? command : super.convert(command);
        }
      },
  },
  {
    id: 'SEED-1113',
    breaks: ['HW-SMU-22', 'INV-21'],
    story: 'TLBI_NSNH_ALL of a guest is taken, and nothing is issued.',
    like: 'a command that is rewritten to CMD_SYNC',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override convert(command: Command): Command | undefined {
          return opcodeOf(command) === Opcode.TlbiNsnhAll
            ? [Opcode.Sync, 0n]
            : super.convert(command);
        }
      },
  },
  {
    id: 'SEED-1114',
    breaks: ['HW-SMU-31'],
    story: 'The driver does not wait for its invalidations: there is no CMD_SYNC.',
    like: 'arm_smmu_cmdq_issue_cmdlist() with sync of false',
    bug: ({ arm }) =>
      class extends arm.SmmuCommands {
        protected override submit(commands: readonly Command[]): void {
          super.submit(commands.slice(0, -1));
        }
      },
  },
  {
    id: 'SEED-1115',
    breaks: ['HW-SMU-34'],
    story: 'A batch with a command that is refused is not issued at all, and counted all the same.',
    like: 'arm_vsmmu_cache_invalidate() that converts everything first',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        override invalidate(array: UserDataArray): Invalidated {
          const commands = this.copyCommands(array);
          if (typeof commands === 'string') return super.invalidate(array);
          const refused = commands.findIndex((command) => this.convert(command) === undefined);
          return refused < 62 ? super.invalidate(array) : { done: refused, error: 'EIO' };
        }
      },
  },
  {
    id: 'SEED-1116',
    breaks: ['HW-SMU-35'],
    story: 'The fields of a range are not looked at where TG is 0.',
    like: 'arm_vsmmu_validate_range() that is left out',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override convert([low, high]: Command): Command | undefined {
          return super.convert([low & ~field(0x3fff, 25, 12), high & ~field(0xf, 11, 8)]);
        }
      },
  },
  {
    id: 'SEED-1117',
    breaks: ['HW-SMU-35'],
    story: 'A range of a guest is one page short.',
    like: 'NUM that is taken for a count',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override convert(command: Command): Command | undefined {
          const count = bits(command[0], 16, 12);
          const converted = super.convert(command);
          const isRange = converted && opcodeOf(converted) <= Opcode.TlbiNhVaa && count > 1n;
          return isRange ? [converted[0] - field(1, 12, 12), converted[1]] : converted;
        }
      },
  },
  {
    id: 'SEED-1800',
    breaks: ['HW-SMU-39'],
    story: 'The first PASID of a device that is attached to nothing has no entry that leads to it.',
    like: 'arm_smmu_update_ste() that is left out',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        protected override refreshEntries(): void {}
      },
  },
);
