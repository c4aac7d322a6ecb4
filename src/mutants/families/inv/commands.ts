import { bits, field } from '#formats/bits.ts';
import { type Command, Opcode, opcodeOf } from '#formats/smmuv3/commands.ts';
import { mutants } from '#mutants/mutant.ts';
import type { Invalidated } from '#reference/kernel/iommu/domain.ts';
import type { UserDataArray } from '#reference/kernel/iommu/user-data.ts';
import type { ErrnoName } from '#uapi/errno.ts';

const U64_MAX = (1n << 64n) - 1n;

/** IOMMU_HWPT_INVALIDATE: the commands of VT-d and of SMMUv3. */
export const entries = mutants(
  {
    id: 'SEED-0683',
    breaks: ['INV-18'],
    story: 'An invalidation with flags that nobody knows is carried out.',
    like: 'intel_nested_cache_invalidate_user() that masks inv_entry.flags',
    bug: ({ intel }) =>
      class extends intel.IntelNestedDomain {
        protected override invalidateEntry(
          array: UserDataArray,
          index: number,
        ): ErrnoName | undefined {
          const error = super.invalidateEntry(array, index);
          return error === 'EOPNOTSUPP' ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-0684',
    breaks: ['INV-19'],
    story: 'All pages are no pages: the number wraps.',
    like: 'npages << PAGE_SHIFT of U64_MAX, in 64 bits',
    bug: ({ intel }) =>
      class extends intel.IntelNestedDomain {
        protected override flush(first: bigint, pages: bigint, leavesOnly: boolean): void {
          if (pages !== U64_MAX) super.flush(first, pages, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-0685',
    breaks: ['INV-18', 'INV-10'],
    story: 'An invalidation of several pages drops the first of them.',
    like: 'qi_flush_piotlb() with a size order of 0',
    bug: ({ intel }) =>
      class extends intel.IntelNestedDomain {
        protected override flush(first: bigint, pages: bigint, leavesOnly: boolean): void {
          super.flush(first, pages === U64_MAX ? pages : 1n, leavesOnly);
        }
      },
  },
  {
    id: 'SEED-0726',
    breaks: ['INV-20'],
    story: 'A batch tells that all of it was done when a command was refused.',
    like: 'array->entry_num that is set before the loop',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        override invalidate(array: UserDataArray): Invalidated {
          const { done, error } = super.invalidate(array);
          return { done: error === 'EIO' ? array.entries : done, error };
        }
      },
  },
  {
    id: 'SEED-0727',
    breaks: ['INV-20', 'HW-SMU-26'],
    story: 'A guest can name a stream of the host.',
    like: 'a command that is issued with the vSID where no vDEVICE has it',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override streamOf(virtualId: bigint): number | undefined {
          return super.streamOf(virtualId) ?? Number(virtualId & 0xffffn);
        }
      },
  },
  {
    id: 'SEED-0728',
    breaks: ['INV-20', 'INV-21'],
    story: 'The VMID of a command is the one that the guest wrote.',
    like: 'arm_vsmmu_convert_user_cmd() without a VMID of its own',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override convert(command: Command): Command | undefined {
          const converted = super.convert(command);
          const isOfVmid = converted !== undefined && opcodeOf(command) >= 0x10n;
          if (!isOfVmid || opcodeOf(command) === Opcode.TlbiNsnhAll) return converted;
          const vmid = field(bits(command[0], 47, 32), 47, 32);
          return [(converted[0] & ~field(0xffff, 47, 32)) | vmid, converted[1]];
        }
      },
  },
  {
    id: 'SEED-0729',
    breaks: ['INV-21'],
    story: 'TLBI_NSNH_ALL of a guest is one of the host.',
    like: 'a command that is passed on without being rewritten',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        protected override convert(command: Command): Command | undefined {
          const isAll = opcodeOf(command) === Opcode.TlbiNsnhAll;
          return isAll ? [Opcode.TlbiNsnhAll, 0n] : super.convert(command);
        }
      },
  },
  {
    id: 'SEED-0730',
    breaks: ['INV-23'],
    story: 'The commands before one that is refused are counted, but never reach the hardware.',
    like: 'arm_vsmmu_cache_invalidate() that leaves its loop before it issues what it has converted',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        override invalidate(array: UserDataArray): Invalidated {
          const commands = this.copyCommands(array);
          if (typeof commands === 'string') return super.invalidate(array);
          const refused = commands.findIndex((command) => this.convert(command) === undefined);
          return refused < 0 ? super.invalidate(array) : { done: refused, error: 'EIO' };
        }
      },
  },
);
