import type { SteWords } from '#formats/smmuv3/stream-table-entry.ts';
import { mutants } from '#mutants/mutant.ts';
import type { SmmuNestedDomain } from '#reference/kernel/iommu/arm/nested-domain.ts';
import type { SmmuMaster } from '#reference/kernel/iommu/arm/smmu-master.ts';
import type { IommuDomain, NestedDomain, PagingOptions } from '#reference/kernel/iommu/domain.ts';
import type { UnitFeatures } from '#reference/kernel/iommu/intel/unit-features.ts';
import type { UserData } from '#reference/kernel/iommu/user-data.ts';
import type { HwptCommands } from '#reference/kernel/iommufd/hwpt-commands.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { iommu_hwpt_arm_smmuv3, IOMMU_HWPT_DATA_VTD_S1 } from '#uapi/iommufd/hwpt.ts';

type OnParent = Parameters<HwptCommands['allocNested']>;

/** IOMMU_HWPT_ALLOC: the tables of VT-d, SMMUv3, AMD and virtio, and devices without an IOMMU. */
export const entries = mutants(
  {
    id: 'SEED-0655',
    breaks: ['HWPT-42', 'NOIO-04'],
    story: 'A noiommu device gets a page table with any flags.',
    like: 'noiommu_alloc_paging_flags() without a look at its flags',
    bug: ({ iommu }) =>
      class extends iommu.NoiommuOps {
        override allocPagingDomain(_options: PagingOptions): IommuDomain | ErrnoName {
          return new this.parts.iommu.NoiommuDomain();
        }
      },
  },
  {
    id: 'SEED-0681',
    breaks: ['HWPT-31', 'HWPT-19'],
    story: 'Data of any type are taken for those of a first-stage table.',
    like: 'intel_iommu_domain_alloc_nested() without the test of user_data->type',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override allocNestedDomain(parent: IommuDomain, data: UserData): NestedDomain | ErrnoName {
          return super.allocNestedDomain(parent, { ...data, type: IOMMU_HWPT_DATA_VTD_S1 });
        }
      },
  },
  {
    id: 'SEED-0682',
    breaks: ['HWPT-32'],
    story: "What a guest's page table needs is not compared with what the unit has.",
    like: 'intel_pasid_setup_nested() without its checks',
    bug: ({ intel }) =>
      class extends intel.IntelNestedDomain {
        override fits(unit: UnitFeatures): boolean {
          return this.parent.fits(unit);
        }
      },
  },
  {
    id: 'SEED-0720',
    breaks: ['HWPT-33'],
    story: 'An entry that is not valid is looked at all the same.',
    like: 'arm_smmu_validate_vste() that does not begin with V',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        override allocNestedDomain(flags: number, data: UserData): NestedDomain | ErrnoName {
          const [first = 1n] = entryAt(data);
          return first & 1n ? super.allocNestedDomain(flags, data) : 'EIO';
        }
      },
  },
  {
    id: 'SEED-0721',
    breaks: ['HWPT-34', 'HW-SMU-02'],
    story: 'A guest may set any bit of the second word of its entry.',
    like: 'arm_smmu_validate_vste() that checks ste[0] only',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        override allocNestedDomain(flags: number, data: UserData): NestedDomain | ErrnoName {
          const made = super.allocNestedDomain(flags, data);
          const [first = 0n, second = 0n] = entryAt(data);
          const isBad = made === 'EIO' && second !== 0n;
          return isBad ? new arm.SmmuNestedDomain(this, [first, second]) : made;
        }
      },
  },
  {
    id: 'SEED-0722',
    breaks: ['HWPT-35', 'HW-SMU-04'],
    story: 'A nested page table may have the PASID flag.',
    like: 'arm_vsmmu_alloc_domain_nested() that ignores its flags',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        override allocNestedDomain(_flags: number, data: UserData): NestedDomain | ErrnoName {
          return super.allocNestedDomain(0, data);
        }
      },
  },
  {
    id: 'SEED-0723',
    breaks: ['HWPT-36'],
    story: 'A nesting parent with the PASID flag is made as one without.',
    like: 'flags tested one by one rather than as a whole',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          return super.allocPagingDomain(
            options.nestParent ? { ...options, pasid: false } : options,
          );
        }
      },
  },
  {
    id: 'SEED-0724',
    breaks: ['HWPT-37', 'VDEV-06', 'HW-SMU-03'],
    story: 'A device can be translated by a guest that does not know it.',
    like: 'a vmaster that is made only where there is a vDEVICE',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        protected override attachNested(
          master: SmmuMaster,
          domain: SmmuNestedDomain,
        ): ErrnoName | undefined {
          const error = super.attachNested(master, domain);
          if (error !== 'ENOENT') return error;
          const { parent: next } = domain.vsmmu;
          this.move(master, { next, isNested: true, ats: false, entry: () => domain.entryWords });
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0725',
    breaks: ['HWPT-37', 'HWPT-33'],
    story: "A guest's bypass is one past the second stage as well.",
    like: 'arm_smmu_make_bypass_ste() for a nested domain',
    bug: ({ arm }) =>
      class extends arm.SmmuNestedDomain {
        override get entryWords(): SteWords {
          const isBypass = this.config === 4n;
          return isBypass ? [0x9n, 0n, 0n, 0n, 0n, 0n, 0n, 0n] : super.entryWords;
        }
      },
  },
  {
    id: 'SEED-0738',
    breaks: ['HWPT-37', 'DEV-27'],
    story: 'The hardware is not told that the entry of a stream has changed.',
    like: 'arm_smmu_write_ste() without CFGI_STE',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.ConfigurationCache {
        override forgetStream(_stream: number): void {}
      },
  },
  {
    id: 'SEED-0769',
    breaks: ['HWPT-39'],
    story: 'An AMD nesting parent may be for PASIDs.',
    like: 'a case of NEST_PARENT in amd_iommu_domain_alloc_paging_flags() that masks PASID',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          return super.allocPagingDomain(
            options.nestParent ? { ...options, pasid: false } : options,
          );
        }
      },
  },
  {
    id: 'SEED-0772',
    breaks: ['HWPT-38'],
    story:
      'A driver that makes no nested page table of a parent is not asked before the parent is.',
    like: 'iommufd_hwpt_nested_alloc() that looks for domain_alloc_nested() last',
    bug: ({ iommufd }) =>
      class extends iommufd.HwptCommands {
        protected override allocNested(
          ...[command, device, parent]: OnParent
        ): ErrnoName | undefined {
          return parent.nestParent ? super.allocNested(command, device, parent) : 'EINVAL';
        }
      },
  },
);

function entryAt({ memory, address, length }: UserData): readonly bigint[] {
  const bytes = memory.copyFromUser(address, length);
  const isWhole = typeof bytes !== 'string' && length === iommu_hwpt_arm_smmuv3.size;
  return isWhole ? iommu_hwpt_arm_smmuv3.unpack(bytes).ste : [];
}
