import { mutants } from '#mutants/mutant.ts';
import type {
  IommuDomain,
  IommuProtection,
  PagingOptions,
} from '#reference/kernel/iommu/domain.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** IOMMU_HWPT_ALLOC: flags that go together, and what they decide. */
export const entries = mutants(
  {
    id: 'SEED-1200',
    breaks: ['HW-FLG-01'],
    story: 'A nesting parent of VT-d cannot be used for PASIDs.',
    like: 'a switch over single flags in intel_iommu_domain_alloc_paging_flags()',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          const { nestParent, pasid } = options;
          return nestParent && pasid ? 'EOPNOTSUPP' : super.allocPagingDomain(options);
        }
      },
  },
  {
    id: 'SEED-1201',
    breaks: ['HW-FLG-02', 'IOAS-MAP-45'],
    story: 'What is to be only readable can be written where the page table is a nesting parent.',
    like: 'the erratum worked around by adding the right rather than by EINVAL',
    bug: ({ intel }) =>
      class extends intel.PagingDomain {
        override map(
          ...[iova, physical, length, protection, maxPageSize]: Parameters<IommuDomain['map']>
        ): ErrnoName | undefined {
          const rights: IommuProtection = this.nestParent
            ? { read: true, write: true }
            : protection;
          return super.map(iova, physical, length, rights, maxPageSize);
        }
      },
  },
  {
    id: 'SEED-1202',
    breaks: ['HW-FLG-03'],
    story: 'An SMMUv3 makes no page table for PASIDs.',
    like: 'IOMMU_HWPT_ALLOC_PASID left out of the switch in arm_smmu_domain_alloc_paging_flags()',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          return options.pasid ? 'EOPNOTSUPP' : super.allocPagingDomain(options);
        }
      },
  },
  {
    id: 'SEED-1203',
    breaks: ['HW-FLG-04'],
    story: 'A nesting parent of AMD cannot track what is written.',
    like: 'a switch without a case for both flags in amd_iommu_domain_alloc_paging_flags()',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          const { nestParent, dirtyTracking } = options;
          return nestParent && dirtyTracking ? 'EOPNOTSUPP' : super.allocPagingDomain(options);
        }
      },
  },
  {
    id: 'SEED-1204',
    breaks: ['HW-FLG-05'],
    story: 'A page table in the format of guests takes the addresses of the upper half as well.',
    like: 'an aperture by the levels alone, as a v1 table has',
    bug: ({ amd }) =>
      class extends amd.ProtectionDomain {
        override readonly geometry = { first: 0n, last: (1n << 48n) - 1n };
      },
  },
  {
    id: 'SEED-1205',
    breaks: ['HW-FLG-06'],
    story: 'An AMD IOMMU says yes to a page table for a PASID, and does nothing.',
    like: 'a set_dev_pasid() that returns 0 in amdv2_ops',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        override capabilities(
          ...device: Parameters<InstanceType<typeof amd.AmdIommu>['capabilities']>
        ) {
          return { ...super.capabilities(...device), pasidWidth: 16 };
        }

        attachPasid(): undefined {}

        blockPasid(): void {}
      },
  },
);
