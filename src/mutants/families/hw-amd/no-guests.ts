import { mutants } from '#mutants/mutant.ts';
import type { AmdViommu } from '#reference/kernel/iommu/amd/amd-viommu.ts';
import { ProtectionDomain } from '#reference/kernel/iommu/amd/protection-domain.ts';
import type { Invalidated, IommuDomain, NestedDomain } from '#reference/kernel/iommu/domain.ts';
import type { UserData, UserDataArray } from '#reference/kernel/iommu/user-data.ts';
import type { ViommuDriver } from '#reference/kernel/iommu/viommu.ts';
import type { HwptCommands } from '#reference/kernel/iommufd/hwpt-commands.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';

type OnViommu = Parameters<HwptCommands['allocOnViommu']>;
type Made = new (options: ConstructorParameters<typeof AmdViommu>[0]) => AmdViommu;

/** An AMD IOMMU of 7.3: nesting parents and vIOMMUs, and nothing on them. */
export const entries = mutants(
  {
    id: 'SEED-1210',
    breaks: ['HW-AMD-07'],
    story: 'A vIOMMU makes page tables of guests, which can be attached to nothing.',
    like: 'alloc_domain_nested() in amd_viommu_ops before attach_dev() is finished',
    bug: ({ amd }) =>
      class extends amd.AmdViommu {
        override allocNestedDomain(): NestedDomain | ErrnoName {
          return { type: 'nested', free: () => undefined };
        }
      },
  },
  {
    id: 'SEED-1211',
    breaks: ['HW-AMD-08'],
    story: 'The length of the data is looked at by a driver that makes nothing of them.',
    like: 'a domain_alloc_nested() in amd_iommu_ops that copies first',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        allocNestedDomain(_parent: IommuDomain, data: UserData): ErrnoName {
          return data.length === 32 ? 'EOPNOTSUPP' : 'EINVAL';
        }
      },
  },
  {
    id: 'SEED-1212',
    breaks: ['HW-AMD-09'],
    story: 'The driver is asked before it is clear whether the device is behind its IOMMU.',
    like: 'iommufd_viommu_alloc_hwpt_nested() without a look at dev->iommu->iommu_dev',
    bug: ({ iommufd }) =>
      class extends iommufd.HwptCommands {
        protected override allocOnViommu(...call: OnViommu): ErrnoName | undefined {
          const error = super.allocOnViommu(...call);
          return error === 'EINVAL' ? 'EOPNOTSUPP' : error;
        }
      },
  },
  {
    id: 'SEED-1213',
    breaks: ['HW-AMD-10'],
    story: 'What the user has for the driver is copied, and used by nobody.',
    like: 'amd_iommufd_viommu_init() with iommu_copy_struct_from_user()',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        protected override viommus(made: Made): ViommuDriver {
          const driver = super.viommus(made);
          return {
            ...driver,
            initViommu: (core, data) => {
              const copied = data?.memory.copyFromUser(data.address, Math.min(data.length, 64));
              return isErrno(copied) ? copied : driver.initViommu(core, data);
            },
          };
        }
      },
  },
  {
    id: 'SEED-1214',
    breaks: ['HW-AMD-11'],
    story: 'Any AMD IOMMU makes nesting parents.',
    like: 'is_nest_parent_supported() left out',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        protected override hasNesting(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-1215',
    breaks: ['HW-AMD-11'],
    story: 'Dirty bits are taken for granted where there is guest translation.',
    like: 'amd_iommu_hd_support() by the features that all units have together',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        protected override get hasHostDirty(): boolean {
          return this.hasNesting();
        }
      },
  },
  {
    id: 'SEED-1216',
    breaks: ['HW-AMD-12'],
    story: 'An invalidation for a guest succeeds and does nothing.',
    like: 'an empty cache_invalidate() in amd_viommu_ops',
    bug: ({ amd }) =>
      class extends amd.AmdViommu {
        override invalidate(array?: UserDataArray): Invalidated {
          return { done: array?.entries ?? 0 };
        }
      },
  },
  {
    id: 'SEED-1217',
    breaks: ['HW-AMD-13', 'IOAS-UNMAP-17'],
    story: 'An AMD IOMMU is told of no unmap.',
    like: 'amd_iommu_iotlb_sync() left empty',
    bug: ({ amd }) =>
      class extends amd.ProtectionDomain {
        protected override flush(): void {}
      },
  },
  {
    id: 'SEED-1218',
    breaks: ['HW-AMD-13'],
    story: 'A parent with vIOMMUs is flushed by the ids of the guests alone.',
    like: 'domain_flush_pages_v1() that is either for guests or for the host',
    bug: ({ amd }) =>
      class extends amd.ProtectionDomain {
        protected override flushUnits(
          ...range: Parameters<ProtectionDomain['flushRange']> | [undefined]
        ): void {
          if (this.viommus.size === 0) super.flushUnits(range[0]);
        }
      },
  },
  {
    id: 'SEED-1219',
    breaks: ['HW-AMD-14'],
    story: 'A parent can have one vIOMMU.',
    like: 'a pointer in struct protection_domain in place of a list',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        protected override viommus(made: Made): ViommuDriver {
          const driver = super.viommus(made);
          return {
            ...driver,
            initViommu: (core, data) => {
              const { parent } = core;
              const isTaken = parent instanceof ProtectionDomain && parent.viommus.size > 0;
              return isTaken ? 'EBUSY' : driver.initViommu(core, data);
            },
          };
        }
      },
  },
);
