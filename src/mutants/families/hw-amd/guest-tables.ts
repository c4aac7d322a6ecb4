import { encodeDeviceTableEntry, hasHostTable } from '#formats/amd/device-table-entry.ts';
import type { DeviceTableWords } from '#formats/amd/device-table-entry.ts';
import type { PageRange } from '#formats/amd/commands.ts';
import { mutants } from '#mutants/mutant.ts';
import type { AmdIommu } from '#reference/kernel/iommu/amd/amd-iommu.ts';
import type { NestedDomain } from '#reference/kernel/iommu/domain.ts';
import type { UserData } from '#reference/kernel/iommu/user-data.ts';
import type { ErrnoName } from '#uapi/errno.ts';

type Entry = Parameters<AmdIommu['entryOf']>[0];

/** Page tables of guests behind an AMD IOMMU, as no release of Linux has them. */
export const entries = mutants(
  {
    id: 'SEED-1221',
    breaks: ['HW-AMD-02'],
    story: 'A guest may say where the page table of the host is.',
    like: 'validate_gdte_nested() without its first test',
    bug: ({ amd }) =>
      class extends amd.NestingViommu {
        protected override check(words: DeviceTableWords): ErrnoName | undefined {
          return hasHostTable(words) ? undefined : super.check(words);
        }
      },
  },
  {
    id: 'SEED-1225',
    breaks: ['HW-AMD-05', 'HW-AMD-18'],
    story: 'The id that a guest has for a domain is the one that its translations are cached by.',
    like: 'set_dte_nested() with the DomainID of the guest',
    bug: ({ amd }) =>
      class extends amd.NestingViommu {
        protected override takeDomainId(guestId: number): number {
          return guestId;
        }
      },
  },
  {
    id: 'SEED-1226',
    breaks: ['HW-AMD-18'],
    story: 'Each page table of a guest has an id of its own.',
    like: 'amd_iommu_alloc_domain_nested() that does not look into gdomid_array',
    bug: ({ amd }) =>
      class extends amd.NestingViommu {
        private another = 0x1_0000;

        protected override takeDomainId(): number | ErrnoName {
          return super.takeDomainId(this.another++);
        }
      },
  },
  {
    id: 'SEED-1228',
    breaks: ['HW-AMD-15'],
    story: 'The length of the data is looked at before their type.',
    like: 'iommu_copy_struct_from_user() before the test of user_data->type',
    bug: ({ amd }) =>
      class extends amd.NestingViommu {
        override allocNestedDomain(flags: number, data: UserData): NestedDomain | ErrnoName {
          return data.length === 32 ? super.allocNestedDomain(flags, data) : 'EINVAL';
        }
      },
  },
  {
    id: 'SEED-1229',
    breaks: ['HW-AMD-16'],
    story: 'Five levels are refused before anything else is looked at.',
    like: 'validate_gdte_nested() that begins with the level of the host',
    bug: ({ amd }) =>
      class extends amd.NestingViommu {
        protected override check(words: DeviceTableWords): ErrnoName | undefined {
          return ((words[2] >> 54n) & 3n) === 1n ? 'EOPNOTSUPP' : super.check(words);
        }
      },
  },
  {
    id: 'SEED-1230',
    breaks: ['HW-AMD-16'],
    story: 'An entry with reserved bits is refused.',
    like: 'validate_gdte_nested() with a mask of what is allowed',
    bug: ({ amd }) =>
      class extends amd.NestingViommu {
        protected override check(words: DeviceTableWords): ErrnoName | undefined {
          return words[0] & (1n << 53n) || words[3] ? 'EINVAL' : super.check(words);
        }
      },
  },
  {
    id: 'SEED-1231',
    breaks: ['HW-AMD-17'],
    story: 'What comes without a PASID goes by the guest, whatever its entry says.',
    like: 'set_dte_nested() with DTE_FLAG_GIOV for everybody',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        protected override entryOf(attachment: Entry): DeviceTableWords {
          const [low, ...others] = super.entryOf(attachment);
          return [attachment.domain.type === 'nested' ? low | (1n << 54n) : low, ...others];
        }
      },
  },
  {
    id: 'SEED-1232',
    breaks: ['HW-AMD-17'],
    story: 'A device whose guest has no valid entry goes by the parent.',
    like: 'set_dte_nested() that copies GV of the guest and nothing else of it',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        protected override entryOf(attachment: Entry): DeviceTableWords {
          const { domain, user } = attachment;
          if (domain.type === 'paging' || !domain.isBlocked) return super.entryOf(attachment);
          const { mode, root } = domain.viommu.parent;
          return encodeDeviceTableEntry({ domainId: user.domainId, mode, root });
        }
      },
  },
  {
    id: 'SEED-1233',
    breaks: ['HW-AMD-19'],
    story: 'An unmap from the parent does not reach what guests have cached.',
    like: 'domain_flush_pages_v1() without iommu_flush_pages_v1_hdom_ids()',
    bug: ({ amd }) =>
      class extends amd.NestingViommu {
        override flushParent(): void {}
      },
  },
  {
    id: 'SEED-1234',
    breaks: ['HW-AMD-19'],
    story: 'A device at the page table of a guest is not told of an unmap from the parent.',
    like: '__domain_flush_pages() that goes through dev_list of the parent alone',
    bug: ({ amd }) =>
      class extends amd.CommandQueue {
        override flushDevicePages(rid: number, range?: PageRange): void {
          if (range) super.flushDevicePages(rid, range);
        }
      },
  },
);
